import { boolean, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Groups as a session knows them. */
export const waGroups = pgTable(
  'wa_groups',
  {
    sessionId: uuid('session_id').notNull(),
    waGroupId: text('wa_group_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    name: text(),
    description: text(),
    /** Whether the session's account is in the group. */
    isMember: boolean('is_member').notNull().default(true),
    /** When all members were received at once; null while only some are known. */
    describedAt: timestamptz('described_at'),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.waGroupId] }),
    index('wa_groups_of_tenant').on(table.tenantId, table.waGroupId),
  ],
)

/** Who is in them, by address: the strangers of large groups are no contacts. */
export const waGroupMembers = pgTable(
  'wa_group_members',
  {
    id: uuid().primaryKey(),
    sessionId: uuid('session_id').notNull(),
    waGroupId: text('wa_group_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    /** Digits. */
    phone: text(),
    /** Digits of the hidden address. */
    lid: text(),
    role: text().$type<'member' | 'admin' | 'owner'>().notNull(),
  },
  (table) => [
    uniqueIndex('wa_group_members_phone').on(table.sessionId, table.waGroupId, table.phone),
    uniqueIndex('wa_group_members_lid').on(table.sessionId, table.waGroupId, table.lid),
  ],
)

/** A group as stored. */
export type WaGroupRow = typeof waGroups.$inferSelect
/** A member as stored. */
export type WaGroupMemberRow = typeof waGroupMembers.$inferSelect
