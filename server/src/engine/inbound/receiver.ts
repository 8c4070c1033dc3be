import type { BaileysEventMap, GroupMetadata, proto, WAMessage } from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import { createLru } from '../../platform/lru.ts'
import type { EngineListener, Person, PresenceUpdate } from '../events.ts'
import type { ChatId } from '../ids.ts'
import { personOf } from '../library/jids.ts'
import { proto as protocol } from '../library/library.ts'
import type { Addresses } from './addresses.ts'
import { type ChatTimers, settingIn, timedChats, timerIn } from './chat-timers.ts'
import { historyIn, openEnvelopes } from './envelopes.ts'
import type { Arrival, Inbox } from './inbox.ts'
import { type ChangeSources, isChange, parseChange } from './parse-change.ts'
import { chatKeyOf, isPlaceholder, parseMessage, type Recipient } from './parse-message.ts'
import { Receipts } from './receipts.ts'
import { openSealedReaction } from './sealed-reaction.ts'

/** What the receiver works with. */
export interface ReceiverOptions {
  recipient(): Recipient
  addresses: Addresses
  timers: ChatTimers
  inbox: Inbox
  listener: Pick<EngineListener, 'onPresence'>
  clock: Clock
  log: Logger
  /** Ends messages in flight that are nothing to store, after a short time for the library's own work on them. */
  dismiss(ids: readonly string[], isOwnDevice: boolean): void
  /** The content of a message of this session, when it is known. */
  findMessage(id: string): Promise<proto.IMessage | undefined>
  /** The group as it is known; asks WhatsApp when it is not. */
  findGroup(jid: string): Promise<GroupMetadata | undefined>
}

const maxKeyed = 200

/** How long a chat counts as looked at after somebody asked for its presence. */
const watchedMs = 10 * 60_000

/** Turns what the library emits into our events, in the order it is emitted. */
export class Receiver {
  readonly #options: ReceiverOptions
  readonly #receipts: Receipts
  readonly #sources: ChangeSources
  readonly #presences = createLru<Pick<PresenceUpdate, 'presence' | 'lastSeenAt'>, ChatId>(500)
  /** Until when whose presence is told, by the monotonic clock. */
  readonly #watched = createLru<number, ChatId>(500)
  readonly #presenceWaiters = new Map<ChatId, (() => void)[]>()
  /** Messages that votes and edits may follow before they are stored, encoded in memory of their own. */
  readonly #keyed = createLru<Uint8Array>(maxKeyed)

