import { randomInt } from 'node:crypto'
import { type BinaryNode, proto, unpadRandomMax16, writeRandomPadMax16 } from 'baileys'
import { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord, type SignalStorage } from 'libsignal'
import { generateKeyPair, type KeyPair, sign, withTypeByte } from './keys.ts'
import './session-tries.ts'
import { stanza, writeNumber } from '../stanza.ts'

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

/** Keys that a phone has from the start. */
type DeviceKeys = { identity: KeyPair; registrationId: number; signedPreKey: KeyPair; signature: Buffer }

/** A device as it is saved. Sessions are in the form of libsignal. */
export type SavedDevice = {
  keys: DeviceKeys | undefined
  nextPreKeyId: number
  preKeys: Map<number, SignalKey>
  sessions: Map<string, object>
}

let nextPrefix = 0

function makeKeys(): DeviceKeys {
  const identity = generateKeyPair()
  const signedPreKey = generateKeyPair()
  const signature = sign(identity.private, withTypeByte(signedPreKey.public))
  return { identity, registrationId: randomInt(1, 16_380), signedPreKey, signature }
}

/**
 * The Signal half of a phone: identity, prekeys and the sessions with other devices, in memory as live
 * objects. Devices are named `<lid user>:<device>`.
 */
export class VirtualDevice {
  readonly #preKeys = new Map<number, SignalKey>()
  readonly #sessions = new Map<string, SessionRecord>()
  /** libsignal queues jobs by address in a table of the whole process: the prefix keeps devices apart. */
  readonly #addressPrefix = (nextPrefix++).toString(36)
  /** Made when they are first needed: most people of a big world never write to anybody. */
  #keys: DeviceKeys | undefined
  #madeStorage: SignalStorage | undefined
  #nextPreKeyId = 1

  /** The key pair that the phone signs and agrees with. */
  get identity(): KeyPair {
    return this.#ownKeys.identity
  }

  get registrationId(): number {
    return this.#ownKeys.registrationId
  }

  /** Everything, to save and to restore. */
  saved(): SavedDevice {
    return {
      keys: this.#keys,
      nextPreKeyId: this.#nextPreKeyId,
      preKeys: this.#preKeys,
      sessions: new Map(
        // The prefix is of this process, so names are saved without it.
        [...this.#sessions].map(([name, session]) => [
          name.slice(this.#addressPrefix.length),
          session.serialize(),
        ]),
      ),
    }
  }

  restore({ keys, nextPreKeyId, preKeys, sessions }: SavedDevice): void {
    this.#keys = keys
    this.#nextPreKeyId = nextPreKeyId
    for (const [id, key] of preKeys) this.#preKeys.set(id, key)
    for (const [name, session] of sessions) {
      this.#sessions.set(`${this.#addressPrefix}${name}`, SessionRecord.deserialize(session as never))
    }
  }

  get #ownKeys(): DeviceKeys {
    this.#keys ??= makeKeys()
    return this.#keys
  }

  get #storage(): SignalStorage {
    this.#madeStorage ??= this.#makeStorage()
    return this.#madeStorage
  }

  #makeStorage(): SignalStorage {
    const identity = toSignalKey(this.identity)
    const signedPreKey = toSignalKey(this.#ownKeys.signedPreKey)
    return {
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
        stanza('value', {}, this.#ownKeys.signedPreKey.public),
        stanza('signature', {}, this.#ownKeys.signature),
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
