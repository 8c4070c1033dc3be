import { boolean, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** What a tenant changed of the content policy, under its wire names. */
export const contentPolicies = pgTable('content_policies', {
  tenantId: uuid('tenant_id').primaryKey(),
  settings: jsonb().$type<Record<string, unknown>>().notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** What a tenant's own rule does with a text that matches. */
export type RuleAction = 'block' | 'filter' | 'flag'

/** A tenant's own rules. */
export const contentRules = pgTable(
  'content_rules',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    name: text().notNull(),
    pattern: text().notNull(),
    action: text().$type<RuleAction>().notNull(),
    description: text(),
    isActive: boolean('is_active').notNull().default(true),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [index('content_rules_tenant').on(table.tenantId, table.id)],
)