  constructor(options: ReceiverOptions) {
    this.#options = options
    this.#receipts = new Receipts(options)
    this.#sources = {
      addresses: options.addresses,
      findMessage: async (id) => {
        const bytes = this.#keyed.get(id)
        return bytes === undefined ? options.findMessage(id) : protocol.Message.decode(bytes)
      },
      isGroupAdmin: (chatId, person) => this.#isGroupAdmin(chatId, person),
    }
  }

  /** One event of the library; names we do not speak of are ignored. */
  handle(name: string, data: unknown): void {
    switch (name) {
      case 'messages.upsert': {
        const { messages, type } = data as BaileysEventMap['messages.upsert']
        for (const message of messages) this.#handleMessage(message, type === 'append')
        return
      }
      case 'messages.update':
        return this.#receipts.handleUpdates(data as BaileysEventMap['messages.update'])
      case 'message-receipt.update':
        return this.#receipts.handleGroupReceipts(data as BaileysEventMap['message-receipt.update'])
      case 'presence.update':
        return this.#handlePresence(data as BaileysEventMap['presence.update'])
      default:
    }
  }

  /** The presence of a chat, waiting up to `waitMs` for the first update. */
  async presenceOf(chatId: ChatId, waitMs: number): Promise<Pick<PresenceUpdate, 'presence' | 'lastSeenAt'>> {
    this.#watched.set(chatId, this.#options.clock.monotonicMs() + watchedMs)
    if (!this.#presences.has(chatId)) {
      await new Promise<void>((resolve) => {
        this.#presenceWaiters.set(chatId, [...(this.#presenceWaiters.get(chatId) ?? []), resolve])
        this.#options.clock.schedule(waitMs, resolve)
      })
    }
    return this.#presences.get(chatId) ?? { presence: 'unknown', lastSeenAt: null }
  }

  /** Whether an update of this chat's presence has come. */
  hasPresence(chatId: ChatId): boolean {
    return this.#presences.has(chatId)
  }

  #handleMessage(message: WAMessage, isAppend: boolean): void {
    const { inbox, dismiss } = this.#options
    const id = message.key.id
    if (!id) return
    if (isChange(message.message)) {
      const arrived = { ...message }
      return inbox.add(() => this.#receiveChange(arrived, id))
    }
    // A chunk of history is acknowledged when it is stored.
    if (message.key.fromMe === true && historyIn(message.message) !== undefined) return
    this.#setTimer(message)
    const isDeviceMessage =
      message.message?.protocolMessage !== undefined && message.message.protocolMessage !== null
    if (isDeviceMessage || !(message.message || isPlaceholder(message))) {
      return dismiss([id], isDeviceMessage)
    }
    if (message.message) this.#rememberKey(id, message.message)
    // The library changes the object later; what is read now is what arrived.
    const arrived = { ...message }
    inbox.add(() => this.#receiveMessage(arrived, id, isAppend))
  }

  async #receiveMessage(message: WAMessage, id: string, isAppend: boolean): Promise<Arrival> {
    const { recipient, addresses } = this.#options
    await this.#learnTimer(message)
    const opened = await openSealedReaction(message, recipient(), this.#sources)
    const parsed = await parseMessage(opened, isAppend ? 'offline' : 'live', recipient(), addresses)
    return { messages: parsed === undefined ? [] : [parsed], inFlight: [id] }
  }

  async #receiveChange(message: WAMessage, id: string): Promise<Arrival> {
    const { recipient, log } = this.#options
    const change = await parseChange(message, recipient(), this.#sources)
    if (change === undefined) log.debug('a change of a message was let go')
    return { changes: change === undefined ? [] : [change], inFlight: [id] }
  }

  /** Somebody changed how long messages of the chat stay. */
  #setTimer({ key, message, messageTimestamp }: WAMessage): void {
    const timer = message ? settingIn(message, messageTimestamp) : undefined
    if (timer !== undefined) this.#options.timers.set(timedNames(key), timer)
  }

  /** A message of a chat of two says how long it stays there; groups say it of themselves. */
  async #learnTimer({ key, message, messageTimestamp }: WAMessage): Promise<void> {
    const timer = message ? timerIn(message, messageTimestamp) : undefined
    const names = timedNames(key)
    if (timer === undefined || names.some((name) => name.endsWith('@g.us'))) return
    await this.#options.timers.learn(names, timer)
  }

  #rememberKey(id: string, message: proto.IMessage): void {
    const hasKey = openEnvelopes(message).contextInfo?.messageSecret
    // What is decoded refers to buffers many times its size, so it is not what is kept.
    if (hasKey) this.#keyed.set(id, new Uint8Array(protocol.Message.encode(message).finish()))
  }

  async #isGroupAdmin(chatId: ChatId, person: Person): Promise<boolean> {
    try {
      const group = await this.#options.findGroup(chatId)
      return (
        group?.participants.some(({ id, lid, phoneNumber, admin }) => {
          const member = personOf([id, lid, phoneNumber], null)
          const isSame =
            (member.phone !== null && member.phone === person.phone) ||
            (member.lid !== null && member.lid === person.lid)
          return isSame && Boolean(admin)
        }) ?? false
      )
    } catch (error) {
      // Who may not be known is nobody: the message stays, as it does when a member without the right asks.
      this.#options.log.debug({ err: error }, 'a group could not be looked at')
      return false
    }
  }

  #handlePresence({ id, presences }: BaileysEventMap['presence.update']): void {
    const known = presences[id] ?? Object.values(presences)[0]
    if (known === undefined) return
    void this.#publishPresence(id, known.lastKnownPresence, known.lastSeen).catch((error: unknown) =>
      this.#options.log.debug({ err: error }, 'a presence could not be told'),
    )
  }

  async #publishPresence(jid: string, presence: string, lastSeen: number | undefined): Promise<void> {
    const { recipient, addresses, listener } = this.#options
    const chatId = await addresses.chatIdOfJid(jid)
    if (chatId === undefined) return
    const { tenantId, sessionId } = recipient()
    const lastSeenAt = lastSeen === undefined ? null : new Date(lastSeen * 1000)
    const update = { tenantId, sessionId, chatId, presence: presenceOf(presence), lastSeenAt }
    this.#presences.set(chatId, { presence: update.presence, lastSeenAt })
    for (const resolve of this.#presenceWaiters.get(chatId) ?? []) resolve()
    this.#presenceWaiters.delete(chatId)
    const isWatched = (this.#watched.get(chatId) ?? 0) > this.#options.clock.monotonicMs()
    if (isWatched) listener.onPresence(update)
  }
}

/** The addresses of a message's chat. The second one of what the own phone wrote is the account's own. */
function timedNames(key: WAMessage['key']): string[] {
  const { remoteJid, remoteJidAlt, fromMe } = chatKeyOf(key)
  return timedChats(fromMe === true ? [remoteJid] : [remoteJid, remoteJidAlt])
}

function presenceOf(presence: string): PresenceUpdate['presence'] {
  if (presence === 'composing') return 'typing'
  if (presence === 'recording') return 'recording'
  if (presence === 'available' || presence === 'paused') return 'online'
  return presence === 'unavailable' ? 'offline' : 'unknown'
}
