import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** What WhatsApp said about numbers. */
export const numberLookups = pgTable(
  'number_lookups',
  {
    tenantId: uuid('tenant_id').notNull(),
    /** Digits, as asked. */
    phone: text().notNull(),
    /** Digits of the account, which several numbers may have; null when there is none. */
    account: text(),
    askedAt: timestamptz('asked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.phone] })],
)
