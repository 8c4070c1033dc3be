import type { SQL } from 'drizzle-orm'
import type { Context } from '../../../context.ts'
import type { JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError } from '../../../platform/errors.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { getTenantPlan } from '../../account/plans/plans.service.ts'
import { holdUsableGroup } from '../../groups/custom-groups/custom-groups.service.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { findTenantSession } from '../../sessions/lifecycle/sessions.service.ts'
import { emptyRecipients } from '../bulk/bulk.schema.ts'
import { createJob } from '../bulk/bulk.service.ts'
import { type DueMoments, longestLateMs, momentsOfDue } from '../recurrence/due-runs.service.ts'
import { peopleOf } from '../segments/segments.service.ts'
import { arm } from './arm.ts'
import { conclude, notSent, outcomeOfUnfinished, type RunOutcome } from './conclude.service.ts'
import {
  insertExecution,
  listForsaken,
  listUnfinished,
  updateRunning,
  withoutReached,
} from './executions.store.ts'
import { recurrenceOf } from './schedule-wire.ts'
import { runScheduleJob, sendExecutionJob } from './schedules.schema.ts'
import { findSchedule, listOverdue, lockSchedule, updateSchedule } from './schedules.store.ts'
import type { ScheduleRow } from './schedules.tables.ts'

const minuteMs = 60_000
/** A run that begins later than this after its time was missed. */
const graceMs = 5 * minuteMs
/** Runs keep this distance; one that makes up for others does, too. */
const shortestMs = 5 * minuteMs
/** A session that is connecting, as after a restart, is waited for: so often, so long each time. */
const connectingTries = 60
const connectingMs = 5_000

/** What a run works with, found out before its transaction: whom it writes to, or why it does not. */
type Preparation = { kind: 'people'; people: SQL } | { kind: 'one' } | { kind: 'not'; outcome: RunOutcome }

/** A schedule is due: begins its run, once, however often and in however many processes this is called. */
export async function runDue(
  ctx: Context,
  { tenantId, scheduleId, dueAt }: { tenantId: string; scheduleId: string; dueAt: string },
  run: Pick<JobRun, 'attempt'>,
): Promise<JobOutcome> {
  const row = await findSchedule(ctx.db.sql, tenantId, scheduleId)
  if (row?.nextRunAt?.toISOString() !== dueAt) return done
  const session = await findTenantSession(ctx.db.sql, tenantId, row.sessionId)
  if (session?.status === 'starting' && run.attempt <= connectingTries) return retryLater(connectingMs)
  const isWorking = session?.status === 'working'
  const prepared: Preparation = isWorking
    ? await prepare(ctx, row)
    : { kind: 'not', outcome: refusal(row, sessionNotWorking.code) }
  await ctx.db.transaction(async (sql) => {
    const current = await lockSchedule(sql, tenantId, scheduleId)
    if (current?.nextRunAt?.toISOString() === dueAt) await begin(ctx, sql, current, prepared)
  })
  return done
}

/** Why nothing leaves: of one recipient it is known that it did not get it. */
function refusal(row: ScheduleRow, error: string): RunOutcome {
  return row.targetType === 'custom_group'
    ? { status: 'failed', totalRecipients: 0, error }
    : notSent('failed', error)
}

const nothing = (error: string): RunOutcome => ({ status: 'skipped', totalRecipients: 0, error })

async function prepare(ctx: Context, row: ScheduleRow): Promise<Preparation> {
  const { tenantId, customGroupId, sessionId } = row
  const { features } = await getTenantPlan(ctx, tenantId)
  if (!features.has('scheduled')) return { kind: 'not', outcome: refusal(row, planFeatureMissing.code) }
  if (customGroupId === null) return { kind: 'one' }
  try {
    const people = await peopleOf(ctx, tenantId, customGroupId, { sessionId, now: ctx.clock.now() })
    return { kind: 'people', people: row.oncePerContact ? withoutReached(row, people) : people }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { kind: 'not', outcome: refusal(row, error.code) }
  }
}

