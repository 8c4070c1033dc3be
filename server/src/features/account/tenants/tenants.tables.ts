import { jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

/** A customer: everything else belongs to exactly one. */
export const tenants = pgTable('tenants', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  planId: text('plan_id').notNull(),
  limitOverrides: jsonb('limit_overrides').$type<Record<string, number | null>>().notNull().default({}),
  status: text({ enum: ['active', 'suspended', 'deleted'] })
    .notNull()
    .default('active'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
})
