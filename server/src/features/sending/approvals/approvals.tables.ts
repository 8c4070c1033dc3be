import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** How far the decision on a held message is. */
export type ApprovalStatus = 'pending' | 'approved' | 'rejected' | 'expired'

/** Messages that wait, or waited, for a person's word. */
export const approvals = pgTable(
  'approvals',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    messageId: uuid('message_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    origin: text().notNull(),
    status: text().$type<ApprovalStatus>().notNull(),
    reason: text(),
    expiresAt: timestamptz('expires_at').notNull(),
    createdAt: timestamptz('created_at').notNull(),
    decidedAt: timestamptz('decided_at'),
    /** The user who decided; null when it expired. */
    decidedBy: uuid('decided_by'),
  },
  (table) => [index('approvals_list').on(table.tenantId, table.status, table.createdAt, table.id)],
)
