import type { SQL } from 'drizzle-orm'
import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { planLimitReached, unknownThing } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { getLimits } from '../../account/plans/plans.service.ts'
import { monthOf } from '../../account/usage/usage.schema.ts'
import { reserveMessages } from '../../account/usage/usage.service.ts'
import { findTenantSession } from '../../sessions/lifecycle/sessions.service.ts'
import { emptyRecipients } from './bulk.schema.ts'
import { deleteJob, findJob, insertJob, insertRecipients, lockLane, updateJob } from './bulk.store.ts'
import type { BulkJobRow, QuietHours } from './bulk.tables.ts'
import { startNextJob } from './ending.service.ts'

/** Ends a job whose time is over, whether its session is connected or not. */
export const expireBulkJob = defineJob<{ tenantId: string; sessionId: string; id: string }>('bulk.expire')

/** What a new job sends, to whom and when. */
export interface NewJob {
  tenantId: string
  sessionId: string
  /** The list or segment; null when there is none. */
  customGroupId: string | null
  /**
   * Whom to write to: `peopleOf(...)` of the list or segment, asked before the transaction, or another subquery in
   * parentheses with the columns `phone` (digits), `name` and `variables`.
   */
  people: SQL
  /** Phones to leave out: a subquery with the one column `phone`. */
  excluding?: SQL
  name?: string | null
  source: BulkJobRow['source']
  /** The schedule, and the run of it, that makes the job. */
  sourceId?: string | null
  executionId?: string | null
  /** Takes all it needs of the month's quota now, or refuses (403); otherwise each message takes its own when it goes. */
  reservesQuota: boolean
  messageType: BulkJobRow['messageType']
  messageContent?: string | null
  mediaUrl?: string | null
  variants?: string[] | null
  timeZone?: string | null
  quietHours?: QuietHours | null
  sendBefore?: Date | null
  idempotency?: { key: string; bodyHash: string } | undefined
  /** It waits for somebody to resume it. */
  isPaused?: boolean
}

async function reserve(ctx: Context, sql: Sql, { tenantId }: NewJob, total: number): Promise<string> {
  const month = monthOf(ctx.clock.nowMs())
  const { max_messages_per_month: limit } = await getLimits(ctx, tenantId, sql)
  const admitted = await reserveMessages(sql, tenantId, month, total, limit)
  if (admitted === total) return month
  const message = `The plan allows ${limit} messages per month (max_messages_per_month): ${total} are needed, ${admitted} are left`
  throw planLimitReached.create({ message, details: { needed: total, left: admitted } })
}

function rowOf(job: NewJob, id: string, now: Date): Parameters<typeof insertJob>[1] {
  return {
    id,
    tenantId: job.tenantId,
    sessionId: job.sessionId,
    customGroupId: job.customGroupId,
    name: job.name ?? null,
    source: job.source,
    sourceId: job.sourceId ?? null,
    executionId: job.executionId ?? null,
    status: job.isPaused === true ? 'paused' : 'pending',
    messageType: job.messageType,
    messageContent: job.messageContent ?? null,
    mediaUrl: job.mediaUrl ?? null,
    variants: job.variants ?? null,
    timeZone: job.timeZone ?? null,
    quietHours: job.quietHours ?? null,
    sendBefore: job.sendBefore ?? null,
    totalRecipients: 0,
    idempotencyKey: job.idempotency?.key ?? null,
    idempotencyHash: job.idempotency?.bodyHash ?? null,
    createdAt: now,
    updatedAt: now,
  }
}

/** A job is only looked at when its time is over: a timer holds no longer than this. */
const longestDelayMs = 24 * 24 * 3_600_000

/** Has a job end at its time; nothing when it has none. */
export async function scheduleExpiry(ctx: Context, sql: Sql, job: BulkJobRow): Promise<void> {
  if (job.sendBefore === null) return
  const { tenantId, sessionId, id } = job
  const delayMs = Math.min(longestDelayMs, Math.max(0, job.sendBefore.getTime() - ctx.clock.nowMs()))
  await ctx.jobs.add(sql, expireBulkJob, { tenantId, sessionId, id }, { delayMs })
}

/**
 * Makes a job in the caller's transaction: its recipients are fixed, its quota is taken, and it runs as soon as no other
 * job of its session does. 400 `empty_recipients` when there is nobody to write to, 403 when the quota does not suffice,
 * 404 when its session is gone; undefined when its idempotency key is in use. Call it late in the transaction: other jobs
 * of the session and the tenant's quota wait for the commit.
 */
export async function addJob(ctx: Context, sql: Sql, job: NewJob): Promise<BulkJobRow | undefined> {
  const { tenantId, sessionId } = job
  const id = ctx.ids.uuid()
  const inserted = await insertJob(sql, rowOf(job, id, ctx.clock.now()))
  if (inserted === undefined) return undefined
  const total = await insertRecipients(sql, { tenantId, jobId: id }, job.people, job.excluding)
  if (total === 0) {
    // Whoever catches this goes on in the same transaction.
    await deleteJob(sql, id)
    throw emptyRecipients.create()
  }
  await lockLane(sql, sessionId)
  // Deleted meanwhile: its jobs have failed already, and nobody would ever take this one up.
  if ((await findTenantSession(sql, tenantId, sessionId)) === undefined) {
    await deleteJob(sql, id)
    throw unknownThing('Session')
  }
  const month = job.reservesQuota ? await reserve(ctx, sql, job, total) : null
  await updateJob(sql, id, {
    totalRecipients: total,
    quotaReserved: month === null ? 0 : total,
    quotaMonth: month === null ? null : `${month}-01`,
  })
  await scheduleExpiry(ctx, sql, inserted)
  await startNextJob(ctx, sql, { tenantId, sessionId })
  return findJob(sql, tenantId, id)
}

/** As `addJob`, for those who use no idempotency key. */
export async function createJob(ctx: Context, sql: Sql, job: NewJob): Promise<BulkJobRow> {
  const made = await addJob(ctx, sql, job)
  if (made === undefined) throw new Error('a bulk job could not be made: its idempotency key is in use')
  return made
}
