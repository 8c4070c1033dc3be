import crypto, { createSecretKey, type KeyObject } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

// Node 24 tests a key given as bytes for being a key object by catching an exception, which costs 10 microseconds and more:
// more than the cipher or the MAC itself. Every frame and every message is encrypted and signed with such keys, so bytes
// become key objects here.
const { createCipheriv, createDecipheriv, createHmac } = crypto

type Key = Parameters<typeof createCipheriv>[1]
type MacKey = Parameters<typeof createHmac>[1]

function toKeyObject<K extends Key | MacKey>(key: K): K | KeyObject {
  return key instanceof Uint8Array ? createSecretKey(key) : key
}

crypto.createCipheriv = ((algorithm: string, key: Key, iv, options) =>
  createCipheriv(algorithm, toKeyObject(key), iv, options)) as typeof createCipheriv
crypto.createDecipheriv = ((algorithm: string, key: Key, iv, options) =>
  createDecipheriv(algorithm, toKeyObject(key), iv, options)) as typeof createDecipheriv
crypto.createHmac = ((algorithm: string, key: MacKey, options) =>
  createHmac(algorithm, toKeyObject(key), options)) as typeof createHmac
syncBuiltinESMExports()
