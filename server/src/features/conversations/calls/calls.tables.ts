import { boolean, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { CallUpdate } from '../../../engine/events.ts'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Calls that rang in a session. */
export const calls = pgTable(
  'calls',
  {
    sessionId: uuid('session_id').notNull(),
    callId: text('call_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    /** Digits. */
    callerPhone: text('caller_phone'),
    /** Digits of the hidden address. */
    callerLid: text('caller_lid'),
    /** The group that is called, if any. */
    waGroupId: text('wa_group_id'),
    isVideo: boolean('is_video').notNull(),
    status: text().$type<CallUpdate['status']>().notNull(),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.callId] }),
    index('calls_list').on(table.tenantId, table.createdAt, table.callId),
    index('calls_age').on(table.createdAt),
  ],
)

/** A call as stored. */
export type CallRow = typeof calls.$inferSelect