/** Moves the schedule on to its next run and begins this one, all in one transaction. */
async function begin(ctx: Context, sql: Sql, row: ScheduleRow, prepared: Preparation): Promise<void> {
  const { id: scheduleId, tenantId } = row
  const clockNow = ctx.clock.now()
  const moments = momentsOfDue(recurrenceOf(row), row.nextRunAt ?? clockNow, clockNow)
  const { scheduledFor, now, next } = moments
  const executionId = ctx.ids.uuid()
  const outcome =
    missed(row, moments) ??
    (await unfinished(ctx, sql, row)) ??
    (prepared.kind === 'not' ? prepared.outcome : undefined)
  const isRun = outcome?.status !== 'skipped'
  await updateSchedule(sql, tenantId, scheduleId, {
    // The job that runs this is the one that was armed: it has nothing to cancel.
    ...(await arm(ctx, sql, { ...row, dueJobId: null }, next)),
    ...(isRun ? { lastRunAt: now, runCount: row.runCount + 1 } : {}),
  })
  const execution = { id: executionId, tenantId, scheduleId, scheduledFor, startedAt: now }
  const isFirst = await insertExecution(sql, { ...execution, status: 'running' })
  if (!isFirst) return
  const place = { tenantId, executionId }
  if (outcome !== undefined) return conclude(ctx, sql, place, outcome)
  if (prepared.kind === 'people')
    return startCampaign(ctx, sql, row, { executionId, scheduledFor }, prepared.people)
  await updateRunning(sql, tenantId, executionId, { totalRecipients: 1 })
  await ctx.jobs.add(sql, sendExecutionJob, place)
}

/** Whether a run is not made up for, because nothing ran at its time. */
function missed(row: ScheduleRow, { dueAt, scheduledFor, now, next }: DueMoments): RunOutcome | undefined {
  const lateMs = now.getTime() - scheduledFor.getTime()
  if (now.getTime() - dueAt.getTime() <= graceMs) return undefined
  const within = row.sendWithinMinutes
  const isTooLate =
    (row.scheduleType === 'one_time' && lateMs > longestLateMs) ||
    (within !== null && lateMs > within * minuteMs)
  const isNextNear = next !== null && next.getTime() - now.getTime() < shortestMs
  // The newest run may just be on time, after many that were missed.
  const isMissed = lateMs > graceMs
  if (isTooLate || (isMissed && (row.missedRuns === 'skip' || isNextNear))) return nothing('missed')
  return undefined
}

/**
 * A run that has not ended keeps the next one from beginning: the same people would be written to by both. One whose
 * campaign or message has ended without a word is ended here.
 */
async function unfinished(ctx: Context, sql: Sql, row: ScheduleRow): Promise<RunOutcome | undefined> {
  let isBusy = false
  for (const run of await listUnfinished(sql, row.tenantId, row.id)) {
    const ended = outcomeOfUnfinished(run, ctx.clock.nowMs())
    if (ended === undefined) isBusy = true
    else await conclude(ctx, sql, { tenantId: row.tenantId, executionId: run.id }, ended)
  }
  return isBusy ? nothing('previous_run_unfinished') : undefined
}

async function startCampaign(
  ctx: Context,
  sql: Sql,
  row: ScheduleRow,
  { executionId, scheduledFor }: { executionId: string; scheduledFor: Date },
  people: SQL,
): Promise<void> {
  const { tenantId, sessionId, customGroupId, name, messageType, messageContent, mediaUrl } = row
  const { variants, quietHours, sendWithinMinutes: within } = row
  try {
    // Who deletes it meanwhile finds the schedule before this commits, or the job.
    if (customGroupId !== null) await holdUsableGroup(ctx, sql, tenantId, customGroupId)
    const job = await createJob(ctx, sql, {
      ...{ tenantId, sessionId, customGroupId, name, messageType, messageContent, mediaUrl },
      ...{ variants, quietHours, people, executionId },
      source: 'schedule',
      sourceId: row.id,
      reservesQuota: false,
      sendBefore: within === null ? null : new Date(scheduledFor.getTime() + within * minuteMs),
    })
    const totalRecipients = job.totalRecipients
    await updateRunning(sql, tenantId, executionId, { bulkJobId: job.id, totalRecipients })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const isEmpty = error.code === emptyRecipients.code
    await conclude(
      ctx,
      sql,
      { tenantId, executionId },
      isEmpty ? nothing(error.code) : refusal(row, error.code),
    )
  }
}

/** So many schedules and runs are put right at once. */
const mostSwept = 500

/**
 * Gives schedules a job whose own is gone; one that has its job is not run twice by it. Ends runs whose message or post
 * is gone, with its session, channel or person: no event tells of their end.
 */
export async function sweepSchedules(ctx: Context): Promise<void> {
  const before = new Date(ctx.clock.nowMs() - minuteMs)
  for (const run of await listForsaken(ctx.db.sql, before, mostSwept)) {
    const ended = outcomeOfUnfinished(run, ctx.clock.nowMs())
    const place = { tenantId: run.tenantId, executionId: run.id }
    if (ended !== undefined) await ctx.db.transaction((sql) => conclude(ctx, sql, place, ended))
  }
  const overdue = await listOverdue(ctx.db.sql, before, mostSwept)
  const payloads = overdue.flatMap(({ id: scheduleId, tenantId, nextRunAt }) =>
    nextRunAt === null ? [] : [{ tenantId, scheduleId, dueAt: nextRunAt.toISOString() }],
  )
  await ctx.jobs.addMany(ctx.db.sql, runScheduleJob, payloads)
}
