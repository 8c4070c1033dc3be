import { createHash } from 'node:crypto'
import { jidDecode } from 'baileys'
import type { Connection } from './connection.ts'
import { DeliveryQueue } from './delivery-queue.ts'
import { withTypeByte } from './encryption/keys.ts'
import { SenderKeys } from './encryption/sender-keys.ts'
import { type PreKeyBundle, VirtualDevice } from './encryption/virtual-device.ts'
import { Mailbox } from './mailbox.ts'
import { defaultPrivacy } from './privacy.ts'
import type { BusinessProfile, Picture } from './profile.ts'
import type { ReceivedMessage, SeenEvent } from './records.ts'
import { SERVER, seconds, stanza, stanzaId } from './stanza.ts'

/** How a phone answers a message: not at all, with a delivery receipt, by reading it, or by listening to it as well. */
export type ReceiptSettings = {
  mode: 'none' | 'delivery' | 'read' | 'played'
  deliveryMs: number
  readMs: number
}

/** Whether an account's messages arrive under its phone number or under its LID. */
export type Addressing = 'pn' | 'lid'

/** A signed or one-time prekey of a linked device. */
export type PublicPreKey = { keyId: number; publicKey: Buffer }

/** Below this many prekeys the server asks for more. Source: `MIN_PREKEY_COUNT` of Baileys. */
const fewPreKeys = 5
const keptMessages = 50_000

/** A linked device: a client that logs in beside the phone. */
export class Companion {
  readonly account: Account
  readonly device: number
  readonly noiseKey: Buffer
  readonly identity: Buffer
  readonly queue = new DeliveryQueue()
  registrationId: number
  signedPreKey: PublicPreKey & { signature: Buffer }
  preKeys: PublicPreKey[] = []
  connection: Connection | undefined
  /** Whether the phone shared its keys and history with it already. */
  isBootstrapped = false
  #askedForPreKeys = false

  constructor(account: Account, device: number, keys: CompanionKeys) {
    this.account = account
    this.device = device
    this.noiseKey = keys.noiseKey
    this.identity = keys.identity
    this.registrationId = keys.registrationId
    this.signedPreKey = keys.signedPreKey
  }

  /** Name of the device in Signal sessions. */
  get address(): string {
    return `${this.account.lid}:${this.device}`
  }

  /** Takes a one-time prekey for a new session and asks the client for more when few are left. */
  takeBundle(): PreKeyBundle {
    const preKey = this.preKeys.shift()
    if (this.preKeys.length < fewPreKeys && !this.#askedForPreKeys) {
      this.#askedForPreKeys = true
      this.queue.add(
        stanza('notification', { from: SERVER, type: 'encrypt', id: stanzaId(), t: seconds() }, [
          stanza('count', { value: this.preKeys.length }),
        ]),
      )
    }
    return {
      registrationId: this.registrationId,
      identityKey: withTypeByte(this.identity),
      signedPreKey: { ...this.signedPreKey, publicKey: withTypeByte(this.signedPreKey.publicKey) },
      // libsignal starts a session without a one-time key as well; its type does not say so.
      ...(preKey && { preKey: { keyId: preKey.keyId, publicKey: withTypeByte(preKey.publicKey) } }),
    } as PreKeyBundle
  }

  /** What restoring a world needs beyond the fields that anybody can read. */
  saved(): { askedForPreKeys: boolean } {
    return { askedForPreKeys: this.#askedForPreKeys }
  }

  restore({ askedForPreKeys }: ReturnType<Companion['saved']>): void {
    this.#askedForPreKeys = askedForPreKeys
  }

  /** The client uploaded prekeys. */
  addPreKeys(keys: PublicPreKey[]): void {
    this.preKeys.push(...keys)
    this.#askedForPreKeys = false
  }
}

/** What a client says of its keys when it is linked. */
export type CompanionKeys = Pick<Companion, 'noiseKey' | 'identity' | 'registrationId' | 'signedPreKey'>

/** After how many seconds messages of a chat disappear, and since when (seconds of the epoch) that holds. */
export type ChatTimer = { seconds: number; since: number }

/** A person or business with a phone. The phone is device 0; clients are linked devices from 1 on. */
export class Account {
  readonly phone: string
  readonly lid: string
  name: string
  isBusiness: boolean
  addressing: Addressing = 'pn'
  /** Other ways to write the number, as with Brazil's ninth digit: look-ups of them find this account. */
  readonly aliases = new Set<string>()
  receipts: ReceiptSettings
  readonly device = new VirtualDevice()
  readonly senderKeys = new SenderKeys()
  readonly companions = new Map<number, Companion>()
  readonly messages = new Mailbox<ReceivedMessage>(keptMessages)
  readonly events = new Mailbox<SeenEvent>(keptMessages)
  readonly blocked = new Set<string>()
  /** How long messages of chats with others stay, by their phone numbers. */
  readonly chatTimers = new Map<string, ChatTimer>()
  /** What a business says about itself. */
  readonly businessProfile: BusinessProfile = {}
  /** Phone numbers in the address book, for privacy settings that make a difference. */
  readonly contacts = new Set<string>()
  /** Privacy settings by category, as clients read and change them. */
  readonly privacy: Record<string, string> = { ...defaultPrivacy }
  /** Ids of messages that came more than once without having been asked for. */
  duplicates = 0
  undecryptable = 0
  picture: Picture | undefined
  about = 'Hey there! I am using WhatsApp.'
  presence: 'available' | 'unavailable' = 'unavailable'
  readonly presenceSubscribers = new Set<Companion>()
  /** Linked devices that know which devices this account has, and are notified when that changes. */
  readonly deviceWatchers = new Set<Companion>()
  readonly #shown = new Map<string, ReceivedMessage>()
  #nextDevice = 1
  #work: Promise<unknown> = Promise.resolve()

