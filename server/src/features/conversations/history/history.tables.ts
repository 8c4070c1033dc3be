import { boolean, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { HistoryProgress } from '../../../engine/events.ts'
import { timestamptz } from '../../../platform/database/columns.ts'

/** How far the history of each kind has come. */
export const historySyncs = pgTable(
  'history_syncs',
  {
    sessionId: uuid('session_id').notNull(),
    kind: text().$type<HistoryProgress['kind']>().notNull(),
    tenantId: uuid('tenant_id').notNull(),
    /** 0 to 100; null when WhatsApp does not say. */
    percent: integer(),
    isComplete: boolean('is_complete').notNull().default(false),
    messages: integer().notNull().default(0),
    chats: integer().notNull().default(0),
    contacts: integer().notNull().default(0),
    startedAt: timestamptz('started_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.kind] })],
)

/** One kind of history as stored. */
export type HistorySyncRow = typeof historySyncs.$inferSelect
