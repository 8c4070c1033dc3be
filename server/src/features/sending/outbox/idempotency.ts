import type { Context } from '../../../context.ts'
import {
  findByIdempotencyKey,
  findMessageById,
  type MessageRow,
  messageToWire,
} from '../../conversations/messages/messages.service.ts'
import { freeIdempotencyKey } from '../../conversations/messages/outgoing.service.ts'
import { idempotencyMismatch, type Submitted } from './outbox.schema.ts'
import { outcomesOf } from './outcome.ts'
import { failureOf } from './send-failures.schema.ts'

const ttlMs = 24 * 3_600_000

/** The answer as it was given first: what happened to the message since is published as events. */
function firstAnswer(ctx: Context, row: MessageRow): Submitted {
  const message = { ...messageToWire(ctx, row), delivered_at: null, read_at: null }
  if (row.requiresApproval) {
    return { message: { ...message, status: 'pending_approval', sent_at: null, error: null }, status: 201 }
  }
  if (row.answeredPending || row.sentAt === null) {
    return { message: { ...message, status: 'pending', sent_at: null, error: null }, status: 201 }
  }
  return { message: { ...message, status: 'sent' }, status: 201 }
}

/**
 * The first answer under an idempotency key, or undefined when there was none in the last 24 hours. While the first
 * call is still under way this one waits with it, also when a crash came between them. Another body is refused (422).
 */
export async function answerAgain(
  ctx: Context,
  tenantId: string,
  { key, bodyHash }: { key: string; bodyHash: string },
): Promise<Submitted | undefined> {
  const since = new Date(ctx.clock.nowMs() - ttlMs)
  const row = await findByIdempotencyKey(ctx, tenantId, key, since)
  if (row === undefined) return undefined
  if (row.idempotencyHash !== bodyHash) throw idempotencyMismatch.create()
  if (row.status === 'pending' && !row.answeredPending) {
    const outcome = outcomesOf(ctx).wait(row.id)
    // It may have been concluded between the look-up and the wait.
    const again = await findMessageById(ctx, tenantId, row.id)
    if (again?.status === 'pending') await outcome
    return conclude(ctx, (await findMessageById(ctx, tenantId, row.id)) ?? row)
  }
  return conclude(ctx, row)
}

function conclude(ctx: Context, row: MessageRow): Submitted {
  if (row.status === 'failed' && !row.answeredPending) throw failureOf(row.error, row.id)
  return firstAnswer(ctx, row)
}

/** Frees a key that was used more than 24 hours ago. */
export async function releaseExpiredKey(ctx: Context, tenantId: string, key: string): Promise<void> {
  const before = new Date(ctx.clock.nowMs() - ttlMs)
  if (await freeIdempotencyKey(ctx.db.sql, tenantId, key, before)) return
  throw new Error('an idempotency key is in use and cannot be found')
}
