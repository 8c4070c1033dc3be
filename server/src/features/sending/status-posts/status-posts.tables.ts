import { index, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'

const moment = (name: string) => timestamp(name, { withTimezone: true })

/** Which status posts were told already. */
export const statusPosts = pgTable(
  'status_posts',
  {
    sessionId: uuid('session_id').notNull(),
    waMessageId: text('wa_message_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.waMessageId] }),
    index('status_posts_age').on(table.createdAt),
  ],
)
