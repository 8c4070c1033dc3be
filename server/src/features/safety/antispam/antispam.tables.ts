import { boolean, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** What a rule does with a message that matches: drop it, mark it, or put it off. */
export type SpamAction = 'block' | 'flag' | 'delay'

/** A tenant's rules against spam. */
export const antispamRules = pgTable(
  'antispam_rules',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    pattern: text().notNull(),
    action: text().$type<SpamAction>().notNull(),
    enabled: boolean().notNull().default(true),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [index('antispam_rules_tenant').on(table.tenantId, table.id)],
)

/** The last time a text went to a chat. */
export const recentSends = pgTable(
  'recent_sends',
  {
    chatId: uuid('chat_id').notNull(),
    digest: text().notNull(),
    tenantId: uuid('tenant_id').notNull(),
    messageId: uuid('message_id').notNull(),
    sentAt: timestamptz('sent_at').notNull(),
    until: timestamptz('until').notNull(),
  },
  (table) => [primaryKey({ columns: [table.chatId, table.digest] })],
)

/** What somebody who floods a session did. */
export type ViolationKind = 'rate' | 'duplicate' | 'pattern'

/** Enough of these within a day blocks whoever did them. */
export const antispamViolations = pgTable('antispam_violations', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  sessionId: uuid('session_id').notNull(),
  waChatId: text('wa_chat_id').notNull(),
  kind: text().$type<ViolationKind>().notNull(),
  createdAt: timestamptz('created_at').notNull(),
})

/** Who was blocked by itself; lifted rows stay as a record. */
export const antispamBlocks = pgTable(
  'antispam_blocks',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    waChatId: text('wa_chat_id').notNull(),
    kind: text().$type<ViolationKind>().notNull(),
    violations: integer().notNull(),
    createdAt: timestamptz('created_at').notNull(),
    /** When the block was applied on WhatsApp; null before that and after the lift was applied. */
    appliedAt: timestamptz('applied_at'),
    liftedAt: timestamptz('lifted_at'),
    liftedBy: uuid('lifted_by'),
  },
  (table) => [index('antispam_blocks_tenant').on(table.tenantId, table.id)],
)
