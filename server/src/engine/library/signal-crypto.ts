import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'

/** The functions of libsignal's `crypto.js` that are replaced; its MAC and cipher are quick by `quick-ciphers.ts`. */
interface LibraryCrypto {
  deriveSecrets(input: Uint8Array, salt: Uint8Array, info: Uint8Array, parts?: number): Buffer[]
  verifyMAC(data: Uint8Array, key: Uint8Array, mac: Uint8Array, length: number): void
}

const partBytes = 32
const crypto = createRequire(import.meta.url)('libsignal/src/crypto.js') as LibraryCrypto

// HKDF of the runtime takes half the time of the library's, which makes it of four MACs.
crypto.deriveSecrets = (input, salt, info, parts = 3) => {
  if (salt.length !== partBytes) throw new Error(`The salt must have ${partBytes} bytes`)
  const secrets = Buffer.from(hkdfSync('sha256', createSecretKey(input), salt, info, parts * partBytes))
  return Array.from({ length: parts }, (_, part) =>
    secrets.subarray(part * partBytes, (part + 1) * partBytes),
  )
}
crypto.verifyMAC = (data, key, mac, length) => {
  const expected = createHmac('sha256', key).update(data).digest().subarray(0, length)
  if (mac.length !== length || !timingSafeEqual(mac, expected)) throw new Error('Bad MAC')
}
