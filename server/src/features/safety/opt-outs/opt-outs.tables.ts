import { boolean, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Who asked not to be written to, and who allowed it again. */
export const optOuts = pgTable(
  'opt_outs',
  {
    tenantId: uuid('tenant_id').notNull(),
    /** Digits of the phone, or `lid:` and those of the LID while the number is hidden. */
    address: text().notNull(),
    isOptedOut: boolean('is_opted_out').notNull(),
    changedAt: timestamptz('changed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.address] })],
)

/** How somebody opted out or in: wrote the word, or somebody of the tenant entered it. */
export type OptOutMethod = 'message' | 'manual'

/** Every change; never changed afterwards. */
export const optOutLedger = pgTable(
  'opt_out_ledger',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    address: text().notNull(),
    isOptedOut: boolean('is_opted_out').notNull(),
    how: text().$type<OptOutMethod>().notNull(),
    word: text(),
    sessionId: uuid('session_id'),
    userId: uuid('user_id'),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [index('opt_out_ledger_address').on(table.tenantId, table.address, table.id)],
)
