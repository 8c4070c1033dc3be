import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { sessionLimitsChanged } from './sessions.schema.ts'
import * as store from './sessions.store.ts'

/** Counts a conversation that a session started on a day (UTC, `YYYY-MM-DD`). */
export function countColdSend(sql: Sql, tenantId: string, sessionId: string, day: string): Promise<void> {
  return store.countColdSend(sql, tenantId, sessionId, day)
}

/** WhatsApp refused a new conversation: none until then. */
export async function lockReachOut(
  ctx: Context,
  sql: Sql,
  { tenantId, sessionId, until }: { tenantId: string; sessionId: string; until: Date },
): Promise<void> {
  await store.lockReachOut(sql, tenantId, sessionId, ctx.clock.now(), until)
  await ctx.events.publish(sql, sessionLimitsChanged, { tenantId, sessionId })
}
