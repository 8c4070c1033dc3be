import { integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Lists have members, segments a filter. */
export type GroupKind = 'list' | 'segment'

/** Lists of contacts that a tenant keeps. */
export const customGroups = pgTable('custom_groups', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  name: text().notNull(),
  description: text(),
  /** Who belongs to a segment, as the API writes it; null: a list with members. */
  filter: jsonb().$type<Record<string, unknown>>(),
  createdAt: timestamptz('created_at').notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
  /** Of a segment as many as there were at `memberCountedAt`. */
  memberCount: integer('member_count').notNull().default(0),
  memberCountedAt: timestamptz('member_counted_at'),
  /** Names of the values that members have, in the order they came up. */
  variableNames: text('variable_names').array().notNull().default([]),
})

/** Who is on a list; a phone is on it once. Rows of a list that is gone are about to be removed. */
export const customGroupMembers = pgTable('custom_group_members', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  groupId: uuid('group_id').notNull(),
  /** Digits. */
  phone: text().notNull(),
  name: text(),
  addedAt: timestamptz('added_at').notNull(),
  /** Values for placeholders, by name. */
  variables: jsonb().$type<Record<string, string>>().notNull().default({}),
})

/** A list as stored. */
export type CustomGroupRow = typeof customGroups.$inferSelect
/** A member as stored. */
export type CustomGroupMemberRow = typeof customGroupMembers.$inferSelect
