import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** Requests per key and minute that processes have taken for themselves; unlogged. */
export const rateWindows = pgTable(
  'rate_windows',
  {
    key: text('key').notNull(),
    minute: bigint('minute', { mode: 'number' }).notNull(),
    taken: integer('taken').notNull(),
  },
  (table) => [primaryKey({ columns: [table.key, table.minute] })],
)