  constructor(phone: string, name: string, isBusiness: boolean, receipts: ReceiptSettings) {
    this.phone = phone
    this.lid = lidOf(phone)
    this.name = name
    this.isBusiness = isBusiness
    this.receipts = receipts
  }

  get jid(): string {
    return this.deviceJid(0)
  }

  get lidJid(): string {
    return this.deviceLid(0)
  }

  /** The form that users of the control API see. */
  get chatId(): string {
    return `${this.phone}@c.us`
  }

  deviceJid(device: number): string {
    return device ? `${this.phone}:${device}@s.whatsapp.net` : `${this.phone}@s.whatsapp.net`
  }

  deviceLid(device: number): string {
    return device ? `${this.lid}:${device}@lid` : `${this.lid}@lid`
  }

  /** Links a client and gives it the next device number. */
  link(keys: CompanionKeys): Companion {
    const companion = new Companion(this, this.#nextDevice++, keys)
    this.companions.set(companion.device, companion)
    return companion
  }

  /**
   * Notifies who keeps a list of this account's devices which were added or removed. Source:
   * `handleDevicesNotification` of Baileys, which changes its list and forgets sessions with what was removed.
   */
  notifyDevices(change: 'add' | 'remove', devices: readonly number[]): void {
    const t = seconds()
    const notify = (companion: Companion, from: string, jids: string[]) =>
      companion.queue.add(
        stanza('notification', { from, type: 'devices', id: stanzaId(), t }, [
          stanza(change, { device_hash: '2:simulator' }, [
            ...jids.map((jid, index) => stanza('device', { jid, 'key-index': devices[index] })),
            stanza('key-index-list', { ts: t }),
          ]),
        ]),
      )
    for (const watcher of this.deviceWatchers) {
      if (watcher.account.companions.get(watcher.device) !== watcher) this.deviceWatchers.delete(watcher)
      else {
        notify(
          watcher,
          this.jid,
          devices.map((device) => this.deviceJid(device)),
        )
        notify(
          watcher,
          this.lidJid,
          devices.map((device) => this.deviceLid(device)),
        )
      }
    }
  }

  /** Does things of this person one after the other, so that sessions and order stay sound. */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work)
    this.#work = result.catch(() => undefined)
    return result
  }

  /** Puts a message on the screen; an id that is shown already from the same sender stays shown once. */
  show(message: ReceivedMessage): boolean {
    if (this.shown(message.from, message.id)) return false
    this.keep(message)
    this.messages.add(message)
    return true
  }

  /** Remembers a message so that it can be reacted to, edited and so on. */
  keep(message: ReceivedMessage): void {
    this.#shown.set(`${message.from}|${message.id}`, message)
    if (this.#shown.size <= keptMessages) return
    const oldest = this.#shown.keys().next().value
    if (oldest !== undefined) this.#shown.delete(oldest)
  }

  /** What restoring a world needs beyond the fields that anybody can read. */
  saved(): { shown: Map<string, ReceivedMessage>; nextDevice: number } {
    return { shown: this.#shown, nextDevice: this.#nextDevice }
  }

  restore({ shown, nextDevice }: ReturnType<Account['saved']>): void {
    for (const [key, message] of shown) this.#shown.set(key, message)
    this.#nextDevice = nextDevice
  }

  /** A message on the screen, by its author and its id. */
  shown(from: string, id: string): ReceivedMessage | undefined {
    return this.#shown.get(`${from}|${id}`)
  }
}

/** The LID of a phone number: 15 digits that do not show the number, the same in every run. */
function lidOf(phone: string): string {
  const digest = createHash('sha256').update(`lid of ${phone}`).digest()
  return (100_000_000_000_000n + (digest.readBigUInt64BE(0) % 900_000_000_000_000n)).toString()
}

/** User and device of a jid; undefined when it is none. */
export function parseJid(jid: string | undefined): { user: string; device: number } | undefined {
  const decoded = jid ? jidDecode(jid) : undefined
  return decoded?.user ? { user: decoded.user, device: decoded.device ?? 0 } : undefined
}
