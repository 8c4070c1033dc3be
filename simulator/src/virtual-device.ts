import { randomBytes, randomInt } from 'node:crypto'
import { type BinaryNode, proto, unpadRandomMax16, writeRandomPadMax16 } from 'baileys'
import { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord, type SignalStorage } from 'libsignal'
import { generateKeyPair, type KeyPair, sign, withTypeByte } from './keys.ts'
import './session-tries.ts'
import { stanza, writeNumber } from './stanza.ts'

/** What one needs of a device to start a Signal session with it. */
export type PreKeyBundle = Parameters<SessionBuilder['initOutgoing']>[0]

/** The two kinds of 1:1 ciphertext: one that opens a session and one inside a session. */
export type CiphertextType = 'pkmsg' | 'msg'

/** A message encrypted for one device. */
export type Ciphertext = { type: CiphertextType; ciphertext: Buffer }

const preKeyMessage = 3
const signedPreKeyId = 1

type SignalKey = { privKey: Buffer; pubKey: Buffer }

const toSignalKey = (pair: KeyPair): SignalKey => ({
  privKey: pair.private,
  pubKey: withTypeByte(pair.public),
})

/**
 * The Signal half of a phone: identity, prekeys and the sessions with other devices, in memory as live
 * objects. Devices are named `<lid user>:<device>`.
 */
export class VirtualDevice {
  readonly identity = generateKeyPair()
  readonly registrationId = randomInt(1, 16_380)
  readonly #signedPreKey = generateKeyPair()
  readonly #signature: Buffer
  readonly #preKeys = new Map<number, SignalKey>()
  readonly #sessions = new Map<string, SessionRecord>()
  readonly #storage: SignalStorage
  /** libsignal queues jobs by address in a table of the whole process: the prefix keeps devices apart. */
  readonly #addressPrefix = randomBytes(6).toString('hex')
  #nextPreKeyId = 1

  constructor() {
    this.#signature = sign(this.identity.private, withTypeByte(this.#signedPreKey.public))
    const identity = toSignalKey(this.identity)
    const signedPreKey = toSignalKey(this.#signedPreKey)
    this.#storage = {
      loadSession: async (id) => this.#sessions.get(id),
      storeSession: async (id, session) => void this.#sessions.set(id, session),
      isTrustedIdentity: () => true,
      loadPreKey: async (id) => this.#preKeys.get(Number(id)),
      removePreKey: (id) => void this.#preKeys.delete(id),
      loadSignedPreKey: () => signedPreKey,
      getOurRegistrationId: () => this.registrationId,
      getOurIdentity: () => identity,
    }
  }

  /** Answer to a key query for this device, with a one-time prekey that nobody else gets. */
  bundleNode(jid: string): BinaryNode {
    return stanza('user', { jid }, [
      stanza('registration', {}, writeNumber(this.registrationId, 4)),
      ...this.keyNodes(),
    ])
  }

  /** The keys of this device as they stand in a bundle and in a retry receipt. */
  keyNodes(): BinaryNode[] {
    const id = this.#nextPreKeyId++
    const preKey = generateKeyPair()
    this.#preKeys.set(id, toSignalKey(preKey))
    return [
      stanza('type', {}, Buffer.from([5])),
      stanza('identity', {}, this.identity.public),
      stanza('key', {}, [stanza('id', {}, writeNumber(id, 3)), stanza('value', {}, preKey.public)]),
      stanza('skey', {}, [
        stanza('id', {}, writeNumber(signedPreKeyId, 3)),
        stanza('value', {}, this.#signedPreKey.public),
        stanza('signature', {}, this.#signature),
      ]),
    ]
  }

  /** Whether a session with that device is open. */
  hasSession(device: string): boolean {
    return this.#sessions.get(this.#address(device).toString())?.haveOpenSession() ?? false
  }

  /** Starts a session from a bundle, closing the one there was. */
  async startSession(device: string, bundle: PreKeyBundle): Promise<void> {
    await new SessionBuilder(this.#storage, this.#address(device)).initOutgoing(bundle)
  }

  /** Encrypts for a device with which a session exists. */
  async encrypt(device: string, message: proto.IMessage): Promise<Ciphertext> {
    const cipher = new SessionCipher(this.#storage, this.#address(device))
    const { type, body } = await cipher.encrypt(encodePadded(message))
    return { type: type === preKeyMessage ? 'pkmsg' : 'msg', ciphertext: Buffer.from(body, 'binary') }
  }

  /**
   * Decrypts what a device sent; throws when no session fits. libsignal moves the ratchet of every session it
   * tries before it knows whether the message fits, so a failure puts the sessions back as they were.
   */
  async decrypt(device: string, type: string, ciphertext: Uint8Array): Promise<proto.Message> {
    const address = this.#address(device)
    const cipher = new SessionCipher(this.#storage, address)
    const bytes = Buffer.from(ciphertext)
    const backup = this.#sessions.get(address.toString())?.serialize()
    try {
      const plaintext =
        type === 'pkmsg'
          ? await cipher.decryptPreKeyWhisperMessage(bytes)
          : await cipher.decryptWhisperMessage(bytes)
      return decodePadded(plaintext)
    } catch (cause) {
      if (backup) this.#sessions.set(address.toString(), SessionRecord.deserialize(backup))
      throw cause
    }
  }

  #address(device: string): ProtocolAddress {
    const [user = '', number = '0'] = device.split(':')
    return new ProtocolAddress(`${this.#addressPrefix}-${user}`, Number(number))
  }
}

/** Message as bytes with the random padding that WhatsApp puts before encryption. */
export function encodePadded(message: proto.IMessage): Buffer {
  return Buffer.from(writeRandomPadMax16(proto.Message.encode(message).finish()))
}

/** Reverse of {@link encodePadded}. */
export function decodePadded(plaintext: Uint8Array): proto.Message {
  return proto.Message.decode(unpadRandomMax16(plaintext))
}
