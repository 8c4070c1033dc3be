import { bigint, customType, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../platform/database/columns.ts'

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })

/** Who runs a session: one owner at a time, told apart by an epoch that only grows. */
export const engineSessions = pgTable('engine_sessions', {
  sessionId: uuid('session_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  ownerId: text('owner_id').notNull(),
  epoch: bigint('epoch', { mode: 'number' }).notNull(),
  leaseUntil: timestamptz('lease_until').notNull(),
})

/** Credentials and Signal keys of a session, each value encrypted with the installation key. */
export const engineKeys = pgTable(
  'engine_keys',
  {
    sessionId: uuid('session_id').notNull(),
    type: text('type').notNull(),
    id: text('id').notNull(),
    value: bytea('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.type, table.id] })],
)
