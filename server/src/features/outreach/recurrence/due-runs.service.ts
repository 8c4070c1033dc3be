import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { JobType } from '../../../platform/jobs/jobs.ts'
import type { Recurrence } from './recurrence.schema.ts'
import { newestRun, nextRun } from './recurrence.service.ts'

/** A run of a `one_time` rule is made up for so long. */
export const longestLateMs = 24 * 3_600_000

/** When something runs next, and the job that starts it then. */
export interface Armed {
  nextRunAt: Date | null
  dueJobId: string | null
}

/** What starts a run: the kind of job, and what it is told of the moment. */
export interface DueJob<P extends object> {
  type: JobType<P>
  payloadAt(dueAt: string): P
}

/**
 * Sets when something runs next, instead of what was set before: the job exists exactly when the row says so. What is
 * answered belongs into the row, in the same transaction.
 */
export async function armRun<P extends object>(
  ctx: Context,
  sql: Sql,
  { type, payloadAt }: DueJob<P>,
  dueJobId: string | null,
  nextRunAt: Date | null,
): Promise<Armed> {
  if (dueJobId !== null) await ctx.jobs.cancel(sql, type, dueJobId)
  if (nextRunAt === null) return { nextRunAt, dueJobId: null }
  const delayMs = nextRunAt.getTime() - ctx.clock.nowMs()
  return {
    nextRunAt,
    dueJobId: await ctx.jobs.add(sql, type, payloadAt(nextRunAt.toISOString()), { delayMs }),
  }
}

/** The moments of a run that is due. */
export interface DueMoments {
  /** The run that was armed. */
  dueAt: Date
  /** The newest that is due by now: it makes up for those before it. */
  scheduledFor: Date
  now: Date
  next: Date | null
}

/** Which run is due by now, and when the next one is. */
export function momentsOfDue(rule: Recurrence, dueAt: Date, clockNow: Date): DueMoments {
  // A clock that is a little behind the database's must not find the same run again.
  const now = clockNow > dueAt ? clockNow : dueAt
  return { dueAt, scheduledFor: newestRun(rule, dueAt, now), now, next: nextRun(rule, now) }
}
