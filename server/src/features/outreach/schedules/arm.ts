import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type Armed, armRun } from '../recurrence/due-runs.service.ts'
import { runScheduleJob } from './schedules.schema.ts'
import type { ScheduleRow } from './schedules.tables.ts'

/** Sets when a schedule runs next; what is answered belongs into its row, in the same transaction. */
export function arm(
  ctx: Context,
  sql: Sql,
  { id: scheduleId, tenantId, dueJobId }: Pick<ScheduleRow, 'id' | 'tenantId' | 'dueJobId'>,
  nextRunAt: Date | null,
): Promise<Armed> {
  const payloadAt = (dueAt: string) => ({ tenantId, scheduleId, dueAt })
  return armRun(ctx, sql, { type: runScheduleJob, payloadAt }, dueJobId, nextRunAt)
}
