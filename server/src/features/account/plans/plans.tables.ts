import { boolean, integer, jsonb, numeric, pgTable, text } from 'drizzle-orm/pg-core'
import type { LimitName, PlanLimits } from './plans.schema.ts'

/** What a tenant may use: records that an operator changes, never constants. */
export const plans = pgTable('plans', {
  id: text().primaryKey(),
  name: text().notNull(),
  priceMonthly: numeric('price_monthly', { precision: 10, scale: 2, mode: 'number' }),
  priceYearly: numeric('price_yearly', { precision: 10, scale: 2, mode: 'number' }),
  currency: text().notNull().default('USD'),
  limits: jsonb().$type<PlanLimits>().notNull(),
  features: jsonb().$type<string[]>().notNull(),
  isActive: boolean('is_active').notNull().default(true),
  sort: integer().notNull().default(0),
})

/** Limits of one tenant that differ from its plan. */
export type LimitOverrides = Partial<Record<LimitName, number | null>>
