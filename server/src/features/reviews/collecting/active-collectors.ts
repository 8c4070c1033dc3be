import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { defineCache } from '../../account/tenants/changes.service.ts'
import { type CollectorRow, listActiveCollectors } from '../collectors/collectors.service.ts'

interface Known {
  sessionId: string
  collectors: readonly CollectorRow[]
}

const active = defineCache<Known>({
  max: 10_000,
  maxAgeMs: 60_000,
  subjectsOf: ({ sessionId }) => [`reviews:${sessionId}`],
  load: async (ctx, sql, sessionId) => ({
    sessionId,
    collectors: await listActiveCollectors(sql, tenantOf(ctx), sessionId),
  }),
})

/** The collectors that take from a session, from memory; for handlers, within a transaction that changes none of it. */
export async function getActiveCollectors(
  ctx: Context,
  sql: Sql,
  sessionId: string,
): Promise<readonly CollectorRow[]> {
  return (await active.getWithin(ctx, sessionId, sql))?.collectors ?? []
}
