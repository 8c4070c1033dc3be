import type { Context } from '../../../context.ts'
import { countReportRows } from './plan-figures.store.ts'

/** How many reports a tenant has: the reports themselves stand above their templates and cannot be asked. */
export function countKeptReports(ctx: Context, tenantId: string): Promise<number> {
  return countReportRows(ctx.db.sql, tenantId)
}
