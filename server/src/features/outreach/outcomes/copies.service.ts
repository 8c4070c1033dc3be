import type { SQL } from 'drizzle-orm'
import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import { AppError } from '../../../platform/errors.ts'
import { holdUsableGroup } from '../../groups/custom-groups/custom-groups.service.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { createJob, type NewJob } from '../bulk/bulk.service.ts'
import type { BulkJobRow } from '../bulk/bulk.tables.ts'
import { encodeJob, requireJob } from '../bulk/bulk-send.service.ts'
import { peopleOf } from '../segments/segments.service.ts'
import { failedPeople, hasPeople, holdFamily, peopleOfJob, updateRetryOf } from './copies.store.ts'
import { type copiedJob, nobodyToRetry } from './outcomes.schema.ts'

/** What a job sends and when, for another one. */
function contentsOf(ctx: Context, job: BulkJobRow): Omit<NewJob, 'people'> {
  const { sendBefore } = job
  return {
    tenantId: job.tenantId,
    sessionId: job.sessionId,
    customGroupId: job.customGroupId,
    name: job.name,
    source: 'api',
    reservesQuota: true,
    messageType: job.messageType,
    messageContent: job.messageContent,
    mediaUrl: job.mediaUrl,
    variants: job.variants,
    timeZone: job.timeZone,
    quietHours: job.quietHours,
    sendBefore: sendBefore !== null && sendBefore > ctx.clock.now() ? sendBefore : null,
  }
}

function encodeCopy(job: BulkJobRow, retryOf: string | null): z.output<typeof copiedJob> {
  return { ...encodeJob(job), retry_of: retryOf }
}

/**
 * Who is on the job's list or in its segment now, and which group that is; of a job without one, or whose list is gone,
 * those it had itself.
 */
async function peopleAgain(ctx: Context, job: BulkJobRow): Promise<{ people: SQL; groupId: string | null }> {
  const { tenantId, sessionId, customGroupId: groupId, retryOf } = job
  const same = { people: peopleOfJob(tenantId, job.id), groupId: null }
  if (groupId === null || retryOf !== null) return same
  try {
    return { people: await peopleOf(ctx, tenantId, groupId, { sessionId, now: ctx.clock.now() }), groupId }
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return same
    throw error
  }
}

/** Makes a job like another one. It is paused, so that it can be changed first, unless it is to start. */
export async function cloneJob(
  ctx: Context,
  id: string,
  { name, start }: { name?: string | undefined; start: boolean },
): Promise<z.output<typeof copiedJob>> {
  const job = await requireJob(ctx, id)
  if (start) await getWorkingSession(ctx, job.sessionId)
  const { people, groupId } = await peopleAgain(ctx, job)
  const contents = contentsOf(ctx, job)
  const copy = await ctx.db.transaction(async (sql) => {
    // As for a new job: nobody deletes it meanwhile, and the plan must have room for it.
    if (groupId !== null) await holdUsableGroup(ctx, sql, job.tenantId, groupId)
    return createJob(ctx, sql, { ...contents, people, name: name ?? job.name, isPaused: !start })
  })
  return encodeCopy(copy, null)
}

/**
 * Makes a job that writes again to those whom this one failed to reach. Never to somebody whom the message may have
 * reached, however often this is asked: an answer that did not come is no failure, and who was written to again is not
 * written to a third time.
 */
export async function retryFailed(ctx: Context, id: string): Promise<z.output<typeof copiedJob>> {
  const job = await requireJob(ctx, id)
  await getWorkingSession(ctx, job.sessionId)
  const rootId = job.retryOf ?? job.id
  const contents = contentsOf(ctx, job)
  const made = await ctx.db.transaction(async (sql) => {
    const family = await holdFamily(sql, job.tenantId, rootId)
    const people = failedPeople(job.tenantId, job.id, family)
    if (!(await hasPeople(sql, people))) throw nobodyToRetry.create()
    const retry = await createJob(ctx, sql, { ...contents, people })
    await updateRetryOf(sql, retry.id, rootId)
    return retry
  })
  return encodeCopy(made, rootId)
}
