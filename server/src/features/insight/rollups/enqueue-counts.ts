import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { countJob } from './rollups.schema.ts'

/** Has the marks of these tenants counted; one job per tenant waits at a time. */
export async function enqueueCounts(
  ctx: Context,
  sql: Sql,
  tenantIds: Iterable<string>,
  delayMs = 0,
): Promise<void> {
  for (const tenantId of [...new Set(tenantIds)].sort())
    await ctx.jobs.add(sql, countJob, { tenantId }, { key: tenantId, delayMs })
}
