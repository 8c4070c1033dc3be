import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { SessionStatus, StatusReason } from '../../../engine/states.ts'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Every state that a session has been in. */
export const sessionStates = pgTable(
  'session_states',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    status: text().$type<SessionStatus>().notNull(),
    reason: text().$type<StatusReason>(),
    /** Technical detail. */
    error: text(),
    /** When a temporary reason ends. */
    until: timestamptz('until'),
    at: timestamptz('at').notNull(),
  },
  (table) => [
    index('session_states_list').on(table.sessionId, table.at, table.id),
    index('session_states_age').on(table.at),
  ],
)

/** One entry of a timeline as stored. */
export type SessionStateRow = typeof sessionStates.$inferSelect
