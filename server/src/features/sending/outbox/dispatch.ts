import type { Context } from '../../../context.ts'
import { contentText, type OutboundContent } from '../../../engine/content.ts'
import type { Submission, SubmitOutcome } from '../../../engine/engine.ts'
import type { ChatId } from '../../../engine/ids.ts'
import { seal } from '../../../platform/secrets.ts'
import type { MessageProgress } from '../../conversations/messages/messages.schema.ts'
import { protoPurpose } from '../../conversations/messages/purposes.service.ts'
import { countUnanswered, countUploadFailure, putOff } from './outbox.store.ts'
import { type OutboxRuntime, runtimeOf } from './outbox-writer.ts'
import { settleFailed } from './store-messages.ts'

/** A stored message on its way to WhatsApp. */
export interface Leaving {
  content: OutboundContent
  quoted: Submission['quoted']
  createdAt: Date
  /** What its events say; `text` is complete. */
  event: Omit<MessageProgress, 'status' | 'error'>
}

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

/** Types in the chat, one message after another; hands over at once when there is no pace. */
async function pace(runtime: OutboxRuntime, leaving: Leaving): Promise<void> {
  const { ctx, typing } = runtime
  if (ctx.config.pace <= 0) return
  const { sessionId, chatId } = leaving.event
  const key = `${sessionId} ${chatId}`
  const before = typing.get(key) ?? Promise.resolve()
  const mine = before.then(() => typeLikeAPerson(ctx, sessionId, chatId, contentText(leaving.content)))
  typing.set(key, mine)
  try {
    await mine
  } finally {
    if (typing.get(key) === mine) typing.delete(key)
  }
}

async function concludeSent(
  runtime: OutboxRuntime,
  leaving: Leaving,
  outcome: Extract<SubmitOutcome, { kind: 'sent' }>,
): Promise<void> {
  const { messageId, tenantId } = leaving.event
  const proto = seal(runtime.ctx.config, protoPurpose(messageId), outcome.proto).toString('base64')
  await runtime.settle({
    row: { id: messageId, tenant_id: tenantId, at: outcome.at.toISOString(), proto },
    event: { ...leaving.event, status: 'sent', error: null },
  })
  runtime.tell(messageId, { status: 'sent', at: outcome.at, error: null })
}

/** The message ends here: told once, the quota given back. */
export async function concludeFailed(ctx: Context, leaving: Leaving, error: string): Promise<void> {
  const runtime = runtimeOf(ctx)
  await settleFailed(ctx, { ...leaving.event, status: 'failed', error }, leaving.createdAt.getTime())
  runtime.tell(leaving.event.messageId, { status: 'failed', at: ctx.clock.now(), error })
}

/** Its file cannot be brought to WhatsApp for the moment: tried again after a pause, for a bounded time. */
async function pauseUpload(ctx: Context, leaving: Leaving, error: string): Promise<'over' | 'later'> {
  const { messageId, tenantId } = leaving.event
  const failures = await countUploadFailure(ctx.db.sql, tenantId, messageId)
  if (failures >= mostUploads) {
    await concludeFailed(ctx, leaving, error)
    return 'over'
  }
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1))
  await putOff(ctx.db.sql, tenantId, messageId, new Date(ctx.clock.nowMs() + pauseMs))
  return 'later'
}

async function handOverOnce(runtime: OutboxRuntime, leaving: Leaving): Promise<'over' | 'again' | 'later'> {
  const { ctx } = runtime
  const { sessionId, chatId, waMessageId, messageId, tenantId } = leaving.event
  const submission: Submission = { sessionId, chatId, waMessageId, content: leaving.content }
  if (leaving.quoted !== undefined) submission.quoted = leaving.quoted
  // Without a connection here it is left to whoever holds the session: the outbox is worked on there.
  if (!ctx.engine.isWorking(sessionId)) return 'later'
  const outcome = await ctx.engine.send(submission)
  if (outcome.kind === 'sent') {
    await concludeSent(runtime, leaving, outcome)
    return 'over'
  }
  if (outcome.kind === 'refused') {
    await concludeFailed(ctx, leaving, outcome.error)
    return 'over'
  }
  if (outcome.kind === 'not_sent') {
    // Without a connection that is no attempt, the message simply goes on waiting.
    return outcome.error === 'not_connected' ? 'later' : pauseUpload(ctx, leaving, outcome.error)
  }
  const unanswered = await countUnanswered(ctx.db.sql, tenantId, messageId)
  if (unanswered >= mostUnanswered) {
    await concludeFailed(ctx, leaving, 'no_answer')
    return 'over'
  }
  return ctx.engine.isWorking(sessionId) ? 'again' : 'later'
}

/**
 * Hands a stored message over and stores how that ended. Without an answer it is sent once more under the same id,
 * which WhatsApp shows once: at once when the connection stands, else (`later`) when the session works again. One whose
 * file does not get to WhatsApp is put off (`later`); others do not wait for it.
 */
export async function handOver(ctx: Context, leaving: Leaving): Promise<'over' | 'later'> {
  const runtime = runtimeOf(ctx)
  const { messageId } = leaving.event
  if (runtime.handling.has(messageId)) return 'over'
  runtime.handling.add(messageId)
  try {
    await pace(runtime, leaving)
    for (;;) {
      const result = await handOverOnce(runtime, leaving)
      if (result !== 'again') return result
    }
  } catch (err) {
    // The database is away: the row in the outbox stays, and the next start or connection sends it again.
    ctx.log.error({ err, messageId }, 'an outgoing message could not be concluded')
    return 'later'
  } finally {
    runtime.handling.delete(messageId)
  }
}
