import type { Context } from '../../../context.ts'
import type { ReportSpan } from './report-span.schema.ts'
import { listScheduleFigures, type ScheduleFigures } from './schedule-figures.store.ts'

/** Schedules that are to run or ran in a report's period, those that failed first, and the sums of them all. */
export async function findSchedules(
  ctx: Context,
  span: ReportSpan,
): Promise<{ sums: ScheduleFigures | undefined; rows: ScheduleFigures[] }> {
  const [sums, ...rows] = await listScheduleFigures(ctx.db.sql, span, span.maxRows)
  return { sums, rows }
}
