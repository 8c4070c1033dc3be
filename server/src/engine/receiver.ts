import type { BaileysEventMap, WAMessage } from 'baileys'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Clock } from '../platform/clock.ts'
import type { Addresses } from './addresses.ts'
import type { EngineListener, PresenceUpdate, StatusUpdate } from './events.ts'
import type { ChatId } from './ids.ts'
import { parseMessage, type Recipient } from './inbound/parse-message.ts'
import type { Arrival, Inbox } from './inbox.ts'
import { parseJid } from './jids.ts'

/** What the receiver hands on, and to whom. */
export interface ReceiverOptions {
  recipient(): Recipient
  addresses: Addresses
  inbox: Inbox
  listener: Pick<EngineListener, 'onPresence'>
  clock: Clock
  log: Logger
  /** Closes tickets of messages that are nothing to store, after a moment for the library's own work on them. */
  dismiss(ids: readonly string[], isOwnDevice: boolean): void
}

// Source: WebMessageInfo.Status of WhatsApp's protobuf.
const deliveryAck = 3
const read = 4
const played = 5

/** Turns what the library emits into our events, in the order it is emitted. */
export class Receiver {
  readonly #options: ReceiverOptions
  readonly #presences = new LRUCache<ChatId, Pick<PresenceUpdate, 'presence' | 'lastSeenAt'>>({ max: 500 })
  readonly #presenceWaiters = new Map<ChatId, (() => void)[]>()

  constructor(options: ReceiverOptions) {
    this.#options = options
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
        return this.#handleUpdates(data as BaileysEventMap['messages.update'])
      case 'presence.update':
        return this.#handlePresence(data as BaileysEventMap['presence.update'])
      default:
    }
  }

  /** The presence of a chat, waiting up to `waitMs` for the first news. */
  async presenceOf(chatId: ChatId, waitMs: number): Promise<Pick<PresenceUpdate, 'presence' | 'lastSeenAt'>> {
    if (!this.#presences.has(chatId)) {
      await new Promise<void>((resolve) => {
        this.#presenceWaiters.set(chatId, [...(this.#presenceWaiters.get(chatId) ?? []), resolve])
        this.#options.clock.schedule(waitMs, resolve)
      })
    }
    return this.#presences.get(chatId) ?? { presence: 'unknown', lastSeenAt: null }
  }

  /** Whether news of this chat's presence has come. */
  hasPresence(chatId: ChatId): boolean {
    return this.#presences.has(chatId)
  }

  #handleMessage(message: WAMessage, isAppend: boolean): void {
    const { inbox, addresses, dismiss } = this.#options
    const id = message.key.id
    if (!id) return
    const isDeviceMessage =
      message.message?.protocolMessage !== undefined && message.message.protocolMessage !== null
    if (!message.message || isDeviceMessage) return dismiss([id], isDeviceMessage)
    // The library changes the object later; what is read now is what arrived.
    const arrived = { ...message }
    inbox.add(async (): Promise<Arrival> => {
      const parsed = await parseMessage(
        arrived,
        isAppend ? 'offline' : 'live',
        this.#options.recipient(),
        addresses,
      )
      return { messages: parsed === undefined ? [] : [parsed], tickets: [id] }
    })
  }

  #handleUpdates(updates: BaileysEventMap['messages.update']): void {
    const { inbox } = this.#options
    const known = updates.filter(
      ({ key, update }) => key.fromMe === true && statusOf(update.status) !== undefined,
    )
    if (known.length === 0) return
    inbox.add(async (): Promise<Arrival> => {
      const statuses: StatusUpdate[] = []
      for (const update of known) {
        const status = await this.#convertUpdate(update)
        if (status !== undefined) statuses.push(status)
      }
      return { statuses }
    })
  }

  async #convertUpdate({
    key,
    update,
  }: BaileysEventMap['messages.update'][number]): Promise<StatusUpdate | undefined> {
    const { recipient, addresses, clock } = this.#options
    const status = statusOf(update.status)
    if (!key.remoteJid || !key.id || status === undefined) return undefined
    const { tenantId, sessionId, me } = recipient()
    const address = parseJid(key.remoteJid)
    const isOwn =
      (address.kind === 'phone' && address.digits === me.phone) ||
      (address.kind === 'lid' && address.digits === me.lid)
    const chatId = isOwn ? undefined : await addresses.chatIdOfJid(key.remoteJid)
    if (chatId === undefined) return undefined
    const seconds = Number(update.messageTimestamp ?? 0)
    const at = seconds > 0 ? new Date(seconds * 1000) : clock.now()
    return { tenantId, sessionId, waMessageId: key.id, chatId, status, error: null, at }
  }

  #handlePresence({ id, presences }: BaileysEventMap['presence.update']): void {
    const { recipient, addresses, listener, log } = this.#options
    const known = presences[id] ?? Object.values(presences)[0]
    if (known === undefined) return
    void this.#tellPresence(id, known.lastKnownPresence, known.lastSeen).catch((error: unknown) =>
      log.debug({ err: error }, 'a presence could not be told'),
    )
    void [recipient, addresses, listener]
  }

  async #tellPresence(jid: string, presence: string, lastSeen: number | undefined): Promise<void> {
    const { recipient, addresses, listener } = this.#options
    const chatId = await addresses.chatIdOfJid(jid)
    if (chatId === undefined) return
    const { tenantId, sessionId } = recipient()
    const lastSeenAt = lastSeen === undefined ? null : new Date(lastSeen * 1000)
    const update = { tenantId, sessionId, chatId, presence: presenceOf(presence), lastSeenAt }
    this.#presences.set(chatId, { presence: update.presence, lastSeenAt })
    for (const resolve of this.#presenceWaiters.get(chatId) ?? []) resolve()
    this.#presenceWaiters.delete(chatId)
    listener.onPresence(update)
  }
}

function statusOf(status: number | null | undefined): 'delivered' | 'read' | undefined {
  if (status === deliveryAck) return 'delivered'
  return status === read || status === played ? 'read' : undefined
}

function presenceOf(presence: string): PresenceUpdate['presence'] {
  if (presence === 'composing') return 'typing'
  if (presence === 'recording') return 'recording'
  if (presence === 'available' || presence === 'paused') return 'online'
  return presence === 'unavailable' ? 'offline' : 'unknown'
}
