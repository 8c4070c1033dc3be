import type { Context } from '../../../context.ts'
import { listCampaigns } from './campaign-figures.store.ts'
import type { ReportSpan } from './report-span.schema.ts'

/** Campaigns that are unfinished, or were made or ended in a report's period; the newest of them, and sums by status. */
export function findCampaigns(ctx: Context, span: ReportSpan) {
  return listCampaigns(ctx.db.sql, span, span.maxRows)
}
