import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { proto } from 'baileys'

/** What a file is for. Each purpose has keys of its own. */
export type MediaPurpose = 'image' | 'video' | 'audio' | 'document' | 'sticker' | 'history' | 'app-state'

/** How the keys of each purpose are derived. Source: `MEDIA_HKDF_KEY_MAPPING` of Baileys. */
const keyInfos: Record<MediaPurpose, string> = {
  image: 'WhatsApp Image Keys',
  video: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  document: 'WhatsApp Document Keys',
  sticker: 'WhatsApp Image Keys',
  history: 'WhatsApp History Keys',
  'app-state': 'WhatsApp App State Keys',
}
const retryInfo = 'WhatsApp Media Retry Notification'
const macLength = 10
const tagLength = 16

/** A file as the media server holds it, and what one needs to read it. */
export type SealedFile = {
  ciphertext: Buffer
  mediaKey: Buffer
  fileSha256: Buffer
  fileEncSha256: Buffer
  fileLength: number
}

/** Encrypts a file under a new key: AES-256-CBC, and ten bytes of a MAC over initialisation vector and text. */
export function sealFile(plaintext: Uint8Array, purpose: MediaPurpose): SealedFile {
  const mediaKey = randomBytes(32)
  const { iv, key, macKey } = keysOf(mediaKey, purpose)
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const ciphertext = Buffer.concat([encrypted, macOf(macKey, iv, encrypted)])
  return {
    ciphertext,
    mediaKey,
    fileSha256: sha256(plaintext),
    fileEncSha256: sha256(ciphertext),
    fileLength: plaintext.length,
  }
}

/** What a message says of its file, as far as reading it needs. */
export type FileClaims = {
  mediaKey?: Uint8Array | null
  fileSha256?: Uint8Array | null
  fileEncSha256?: Uint8Array | null
}

/** Reverse of {@link sealFile}; throws when a checksum or the MAC does not fit. */
export function openFile(ciphertext: Uint8Array, purpose: MediaPurpose, claims: FileClaims): Buffer {
  const { mediaKey, fileSha256, fileEncSha256 } = claims
  if (!mediaKey?.length) throw new Error('the message has no key for its file')
  if (fileEncSha256?.length && !sha256(ciphertext).equals(fileEncSha256)) {
    throw new Error('the encrypted file has another checksum than the message says')
  }
  const { iv, key, macKey } = keysOf(mediaKey, purpose)
  const encrypted = ciphertext.subarray(0, ciphertext.length - macLength)
  if (!macOf(macKey, iv, encrypted).equals(ciphertext.subarray(-macLength))) {
    throw new Error('the MAC of the file is wrong')
  }
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  const plaintext = Buffer.concat([decipher.update(encrypted), decipher.final()])
  if (fileSha256?.length && !sha256(plaintext).equals(fileSha256)) {
    throw new Error('the file has another checksum than the message says')
  }
  return plaintext
}

/** Reads which message's file a client asks for again; throws when the key does not fit. */
export function openRetryRequest(
  mediaKey: Uint8Array,
  id: string,
  iv: Uint8Array,
  payload: Uint8Array,
): proto.ServerErrorReceipt {
  const sealed = payload.subarray(0, payload.length - tagLength)
  const decipher = createDecipheriv('aes-256-gcm', retryKeyOf(mediaKey), iv)
  decipher.setAAD(Buffer.from(id)).setAuthTag(payload.subarray(-tagLength))
  return proto.ServerErrorReceipt.decode(Buffer.concat([decipher.update(sealed), decipher.final()]))
}

/** Encrypts the answer to such a request. */
export function sealRetryAnswer(
  mediaKey: Uint8Array,
  id: string,
  answer: proto.IMediaRetryNotification,
): { iv: Buffer; payload: Buffer } {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', retryKeyOf(mediaKey), iv)
  cipher.setAAD(Buffer.from(id))
  const sealed = [cipher.update(proto.MediaRetryNotification.encode(answer).finish()), cipher.final()]
  return { iv, payload: Buffer.concat([...sealed, cipher.getAuthTag()]) }
}

/** SHA-256 of some bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function keysOf(mediaKey: Uint8Array, purpose: MediaPurpose) {
  const derived = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), keyInfos[purpose], 112))
  return { iv: derived.subarray(0, 16), key: derived.subarray(16, 48), macKey: derived.subarray(48, 80) }
}

function macOf(macKey: Uint8Array, iv: Uint8Array, encrypted: Uint8Array): Buffer {
  return createHmac('sha256', macKey).update(iv).update(encrypted).digest().subarray(0, macLength)
}

function retryKeyOf(mediaKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), retryInfo, 32))
}
