import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { NOISE_WA_HEADER, proto } from 'baileys'
import type { ServerCertificate } from './certificates.ts'
import { agree, generateKeyPair } from './keys.ts'

const empty = Buffer.alloc(0)
const protocolName = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0')
const tagLength = 16
const maxFrameLength = 1 << 24

/** A key object, because node:crypto handles keys given as bytes much slower. */
type Direction = { key: KeyObject; counter: number }

function encrypt(
  key: Uint8Array | KeyObject,
  counter: number,
  associated: Uint8Array,
  plaintext: Uint8Array,
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(counter))
  cipher.setAAD(associated)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function decrypt(
  key: Uint8Array | KeyObject,
  counter: number,
  associated: Uint8Array,
  sealed: Uint8Array,
): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(counter))
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength))
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagLength)), decipher.final()])
}

function nonce(counter: number): Buffer {
  const iv = Buffer.alloc(12)
  iv.writeUInt32BE(counter, 8)
  return iv
}

/**
 * The server's half of Noise_XX_25519_AESGCM_SHA256 as WhatsApp Web speaks it: a `WA` header instead of a
 * prologue, three-byte frame lengths, counters as nonces. Source: `noise-handler` of Baileys, mirrored.
 */
export class NoiseResponder {
  readonly #certificate: ServerCertificate
  readonly #ephemeral = generateKeyPair()
  #hash: Buffer = protocolName
  #salt: Buffer = protocolName
  #key: Buffer = protocolName
  #counter = 0
  #received: Buffer = empty
  #isIntroduced = false
  #outbound: Direction | undefined
  #inbound: Direction | undefined
  #clientKey: Buffer = empty

  constructor(certificate: ServerCertificate) {
    this.#certificate = certificate
  }

  /** The client's static key, known after the handshake. */
  get clientKey(): Buffer {
    return this.#clientKey
  }

  /** Takes raw bytes of the socket and returns the frames that are complete, decrypted after the handshake. */
  push(data: Buffer): Buffer[] {
    this.#received = this.#received.length ? Buffer.concat([this.#received, data]) : data
    if (!this.#isIntroduced && !this.#readIntroduction()) return []
    const frames: Buffer[] = []
    while (this.#received.length >= 3) {
      const length = this.#received.readUIntBE(0, 3)
      if (this.#received.length < 3 + length) break
      const frame = this.#received.subarray(3, 3 + length)
      this.#received = this.#received.subarray(3 + length)
      frames.push(this.#inbound ? decrypt(this.#inbound.key, this.#inbound.counter++, empty, frame) : frame)
    }
    return frames
  }

  /** Wraps one payload into a frame, encrypted after the handshake. */
  frame(payload: Uint8Array): Buffer {
    const outbound = this.#outbound
    const body = outbound ? encrypt(outbound.key, outbound.counter++, empty, payload) : payload
    if (body.length >= maxFrameLength) throw new RangeError(`a frame of ${body.length} bytes does not fit`)
    const frame = Buffer.allocUnsafe(3 + body.length)
    frame.writeUIntBE(body.length, 0, 3)
    frame.set(body, 3)
    return frame
  }

  /** Answers the client's hello. */
  answerHello(message: Uint8Array): Uint8Array {
    const theirs = proto.HandshakeMessage.decode(message).clientHello?.ephemeral
    if (!theirs) throw new Error('client hello without an ephemeral key')
    const { serverKey, chain } = this.#certificate
    this.#absorb(theirs)
    this.#absorb(this.#ephemeral.public)
    this.#mix(agree(this.#ephemeral.private, theirs))
    const sealedKey = this.#seal(serverKey.public)
    this.#mix(agree(serverKey.private, theirs))
    const payload = this.#seal(chain)
    return proto.HandshakeMessage.encode({
      serverHello: { ephemeral: this.#ephemeral.public, static: sealedKey, payload },
    }).finish()
  }

  /** Completes the handshake and returns what the client says about itself. */
  finish(message: Uint8Array): proto.ClientPayload {
    const { clientFinish } = proto.HandshakeMessage.decode(message)
    if (!clientFinish?.static || !clientFinish.payload) throw new Error('client finish is incomplete')
    this.#clientKey = this.#open(clientFinish.static)
    this.#mix(agree(this.#ephemeral.private, this.#clientKey))
    const payload = proto.ClientPayload.decode(this.#open(clientFinish.payload))
    const keys = Buffer.from(hkdfSync('sha256', empty, this.#salt, '', 64))
    this.#inbound = { key: createSecretKey(keys.subarray(0, 32)), counter: 0 }
    this.#outbound = { key: createSecretKey(keys.subarray(32)), counter: 0 }
    return payload
  }

  /** Skips the optional routing hint (`ED`, version, length) and checks the `WA` header. */
  #readIntroduction(): boolean {
    let start = 0
    if (this.#received.length < 4) return false
    if (this.#received[0] === 0x45 && this.#received[1] === 0x44) {
      if (this.#received.length < 7) return false
      start = 7 + this.#received.readUIntBE(4, 3)
    }
    if (this.#received.length < start + 4) return false
    const header = this.#received.subarray(start, start + 4)
    if (!header.equals(NOISE_WA_HEADER)) throw new Error('not a WhatsApp Web client')
    this.#received = this.#received.subarray(start + 4)
    this.#absorb(header)
    this.#isIntroduced = true
    return true
  }

  #absorb(data: Uint8Array): void {
    this.#hash = createHash('sha256').update(this.#hash).update(data).digest()
  }

  #mix(secret: Uint8Array): void {
    const keys = Buffer.from(hkdfSync('sha256', secret, this.#salt, '', 64))
    this.#salt = keys.subarray(0, 32)
    this.#key = keys.subarray(32)
    this.#counter = 0
  }

  #seal(plaintext: Uint8Array): Buffer {
    const sealed = encrypt(this.#key, this.#counter++, this.#hash, plaintext)
    this.#absorb(sealed)
    return sealed
  }

  #open(sealed: Uint8Array): Buffer {
    const plaintext = decrypt(this.#key, this.#counter++, this.#hash, sealed)
    this.#absorb(sealed)
    return plaintext
  }
}
