import type { Context } from '../../../context.ts'
import { contentText } from '../../../engine/content.ts'
import type { Submission, SubmitOutcome } from '../../../engine/engine.ts'
import { type ChatId, chatKind } from '../../../engine/ids.ts'
import { KeyedMutex } from '../../../platform/keyed-mutex.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { seal } from '../../../platform/secrets.ts'
import { protoPurpose } from '../../conversations/messages/purposes.service.ts'
import { countUnanswered, countUploadFailure, putOff } from './outbox.store.ts'
import { writerOf } from './outbox-writer.ts'
import { fail, outcomesOf } from './outcome.ts'
import { progressOf, type StoredMessage } from './stored-message.ts'

/** Hand-overs without an answer after which a message counts as lost: the first one and one more. */
const mostUnanswered = 2

/** Pauses between tries to bring a file to WhatsApp: 5 seconds, doubled up to 5 minutes; half an hour in all. */
const firstPauseMs = 5_000
const longestPauseMs = 5 * 60_000
const mostUploads = 12

/** Decision 4: as fast as a person types, within what nobody finds odd. */
const msPerCharacter = 40
const leastMs = 600
const mostMs = 4000

/** What dispatching needs to remember. */
interface Dispatching {
  /** The context of background work: belongs to no caller. */
  readonly ctx: Context
  /** By chat: people type one message after another. */
  readonly typing: KeyedMutex
  /** Is called when a message goes on waiting in the outbox. */
  onLeftBehind: (sessionId: string) => void
}

const dispatching = defineProcessState(
  (ctx: Context): Dispatching => ({
    ctx: writerOf(ctx).ctx,
    typing: new KeyedMutex(),
    onLeftBehind: () => undefined,
  }),
)

/** Sets the listener for messages that could not leave for the moment. */
export function onLeftBehind(ctx: Context, listener: (sessionId: string) => void): void {
  dispatching.of(ctx).onLeftBehind = listener
}

/** How long a person would type. */
function typingMs(text: string): number {
  return Math.min(mostMs, Math.max(leastMs, text.length * msPerCharacter))
}

/** Shows typing for as long as a person would need; nothing when the pace is 0. */
async function typeLikeAPerson(ctx: Context, sessionId: string, chatId: ChatId, text: string): Promise<void> {
  const ms = typingMs(text) * ctx.config.pace
  if (ms <= 0) return
  try {
    await ctx.engine.setChatState(sessionId, chatId, 'typing')
  } catch (err) {
    // Not shown: the message itself matters more, and if the connection is gone the hand-over will say so.
    ctx.log.debug({ err, sessionId }, 'typing could not be shown')
  }
  await ctx.clock.sleep(ms)
}

/** Types in the chat, one message after another; nobody sees typing in a channel. */
function typeInTurn(
  { ctx, typing }: Dispatching,
  { sessionId, chat, content }: StoredMessage,
): Promise<void> {
  if (chatKind(chat.waChatId) === 'channel') return Promise.resolve()
  return typing.run(`${sessionId} ${chat.waChatId}`, () =>
    typeLikeAPerson(ctx, sessionId, chat.waChatId, contentText(content)),
  )
}

/** Stores that WhatsApp took the message, then answers whoever waits for it. */
async function acknowledge(
  ctx: Context,
  message: StoredMessage,
  { at, proto }: Extract<SubmitOutcome, { kind: 'sent' }>,
): Promise<void> {
  const { id, tenantId } = message
  const sealed = seal(ctx.config, protoPurpose(id), proto).toString('base64')
  await writerOf(ctx).settle({
    row: { id, tenant_id: tenantId, at: at.toISOString(), proto: sealed },
    event: progressOf(message, 'sent', null),
  })
  outcomesOf(ctx).notify(id, { status: 'sent', at, error: null })
}

/** Its file cannot be brought to WhatsApp for the moment: tried again after a pause, for a bounded time. */
async function pauseUpload(
  ctx: Context,
  message: StoredMessage,
  error: string,
): Promise<'concluded' | 'left'> {
  const { id, tenantId } = message
  const failures = await countUploadFailure(ctx.db.sql, tenantId, id)
  if (failures >= mostUploads) {
    await fail(ctx, message, error)
    return 'concluded'
  }
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1))
  await putOff(ctx.db.sql, tenantId, id, new Date(ctx.clock.nowMs() + pauseMs))
  return 'left'
}

async function handOver(
  ctx: Context,
  message: StoredMessage,
  mayHaveLeft: boolean,
): Promise<'concluded' | 'again' | 'left'> {
  const { id, tenantId, sessionId, waMessageId, content, quoted } = message
  const submission: Submission = {
    sessionId,
    chatId: message.chat.waChatId,
    waMessageId,
    content,
    mayHaveLeft,
  }
  if (quoted !== undefined) submission.quoted = quoted
  // Without a connection here it is left to whoever holds the session: the backlog is worked on there.
  if (!ctx.engine.isWorking(sessionId)) return 'left'
  const outcome = await ctx.engine.send(submission)
  if (outcome.kind === 'sent') {
    await acknowledge(ctx, message, outcome)
    return 'concluded'
  }
  if (outcome.kind === 'refused') {
    await fail(ctx, message, outcome.error)
    return 'concluded'
  }
  if (outcome.kind === 'not_sent') {
    // Without a connection that is no attempt, the message simply goes on waiting.
    return outcome.error === 'not_connected' ? 'left' : pauseUpload(ctx, message, outcome.error)
  }
  const unanswered = await countUnanswered(ctx.db.sql, tenantId, id)
  if (unanswered >= mostUnanswered) {
    await fail(ctx, message, 'no_answer')
    return 'concluded'
  }
  return ctx.engine.isWorking(sessionId) ? 'again' : 'left'
}

async function dispatchAlone(
  state: Dispatching,
  inProgress: Set<string>,
  message: StoredMessage,
  isFromBacklog: boolean,
): Promise<void> {
  const { ctx } = state
  const { id, sessionId } = message
  if (inProgress.has(id)) return
  inProgress.add(id)
  let result: Awaited<ReturnType<typeof handOver>> = 'again'
  try {
    if (ctx.config.pace > 0) await typeInTurn(state, message)
    let mayHaveLeft = isFromBacklog
    while (result === 'again') {
      result = await handOver(ctx, message, mayHaveLeft)
      mayHaveLeft = true
    }
  } catch (err) {
    // The database is away: the row in the outbox stays, and the next start or connection sends it again.
    ctx.log.error({ err, messageId: id }, 'an outgoing message could not be concluded')
    result = 'left'
  } finally {
    inProgress.delete(id)
  }
  if (result === 'left') state.onLeftBehind(sessionId)
}

/**
 * Hands a stored message over in the background and stores how that ended. Without an answer it is sent once more under
 * the same id, which WhatsApp shows once: at once when the connection stands, else when the session works again. One
 * whose file does not get to WhatsApp is put off; others do not wait for it. What comes from the backlog may have left
 * before.
 */
export function dispatch(ctx: Context, message: StoredMessage, { isFromBacklog = false } = {}): void {
  void dispatchAlone(dispatching.of(ctx), outcomesOf(ctx).inProgress, message, isFromBacklog)
}
