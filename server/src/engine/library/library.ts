// The one gateway to the library, so that what is replaced in it is replaced before it loads.
import './quick-ciphers.ts'
import './signal-crypto.ts'
import './signal-sessions.ts'
import './signatures.ts'
import './skipped-group-keys.ts'
import './group-key-records.ts'
import { Curve, DEFAULT_CONNECTION_CONFIG } from 'baileys'
import { requireXeddsa, signXeddsa } from './signatures.ts'

export {
  ALL_WA_PATCH_NAMES,
  Browsers,
  BufferJSON,
  decryptMediaRetryData,
  encodeSyncdPatch,
  encryptMediaRetryRequest,
  generateMessageIDV2,
  getContentType,
  initAuthCreds,
  isPnUser,
  jidDecode,
  makeWASocket,
  newLTHashState,
  normalizeMessageContent,
  proto,
  QueryIds,
  WA_CERT_DETAILS,
} from 'baileys'

/** The library's own Signal repository, to be built over our keys. */
export const makeSignalRepository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository

// When something else in the process loaded the library first, its modules hold the slow functions by value;
// this object is what the noise certificate and the account signature of a pairing are checked through.
Curve.sign = (privateKey, message) => signXeddsa(privateKey, message)
Curve.verify = (publicKey, message, signature) => {
  try {
    return requireXeddsa(publicKey, message, signature)
  } catch {
    return false
  }
}
