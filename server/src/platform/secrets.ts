import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'

/** Whoever holds the installation's keys; the configuration does. */
export interface KeyHolder {
  /** Base64 of 32 bytes; several separated by commas, of which the first one writes and all of them read. */
  readonly secretKey: string
}

/** A sealed value that no key at hand opens, or that was changed or moved. */
export class SecretUnreadableError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SecretUnreadableError'
  }
}

interface KeyRing {
  newest: { id: Buffer; key: KeyObject }
  byId: Map<string, KeyObject>
}

const version = 1
const idBytes = 4
const nonceBytes = 12
const tagBytes = 16
const headBytes = 1 + idBytes + nonceBytes + tagBytes
/** Bytes that sealing adds. */
export const sealOverhead = headBytes
const rings = new Map<string, KeyRing>()

/**
 * Encrypts with AES-256-GCM. `purpose` is bound to the result: opened under another purpose it is
 * refused, so a value copied into another row or column is of no use.
 */
export function seal(keys: KeyHolder, purpose: string, plain: Uint8Array): Buffer {
  return Buffer.concat(sealParts(keys, purpose, plain))
}

/** What `seal` makes, in parts that follow each other: for whoever copies them anyway. */
export function sealParts(keys: KeyHolder, purpose: string, plain: Uint8Array): Buffer[] {
  const { newest } = ringOf(keys)
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', newest.key, nonce).setAAD(Buffer.from(purpose))
  const body = cipher.update(plain)
  cipher.final()
  return [Buffer.from([version]), newest.id, nonce, cipher.getAuthTag(), body]
}

/** Decrypts what `seal` made for the same purpose; throws SecretUnreadableError. */
export function unseal(keys: KeyHolder, purpose: string, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  if (bytes.length < headBytes || bytes[0] !== version)
    throw new SecretUnreadableError('this is no sealed value')
  const key = ringOf(keys).byId.get(bytes.toString('hex', 1, 1 + idBytes))
  if (key === undefined)
    throw new SecretUnreadableError('the value was sealed with a key that is not configured')
  const nonceEnd = 1 + idBytes + nonceBytes
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1 + idBytes, nonceEnd), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(nonceEnd, headBytes))
  const plain = decipher.update(bytes.subarray(headBytes))
  try {
    decipher.final()
  } catch {
    throw new SecretUnreadableError('the value was changed, or sealed for another purpose')
  }
  return plain
}

/** `seal` for text columns: base64. */
export function sealText(keys: KeyHolder, purpose: string, plain: string): string {
  return seal(keys, purpose, Buffer.from(plain)).toString('base64')
}

/** Opens what `sealText` made; throws SecretUnreadableError. */
export function unsealText(keys: KeyHolder, purpose: string, sealed: string): string {
  return unseal(keys, purpose, Buffer.from(sealed, 'base64')).toString()
}

/** Whether a value should be sealed again because a newer key exists. */
export function isSealedWithOldKey(keys: KeyHolder, sealed: Uint8Array): boolean {
  return !Buffer.from(sealed.subarray(1, 1 + idBytes)).equals(ringOf(keys).newest.id)
}

/** The decoder skips what is no base64, so that half a key and some dirt would pass for one. */
const keyPattern = /^[A-Za-z0-9+/_-]{43}=?$/

/** What is wrong with a key list, or undefined. */
export function findKeyProblem(secretKey: string): string | undefined {
  const isGood = secretKey
    .split(',')
    .every((key) => keyPattern.test(key.trim()) && Buffer.from(key.trim(), 'base64').length === 32)
  return isGood ? undefined : 'must be base64 of 32 bytes (several separated by commas, the newest first)'
}

function ringOf(keys: KeyHolder): KeyRing {
  const known = rings.get(keys.secretKey)
  if (known !== undefined) return known
  const problem = findKeyProblem(keys.secretKey)
  if (problem !== undefined) throw new Error(`The installation key ${problem}`)
  const entries = keys.secretKey.split(',').map((text) => {
    const bytes = Buffer.from(text.trim(), 'base64')
    return {
      id: createHash('sha256').update(bytes).digest().subarray(0, idBytes),
      key: createSecretKey(bytes),
    }
  })
  const [newest] = entries
  if (newest === undefined) throw new Error('There is no installation key')
  const ring = { newest, byId: new Map(entries.map((entry) => [entry.id.toString('hex'), entry.key])) }
  rings.set(keys.secretKey, ring)
  return ring
}
