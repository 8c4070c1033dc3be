import crypto, { createSecretKey } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

// Node 24 tests a key given as bytes for being a key object by catching an exception, which costs 15 microseconds: more
// than the cipher itself. The library encrypts and decrypts every frame with such keys, so bytes become key objects here.
const { createCipheriv, createDecipheriv } = crypto

type Key = Parameters<typeof createCipheriv>[1]

function toKeyObject(key: Key): Key {
  return key instanceof Uint8Array ? createSecretKey(key) : key
}

crypto.createCipheriv = ((algorithm: string, key: Key, iv, options) =>
  createCipheriv(algorithm, toKeyObject(key), iv, options)) as typeof createCipheriv
crypto.createDecipheriv = ((algorithm: string, key: Key, iv, options) =>
  createDecipheriv(algorithm, toKeyObject(key), iv, options)) as typeof createDecipheriv
syncBuiltinESMExports()
