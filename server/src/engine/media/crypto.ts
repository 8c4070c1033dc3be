import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto'
import type { MediaKind } from '../content.ts'

/** What WhatsApp tells files apart by when it encrypts and stores them. */
export type MediaClass = 'image' | 'video' | 'audio' | 'document' | 'history'

/** Keys of one file. */
export interface MediaKeys {
  iv: Buffer
  cipherKey: Buffer
  macKey: Buffer
}

/** Bytes of the HMAC that follow the ciphertext. */
export const macBytes = 10
const infoOf = {
  image: 'Image',
  video: 'Video',
  audio: 'Audio',
  document: 'Document',
  history: 'History',
} as const

/** Source: `MEDIA_HKDF_KEY_MAPPING` of Baileys 7: stickers are pictures, GIFs are films. */
export function mediaClassOf(kind: MediaKind): MediaClass {
  if (kind === 'sticker') return 'image'
  if (kind === 'gif') return 'video'
  return kind === 'voice' ? 'audio' : kind
}

/** Expands the key of a file into those of its cipher and its MAC. */
export function expandMediaKey(mediaKey: Uint8Array, mediaClass: MediaClass): MediaKeys {
  const info = `WhatsApp ${infoOf[mediaClass]} Keys`
  const expanded = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), info, 112))
  return {
    iv: expanded.subarray(0, 16),
    cipherKey: expanded.subarray(16, 48),
    macKey: expanded.subarray(48, 80),
  }
}

/** What is known of a file once it has passed. */
export interface FileDigests {
  fileSha256: Buffer
  /** Of what is uploaded; the same as `fileSha256` when nothing is encrypted. */
  uploadSha256: Buffer
  fileLength: number
}

/** Encrypts a file as it passes: AES-256-CBC, then a cut HMAC over IV and ciphertext. */
export async function* encryptFile(
  file: AsyncIterable<Buffer>,
  keys: MediaKeys,
): AsyncGenerator<Buffer, FileDigests> {
  const cipher = createCipheriv('aes-256-cbc', keys.cipherKey, keys.iv)
  const mac = createHmac('sha256', keys.macKey).update(keys.iv)
  const plainHash = createHash('sha256')
  const cipherHash = createHash('sha256')
  let fileLength = 0
  const sealed = (part: Buffer): Buffer => {
    mac.update(part)
    cipherHash.update(part)
    return part
  }
  for await (const chunk of file) {
    fileLength += chunk.length
    plainHash.update(chunk)
    yield sealed(cipher.update(chunk))
  }
  yield sealed(cipher.final())
  const tail = mac.digest().subarray(0, macBytes)
  cipherHash.update(tail)
  yield tail
  return { fileSha256: plainHash.digest(), uploadSha256: cipherHash.digest(), fileLength }
}

/** A file as it is, for channels, whose files are not encrypted. */
export async function* passFile(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer, FileDigests> {
  const hash = createHash('sha256')
  let fileLength = 0
  for await (const chunk of file) {
    fileLength += chunk.length
    hash.update(chunk)
    yield chunk
  }
  const digest = hash.digest()
  return { fileSha256: digest, uploadSha256: digest, fileLength }
}

/** What the message says of its file, to be checked against what arrives. */
export interface FileClaims {
  /** Undefined for a file that is not encrypted. */
  keys: MediaKeys | undefined
  fileSha256: Uint8Array | undefined
  fileEncSha256: Uint8Array | undefined
}

/** What arrived is not what was sent. */
export class DamagedFileError extends Error {
  constructor(what: string) {
    super(`the file is damaged: ${what}`)
    this.name = 'DamagedFileError'
  }
}

/**
 * Decrypts and checks a file as it passes. The last piece is given out only when the MAC and both digests are right,
 * so whoever reads to the end has the file that was sent; before the end nothing is promised.
 */
export async function* openFile(body: AsyncIterable<Buffer>, claims: FileClaims): AsyncGenerator<Buffer> {
  const { keys } = claims
  const pieces = keys === undefined ? body : decryptPieces(body, keys, claims.fileEncSha256)
  const plainHash = createHash('sha256')
  let held: Buffer | undefined
  for await (const piece of pieces) {
    if (piece.length === 0) continue
    plainHash.update(piece)
    if (held !== undefined) yield held
    held = piece
  }
  if (!matches(plainHash.digest(), claims.fileSha256)) throw new DamagedFileError('its digest is wrong')
  if (held !== undefined) yield held
}

/** Throws before the last piece is given out when the MAC or the digest of the ciphertext is wrong. */
async function* decryptPieces(
  body: AsyncIterable<Buffer>,
  keys: MediaKeys,
  fileEncSha256: Uint8Array | undefined,
): AsyncGenerator<Buffer> {
  const decipher = createDecipheriv('aes-256-cbc', keys.cipherKey, keys.iv)
  const mac = createHmac('sha256', keys.macKey).update(keys.iv)
  const cipherHash = createHash('sha256')
  let tail: Buffer = Buffer.alloc(0)
  let held: Buffer | undefined
  for await (const chunk of body) {
    cipherHash.update(chunk)
    const data = tail.length === 0 ? chunk : Buffer.concat([tail, chunk])
    const end = Math.max(0, data.length - macBytes)
    tail = data.subarray(end)
    const part = data.subarray(0, end)
    mac.update(part)
    if (held !== undefined) yield held
    held = decipher.update(part)
  }
  if (tail.length < macBytes || !matches(mac.digest().subarray(0, macBytes), tail)) {
    throw new DamagedFileError('its MAC is wrong')
  }
  if (!matches(cipherHash.digest(), fileEncSha256))
    throw new DamagedFileError('its encrypted digest is wrong')
  if (held !== undefined) yield held
  yield finish(decipher)
}

function finish(decipher: ReturnType<typeof createDecipheriv>): Buffer {
  try {
    return decipher.final()
  } catch {
    throw new DamagedFileError('its padding is wrong')
  }
}

/** A digest that the message does not name cannot be wrong. */
function matches(digest: Uint8Array, claimed: Uint8Array | undefined): boolean {
  if (claimed === undefined || claimed.length === 0) return true
  return digest.length === claimed.length && timingSafeEqual(digest, claimed)
}
