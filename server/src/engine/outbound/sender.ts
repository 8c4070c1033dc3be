import type { WASocket } from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import { KeyedMutex } from '../../platform/keyed-mutex.ts'
import { createLru } from '../../platform/lru.ts'
import type { Submission, SubmitOutcome } from '../engine.ts'
import { type ChatId, chatKind } from '../ids.ts'
import { codeOf } from '../library/ask.ts'
import { proto as protocol } from '../library/library.ts'
import { maskDigits } from '../library/library-log.ts'
import { NotSendableError } from '../media/parts.ts'
import { UploadError } from '../media/upload.ts'
import { type Ack, Acks, type PendingAck } from './acks.ts'
import { channelStanza, isPublished } from './channel-posts.ts'
import {
  OutboundPreparer,
  type PreparedMessage,
  type PreparerOptions,
  stanzaIdOf,
} from './prepare-outbound.ts'
import type { SentMessages } from './sent-messages.ts'
import { asStatus } from './status-message.ts'

/** What sending needs of the connection. */
export interface SenderOptions extends PreparerOptions {
  socket: WASocket
  clock: Clock
  log: Logger
  isOpen(): boolean
  /** What may have to be sent again. */
  sent: Pick<SentMessages, 'keep'>
  /** WhatsApp does not let this account start conversations. */
  onReachOutLock(): void
}

const mostOutcomes = 500
/** Whoever did not get the answer asks again within seconds. */
const rememberMs = 5 * 60_000
/** Ack errors that mean a restriction of the account, not of the message (source: `NACK_REASONS` of Baileys 7). */
const reachOutCode = '463'
/** WhatsApp knows no such account, group or channel. */
const noSuchChatCode = '404'

/** Encrypts, sends and waits for the server's ack, one chat in order and chats side by side. */
export class Sender {
  readonly #options: SenderOptions
  readonly #preparer: OutboundPreparer
  readonly #acks: Acks
  readonly #chats = new KeyedMutex()
  readonly #warm = createLru<true>(2000, 3_600_000)
  readonly #outcomes = createLru<Promise<SubmitOutcome>>(mostOutcomes, rememberMs)

  constructor(options: SenderOptions) {
    this.#options = options
    this.#preparer = new OutboundPreparer(options)
    this.#acks = new Acks(options.clock)
  }

  /**
   * Sends one message; never throws. The time for its ack runs from when it leaves, after any upload. The same
   * message once more leaves once more only when nobody knows what became of it.
   */
  send(submission: Submission, ackTimeoutMs: number, audience?: readonly string[]): Promise<SubmitOutcome> {
    const { waMessageId } = submission
    const known = this.#outcomes.get(waMessageId)
    if (known !== undefined) return known
    const outcome = this.#send(submission, ackTimeoutMs, audience)
    this.#outcomes.set(waMessageId, outcome)
    return outcome.then((ended) => {
      const isKnown = ended.kind === 'sent' || ended.kind === 'refused'
      if (!isKnown && this.#outcomes.peek(waMessageId) === outcome) this.#outcomes.delete(waMessageId)
      return ended
    })
  }

  async #send(
    submission: Submission,
    ackTimeoutMs: number,
    audience?: readonly string[],
  ): Promise<SubmitOutcome> {
    const { isOpen } = this.#options
    if (!isOpen()) return { kind: 'not_sent', error: 'not_connected' }
    const stanzaId = stanzaIdOf(submission)
    const pending = this.#acks.wait(stanzaId, submission.chatId)
    try {
      const dispatched = this.#chats.run(submission.chatId, () =>
        this.#dispatch(submission, pending, ackTimeoutMs, audience),
      )
      // On a connection that dies the library may wait for an answer for a minute: nobody waits with it.
      const lost = pending.answered.then((ack) => (ack.kind === 'none' ? ack : undefined))
      const first = await Promise.race([dispatched, lost])
      if (first !== undefined && 'why' in first) {
        // What becomes of it no longer matters, but it must not end the process.
        void dispatched.catch(() => {})
        return { kind: 'unknown', error: first.why }
      }
      return this.#conclude(await pending.answered, await dispatched, submission.chatId)
    } catch (error) {
      this.#acks.cancel(stanzaId, 'not_sent')
      return this.#judge(error, submission.chatId)
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
      : { chatId, waMessageId: id, error: error === undefined ? null : refusalOf(error, chatId) }
  }

