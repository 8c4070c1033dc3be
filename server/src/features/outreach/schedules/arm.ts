import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { runScheduleJob } from './schedules.schema.ts'
import type { ScheduleRow } from './schedules.tables.ts'

/** When a schedule runs next, and the job that starts it then. */
export type Armed = Pick<ScheduleRow, 'nextRunAt' | 'dueJobId'>

/**
 * Sets when a schedule runs next, instead of what was set before: the job exists exactly when the row says so. What is
 * answered belongs into the row, in the same transaction.
 */
export async function arm(
  ctx: Context,
  sql: Sql,
  { id, tenantId, dueJobId }: Pick<ScheduleRow, 'id' | 'tenantId' | 'dueJobId'>,
  nextRunAt: Date | null,
): Promise<Armed> {
  if (dueJobId !== null) await ctx.jobs.cancel(sql, runScheduleJob, dueJobId)
  if (nextRunAt === null) return { nextRunAt, dueJobId: null }
  const payload = { tenantId, scheduleId: id, dueAt: nextRunAt.toISOString() }
  const delayMs = nextRunAt.getTime() - ctx.clock.nowMs()
  return { nextRunAt, dueJobId: await ctx.jobs.add(sql, runScheduleJob, payload, { delayMs }) }
}
