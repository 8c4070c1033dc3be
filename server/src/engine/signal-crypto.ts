import { createCipheriv, createDecipheriv, hash, timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'

/** The functions of libsignal's `crypto.js` that are replaced. */
interface LibraryCrypto {
  calculateMAC(key: Buffer, data: Uint8Array): Buffer
  deriveSecrets(input: Buffer, salt: Buffer, info: Buffer, chunks?: number): Buffer[]
  verifyMAC(data: Buffer, key: Buffer, mac: Buffer, length: number): void
  encrypt(key: Buffer, data: Buffer, iv: Buffer): Buffer
  decrypt(key: Buffer, data: Buffer, iv: Buffer): Buffer
}

const blockBytes = 64
const macBytes = 32

/**
 * HMAC-SHA-256 (RFC 2104) over two one-shot hashes. Node 24 tests a key given as bytes for being a key object by
 * catching an exception, which makes `createHmac` five times slower; a sent message needs some fourteen of them.
 */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Buffer {
  const secret = key.length > blockBytes ? hash('sha256', key, 'buffer') : key
  const inner = Buffer.alloc(blockBytes + data.length, 0x36)
  const outer = Buffer.alloc(blockBytes + macBytes, 0x5c)
  for (let index = 0; index < secret.length; index += 1) {
    const byte = secret[index] as number
    inner[index] = 0x36 ^ byte
    outer[index] = 0x5c ^ byte
  }
  inner.set(data, blockBytes)
  outer.set(hash('sha256', inner, 'buffer'), blockBytes)
  return hash('sha256', outer, 'buffer')
}

/** HKDF (RFC 5869) with SHA-256, as 32-byte parts. */
export function deriveSecrets(input: Uint8Array, salt: Uint8Array, info: Uint8Array, parts = 3): Buffer[] {
  if (salt.length !== macBytes) throw new Error('The salt must have 32 bytes')
  const pseudoRandomKey = hmacSha256(salt, input)
  const secrets: Buffer[] = []
  let last: Buffer = Buffer.alloc(0)
  for (let part = 1; part <= parts; part += 1) {
    last = hmacSha256(pseudoRandomKey, Buffer.concat([last, info, Buffer.from([part])]))
    secrets.push(last)
  }
  return secrets
}

const crypto = createRequire(import.meta.url)('libsignal/src/crypto.js') as LibraryCrypto
crypto.calculateMAC = hmacSha256
crypto.deriveSecrets = deriveSecrets
crypto.verifyMAC = (data, key, mac, length) => {
  const expected = hmacSha256(key, data).subarray(0, length)
  if (mac.length !== length || !timingSafeEqual(mac, expected)) throw new Error('Bad MAC')
}
crypto.encrypt = (key, data, iv) => {
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([cipher.update(data), cipher.final()])
}
crypto.decrypt = (key, data, iv) => {
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([decipher.update(data), decipher.final()])
}
