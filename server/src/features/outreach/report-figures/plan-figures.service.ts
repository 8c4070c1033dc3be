import type { Context } from '../../../context.ts'
import { countKept } from './plan-figures.store.ts'

/** How many lists and reports a tenant has. */
export function countListsAndReports(ctx: Context, tenantId: string) {
  return countKept(ctx.db.sql, tenantId)
}
