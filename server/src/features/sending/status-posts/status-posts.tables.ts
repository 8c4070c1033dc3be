import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Which status posts were published already. */
export const statusPosts = pgTable(
  'status_posts',
  {
    sessionId: uuid('session_id').notNull(),
    waMessageId: text('wa_message_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.waMessageId] }),
    index('status_posts_age').on(table.createdAt),
  ],
)