  /** The connection is gone. */
  close(): void {
    this.#acks.loseAll()
  }

  async #dispatch(
    submission: Submission,
    ack: PendingAck,
    ackTimeoutMs: number,
    audience: readonly string[] | undefined,
  ): Promise<PreparedMessage> {
    const made = await this.#preparer.prepare(submission)
    const prepared = audience === undefined ? made : { ...made, message: asStatus(made.message) }
    await this.#options.sent.keep(submission, prepared.message)
    ack.startTimer(ackTimeoutMs)
    if (chatKind(submission.chatId) === 'channel') {
      await this.#post(prepared, submission.mayHaveLeft === true)
    } else {
      await this.#relay(prepared, audience)
    }
    return prepared
  }

  /** Publishes a post; one that the channel has already is as good as acknowledged. */
  async #post(prepared: PreparedMessage, mayHaveLeft: boolean): Promise<void> {
    const { socket, log } = this.#options
    const { jid, stanzaId } = prepared
    if (mayHaveLeft) {
      const isThere = await isPublished(socket, jid, stanzaId).catch((error: unknown) => {
        // Whatever keeps it from being asked for would keep it from being posted, too.
        log.info({ err: error }, 'a post could not be asked for')
        return false
      })
      if (isThere) {
        this.#acks.receive(stanzaId, { kind: 'acked', atMs: undefined })
        return
      }
    }
    await socket.sendNode(channelStanza(prepared))
  }

  async #relay(
    { jid, message, stanzaId, attributes, nodes }: PreparedMessage,
    audience: readonly string[] | undefined,
  ): Promise<void> {
    const { socket } = this.#options
    const relay = () =>
      socket.relayMessage(jid, message, {
        messageId: stanzaId,
        additionalAttributes: attributes,
        additionalNodes: nodes,
        ...(audience === undefined ? {} : { statusJidList: [...audience] }),
      })
    if (this.#warm.has(jid)) {
      await relay()
      return
    }
    // The first send asks for devices and key bundles, those of the own devices too: one at a time asks once.
    await this.#chats.run('first sends', relay)
    this.#warm.set(jid, true)
  }

  #conclude(ack: Ack, { message, edited, mentions }: PreparedMessage, chatId: ChatId): SubmitOutcome {
    const { clock } = this.#options
    if (ack.kind === 'error') return { kind: 'refused', error: refusalOf(ack.code, chatId) }
    if (ack.kind === 'none') return { kind: 'unknown', error: ack.why }
    const at = ack.atMs === undefined ? clock.now() : new Date(ack.atMs)
    // Remembered for minutes: bytes of its own, or it would keep the 8 KB block that the encoder cut them from.
    const proto = new Uint8Array(protocol.Message.encode(edited ?? message).finish())
    return { kind: 'sent', at, proto, ...(mentions && { mentions }) }
  }

  #judge(error: unknown, chatId: ChatId): SubmitOutcome {
    const { isOpen, log } = this.#options
    if (!isOpen()) return { kind: 'unknown', error: 'connection_lost' }
    if (error instanceof NotSendableError) return { kind: 'refused', error: error.code }
    const text = error instanceof Error ? maskDigits(error.message) : 'unknown'
    if (error instanceof UploadError) {
      log.warn({ error: text, code: error.code }, 'a file could not be uploaded')
      return { kind: error.isFinal ? 'refused' : 'not_sent', error: error.code }
    }
    log.info({ error: text }, 'a message could not be handed over')
    const code = error instanceof AppError ? error.status : codeOf(error)
    return {
      kind: 'refused',
      error: code === undefined ? 'not_handed_over' : refusalOf(String(code), chatId),
    }
  }
}

/** Why WhatsApp refused: whom or what it does not know in words, anything else by its code. */
function refusalOf(code: string, chatId: ChatId): string {
  if (code !== noSuchChatCode) return `ack_${code}`
  return chatKind(chatId) === 'person' ? 'recipient_not_on_whatsapp' : 'not_deliverable'
}
