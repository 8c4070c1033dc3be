import type { Sql } from '../../../platform/database/database.ts'
import * as store from './sessions.store.ts'

/** Counts a conversation that a session started on a day (UTC, `YYYY-MM-DD`). */
export function countColdSend(sql: Sql, tenantId: string, sessionId: string, day: string): Promise<void> {
  return store.countColdSend(sql, tenantId, sessionId, day)
}

/** WhatsApp refused a new conversation: none until then. */
export function lockReachOut(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  now: Date,
  until: Date,
): Promise<void> {
  return store.lockReachOut(sql, tenantId, sessionId, now, until)
}
