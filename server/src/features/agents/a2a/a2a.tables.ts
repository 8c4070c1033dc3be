import { jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Tasks of A2A 1.0: what an agent asked for, and what became of it. Kept for a week. */
export const a2aTasks = pgTable(
  'a2a_tasks',
  {
    tenantId: uuid('tenant_id').notNull(),
    id: text().notNull(),
    contextId: text('context_id').notNull(),
    /** The number of the protocol's enumeration. */
    state: smallint().notNull(),
    statusAt: timestamptz('status_at').notNull(),
    task: jsonb().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
)

/** Where an agent wants to be told of a task. */
export const a2aPushConfigs = pgTable(
  'a2a_push_configs',
  {
    tenantId: uuid('tenant_id').notNull(),
    taskId: text('task_id').notNull(),
    id: text().notNull(),
    /** The protocol's version in which it was asked for, and is told. */
    version: text().notNull(),
    /** Address, token and credentials, sealed with the installation key. */
    sealed: text().notNull(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.taskId, table.id] })],
)
