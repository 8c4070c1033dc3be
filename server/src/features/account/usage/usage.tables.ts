import { date, integer, pgTable, unique, uuid } from 'drizzle-orm/pg-core'

/** What a tenant used per UTC day; `session_id` is empty for what no session did. */
export const usageDaily = pgTable(
  'usage_daily',
  {
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id'),
    date: date({ mode: 'string' }).notNull(),
    messagesSent: integer('messages_sent').notNull().default(0),
    messagesReceived: integer('messages_received').notNull().default(0),
    leadsDetected: integer('leads_detected').notNull().default(0),
    apiCalls: integer('api_calls').notNull().default(0),
  },
  (table) => [unique('usage_daily_key').on(table.tenantId, table.date, table.sessionId).nullsNotDistinct()],
)

const quotaColumns = {
  tenantId: uuid('tenant_id').notNull(),
  /** First day of the month. */
  month: date({ mode: 'string' }).notNull(),
  reserved: integer().notNull(),
  /** How many the last reservation was given. */
  admitted: integer().notNull(),
}

/** Messages admitted per UTC month, sent or still waiting to be sent; one row per tenant and month. */
export const usageQuota = pgTable('usage_quota', quotaColumns)

/** The same of posts to channels, which count apart. */
export const usagePostQuota = pgTable('usage_post_quota', quotaColumns)

/** The same of replies that models wrote. */
export const usageAiReplyQuota = pgTable('usage_ai_reply_quota', quotaColumns)
