import type { proto, WASocket } from 'baileys'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Clock } from '../platform/clock.ts'
import { Acks } from './acks.ts'
import type { Addresses } from './addresses.ts'
import type { Submission, SubmitOutcome } from './engine.ts'
import type { ChatId } from './ids.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import { proto as protocol } from './library.ts'
import { maskDigits } from './library-log.ts'
import { convertOutbound } from './outbound/convert-outbound.ts'

/** What sending needs of the connection. */
export interface SenderOptions {
  socket: WASocket
  addresses: Addresses
  clock: Clock
  log: Logger
  isOpen(): boolean
  /** WhatsApp does not let this account start conversations. */
  onReachOutLock(): void
}

const maxRecent = 500
/** Ack errors that mean a restriction of the account, not of the message (source: `NACK_REASONS` of Baileys 7). */
const reachOutCode = '463'

/** Encrypts, hands over and waits for the server's ack, one chat in order and chats side by side. */
export class Sender {
  readonly #options: SenderOptions
  readonly #acks: Acks
  readonly #chats = new KeyedMutex()
  readonly #warm = new LRUCache<string, true>({ max: 2000, ttl: 3_600_000 })
  readonly #recent = new LRUCache<string, proto.IMessage>({ max: maxRecent })

  constructor(options: SenderOptions) {
    this.#options = options
    this.#acks = new Acks(options.clock)
  }

  /** A message that was handed over lately, for a retry that comes before it is stored. */
  findRecent(id: string): proto.IMessage | undefined {
    return this.#recent.get(id)
  }

  /** Sends one message; never throws. */
  async send(submission: Submission, ackTimeoutMs: number): Promise<SubmitOutcome> {
    const { isOpen, log } = this.#options
    const { waMessageId, chatId } = submission
    if (!isOpen()) return { kind: 'unknown', error: 'not_connected' }
    const answered = this.#acks.wait(waMessageId, chatId, ackTimeoutMs)
    try {
      const handedOver = this.#chats.run(chatId, () => this.#handOver(submission))
      // On a connection that dies the library may wait for an answer for a minute: nobody waits with it.
      const lost = answered.then((ack) => (ack.kind === 'none' ? ack : undefined))
      const first = await Promise.race([handedOver, lost])
      if (first !== undefined && 'why' in first) return { kind: 'unknown', error: first.why }
      return this.#conclude(await answered, (await handedOver).message)
    } catch (error) {
      this.#acks.cancel(waMessageId, 'not_sent')
      const text = error instanceof Error ? maskDigits(error.message) : 'unknown'
      log.info({ error: text }, 'a message could not be handed over')
      return isOpen()
        ? { kind: 'refused', error: 'not_deliverable' }
        : { kind: 'unknown', error: 'connection_lost' }
    }
  }

  /** The server's ack of a message; returns what a late one means, for a message nobody waits for any more. */
  receiveAck(
    attributes: Record<string, string>,
  ): { chatId: ChatId; waMessageId: string; error: string | null } | undefined {
    const { id, error, t } = attributes
    if (id === undefined) return undefined
    if (error === reachOutCode) this.#options.onReachOutLock()
    const seconds = Number(t)
    const chatId = this.#acks.receive(
      id,
      error === undefined
        ? { kind: 'acked', atMs: seconds > 0 ? seconds * 1000 : undefined }
        : { kind: 'error', code: error },
    )
    return chatId === undefined
      ? undefined
      : { chatId, waMessageId: id, error: error === undefined ? null : `ack_${error}` }
  }

  /** The connection is gone. */
  close(): void {
    this.#acks.loseAll()
  }

  async #handOver(submission: Submission): Promise<{ message: proto.IMessage }> {
    const { waMessageId, chatId } = submission
    const message = await this.#convert(submission)
    this.#recent.set(waMessageId, message)
    await this.#relay(await this.#options.addresses.jidOf(chatId), message, waMessageId)
    return { message }
  }

  async #convert(submission: Submission): Promise<proto.IMessage> {
    const { addresses, socket } = this.#options
    const { content, quoted } = submission
    const mentions = content.kind === 'text' ? (content.mentions ?? []) : []
    const mentioned = await Promise.all(mentions.map((chatId) => addresses.jidOf(chatId)))
    const quotedSender =
      quoted === undefined
        ? undefined
        : quoted.isFromMe
          ? ownJid(socket)
          : quoted.sender === null
            ? undefined
            : await addresses.jidOf(quoted.sender)
    return convertOutbound(content, { quoted, quotedSender, mentioned })
  }

  async #relay(jid: string, message: proto.IMessage, messageId: string): Promise<void> {
    const { socket } = this.#options
    const relay = () => socket.relayMessage(jid, message, { messageId })
    if (this.#warm.has(jid)) {
      await relay()
      return
    }
    // The first send asks for devices and key bundles, those of the own devices too: one at a time asks once.
    await this.#chats.run('first sends', relay)
    this.#warm.set(jid, true)
  }

  #conclude(ack: Awaited<ReturnType<Acks['wait']>>, message: proto.IMessage): SubmitOutcome {
    const { clock } = this.#options
    if (ack.kind === 'error') return { kind: 'refused', error: `ack_${ack.code}` }
    if (ack.kind === 'none') return { kind: 'unknown', error: ack.why }
    const at = ack.atMs === undefined ? clock.now() : new Date(ack.atMs)
    return { kind: 'sent', at, proto: protocol.Message.encode(message).finish() }
  }
}

function ownJid(socket: WASocket): string | undefined {
  const id = socket.user?.id
  return id === undefined ? undefined : `${id.split(/[:@]/)[0]}@s.whatsapp.net`
}
