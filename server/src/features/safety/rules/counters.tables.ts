import { bigint, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Counters of a tenant by area; written every few seconds. */
export const safetyCounters = pgTable(
  'tallies',
  {
    tenantId: uuid('tenant_id').notNull(),
    area: text().notNull(),
    counter: text().notNull(),
    hits: bigint({ mode: 'number' }).notNull(),
    since: timestamptz('since').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.area, table.counter] })],
)
