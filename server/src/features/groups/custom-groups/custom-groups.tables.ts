import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Lists of contacts that a tenant keeps. */
export const customGroups = pgTable('custom_groups', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  name: text().notNull(),
  description: text(),
  createdAt: timestamptz('created_at').notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** Who is on a list; a phone is on it once. */
export const customGroupMembers = pgTable('custom_group_members', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  groupId: uuid('group_id').notNull(),
  /** Digits. */
  phone: text().notNull(),
  name: text(),
  addedAt: timestamptz('added_at').notNull(),
})
