import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { SessionStatus, StatusReason } from '../../../engine/states.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true })

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
    until: moment('until'),
    at: moment('at').notNull(),
  },
  (table) => [
    index('session_states_list').on(table.sessionId, table.at, table.id),
    index('session_states_age').on(table.at),
  ],
)

/** One entry of a timeline as stored. */
export type SessionStateRow = typeof sessionStates.$inferSelect
