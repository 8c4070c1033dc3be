import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Who changed what, when, from where. */
export const auditLogs = pgTable(
  'audit_logs',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    userId: uuid('user_id').notNull(),
    keyId: uuid('key_id'),
    action: text().notNull(),
    /** Ids by their names in the path; `created` is what the operation made. */
    targets: jsonb().$type<Record<string, string>>().notNull(),
    ip: text().notNull(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [index('audit_logs_list').on(table.tenantId, table.createdAt, table.id)],
)
