import { bigint, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'

/** Counters of a tenant by area; written every few seconds. */
export const tallies = pgTable(
  'tallies',
  {
    tenantId: uuid('tenant_id').notNull(),
    area: text().notNull(),
    counter: text().notNull(),
    hits: bigint({ mode: 'number' }).notNull(),
    since: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.area, table.counter] })],
)
