import type { Context } from '../../../context.ts'
import { findSchedules } from '../report-figures/schedule-figures.service.ts'
import { figure, partsOf, type ReportAsk, type ReportParts, table } from './report-parts.ts'

/** Runs of scheduled messages that worked, and those that did not. */
export async function reportScheduled(ctx: Context, ask: ReportAsk): Promise<ReportParts> {
  const { sums, rows } = await findSchedules(ctx, ask)
  const schedules = sums?.schedules ?? 0
  return partsOf({
    has_data: schedules > 0,
    figures: [
      figure('schedules', 'Schedules', schedules),
      figure('executed', 'Runs', sums?.runs ?? 0),
      figure('running', 'Under way', sums?.running ?? 0),
      figure('completed', 'Completed', sums?.completed ?? 0),
      figure('partial', 'Partly failed', sums?.partial ?? 0),
      figure('failed', 'Failed', sums?.failed ?? 0),
      figure('skipped', 'Skipped', sums?.skipped ?? 0),
      figure('messages_sent', 'Messages sent', sums?.sent ?? 0),
    ],
    tables: [
      table(
        'schedules',
        'Schedules',
        {
          name: ['Schedule', 'text'],
          status: ['Status', 'text'],
          runs: ['Runs', 'count'],
          completed: ['Completed', 'count'],
          failed: ['Failed', 'count'],
          sent: ['Sent', 'count'],
          error: ['Last error', 'text'],
          next: ['Next run', 'timestamp'],
        },
        rows.map(({ name, status, runs, completed, failed, partial, sent, error, nextRunAt }) => ({
          name,
          status,
          runs,
          completed,
          failed: failed + partial,
          sent,
          error,
          next: nextRunAt,
        })),
        schedules,
      ),
    ],
    notes: schedules === 0 ? ['Nothing is scheduled.'] : [],
  })
}
