import type { EventEmitter } from 'node:events'
import type { proto } from 'baileys'
import { Account, type Companion, parseJid, type ReceiptSettings } from './accounts.ts'
import type { Call } from './calls/model.ts'
import { Channel } from './channels/model.ts'
import type { Connection } from './connection.ts'
import { SenderKeys } from './encryption/sender-keys.ts'
import { SimulatorError } from './errors.ts'
import { Faults } from './faults/model.ts'
import { Group } from './groups/model.ts'
import type { MediaStore } from './media/store.ts'

/** A message that can be sent again or quoted. */
export type RememberedMessage = {
  id: string
  author: Account
  chat: Account | Group
  message: proto.IMessage
  /** Linked clients learn only that there is a message, to be viewed once or to be asked for. */
  isHidden?: boolean | 'view_once'
  /** It is a status post; `chat` is its author. */
  isStatus?: boolean
}

/** What the world announces. */
export type WorldEvents = {
  pairingCode: [phone: string]
  online: [companion: Companion]
}

const rememberedMessages = 20_000

/** Everything the simulated service knows. In memory; a reset makes a new one. */
export class World {
  readonly accounts = new Map<string, Account>()
  readonly groups = new Map<string, Group>()
  readonly channels = new Map<string, Channel>()
  readonly connections = new Set<Connection>()
  /** References in QR codes that are on show. */
  readonly references = new Map<string, Connection>()
  /** Pairing codes that were asked for, by phone. */
  readonly links = new Map<string, Connection>()
  readonly faults = new Faults()
  /** Outlives the world, so that who listens goes on listening after a reset. */
  readonly events: EventEmitter<WorldEvents>
  /** Files; outlives the world, so that the media server goes on after a reset. */
  readonly media: MediaStore
  /** Follows the sender keys of clients for all virtual members: a message is decrypted once, not per member. */
  readonly observer = new SenderKeys()
  /** Queries of linked devices so far, by namespace. */
  readonly queries = new Map<string, number>()
  /** Calls that ring or go on. */
  readonly calls = new Map<string, Call>()
  readonly counters = { stanzas: 0, messages: 0, decrypted: 0, undecryptable: 0, problems: 0 }
  readonly unknownStanzas = new Map<string, number>()
  /** Messages that a phone or device asked for again, so that the second copy is no duplicate. */
  readonly askedAgain = new Set<string>()
  readonly #byLid = new Map<string, Account>()
  readonly #remembered = new Map<string, RememberedMessage>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #receipts: ReceiptSettings
  readonly #log: (what: string, cause?: unknown) => void

  constructor(
    receipts: ReceiptSettings,
    events: EventEmitter<WorldEvents>,
    media: MediaStore,
    log: (what: string, cause?: unknown) => void,
  ) {
    this.events = events
    this.media = media
    this.#receipts = receipts
    this.#log = log
  }

  /** Adds a person; the caller has checked that the number is free. */
  addAccount(phone: string, name: string, isBusiness: boolean): Account {
    const account = new Account(phone, name, isBusiness, { ...this.#receipts })
    this.accounts.set(phone, account)
    this.#byLid.set(account.lid, account)
    return account
  }

  /** The person with this phone number; 404 when there is none. */
  account(phone: string, field = 'phone'): Account {
    const account = this.accounts.get(phone.replace(/@c\.us$/, ''))
    if (!account) throw new SimulatorError(404, `no account has the phone ${phone}`, field)
    return account
  }

  /** The group with this id, with or without `@g.us`; 404 when there is none. */
  group(id: string, field = 'id'): Group {
    const group = this.groups.get(id.endsWith('@g.us') ? id : `${id}@g.us`)
    if (!group) throw new SimulatorError(404, `there is no group ${id}`, field)
    return group
  }

  /** The group whose invitation link has this code now. */
  groupByInvite(code: string): Group | undefined {
    for (const group of this.groups.values()) if (group.inviteCode === code) return group
    return undefined
  }

  /** The person a jid means, by phone number or LID. */
  find(jid: string | undefined): Account | undefined {
    const user = parseJid(jid)?.user
    return user === undefined ? undefined : (this.accounts.get(user) ?? this.#byLid.get(user))
  }

  /** The group or person that a stanza is addressed to. */
  findChat(jid: string | undefined): Account | Group | undefined {
    return jid?.endsWith('@g.us') ? this.groups.get(jid) : this.find(jid)
  }

  /** The linked device a jid means. */
  findCompanion(jid: string | undefined): Companion | undefined {
    return this.find(jid)?.companions.get(parseJid(jid)?.device ?? 0)
  }

  /** A jid as users of the control API see it. */
  chatIdOf(jid: string): string {
    if (jid.endsWith('@g.us') || jid.endsWith('@newsletter')) return jid
    return this.find(jid)?.chatId ?? `${parseJid(jid)?.user ?? jid}@c.us`
  }

  createGroup(owner: Account, subject: string, members: Iterable<Account>, addressing: 'pn' | 'lid'): Group {
    const group = new Group(owner, subject, members, addressing)
    this.groups.set(group.id, group)
    return group
  }

  createChannel(owner: Account, name: string, description: string): Channel {
    const channel = new Channel(owner, name, description)
    this.channels.set(channel.id, channel)
    return channel
  }

  /** The channel with this id; 404 when there is none. */
  channel(id: string, field = 'id'): Channel {
    const channel = this.channels.get(id.endsWith('@newsletter') ? id : `${id}@newsletter`)
    if (!channel) throw new SimulatorError(404, `there is no channel ${id}`, field)
    return channel
  }

  /** The channel whose invitation link ends with this code. */
  channelByInvite(code: string): Channel | undefined {
    for (const channel of this.channels.values()) if (channel.inviteCode === code) return channel
    return undefined
  }

  /** Keeps a message for quotes and retries; the oldest go first. */
  remember(message: RememberedMessage): void {
    this.#remembered.set(message.id, message)
    if (this.#remembered.size <= rememberedMessages) return
    const oldest = this.#remembered.keys().next().value
    if (oldest !== undefined) this.#remembered.delete(oldest)
  }

  /** All messages that are remembered, oldest first. */
  remembered(): RememberedMessage[] {
    return [...this.#remembered.values()]
  }

  recall(id: string): RememberedMessage | undefined {
    return this.#remembered.get(id)
  }

  /** Does something later, unless the world ends before. */
  after(delayMs: number, work: () => void): void {
    if (delayMs <= 0) {
      work()
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, delayMs)
    this.#timers.add(timer)
  }

  /** Something the client did, or we did, that should not happen; counted, and logged when asked to. */
  problem(what: string, cause?: unknown): void {
    this.counters.problems++
    this.#log(what, cause)
  }

  /** Ends the world: nothing more happens, every connection is cut. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    for (const connection of this.connections) connection.terminate()
  }
}
