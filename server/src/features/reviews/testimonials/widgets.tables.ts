import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** How much of a name a page shows. */
export const nameStyles = ['full', 'first', 'initials', 'none'] as const
/** One of them. */
export type NameStyle = (typeof nameStyles)[number]

/** Places where approved reviews are shown to everybody. */
export const reviewWidgets = pgTable(
  'review_widgets',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    name: text().notNull(),
    /** Stands in public pages: no secret, only not to be guessed. */
    token: text().notNull(),
    collectorId: uuid('collector_id'),
    most: integer().notNull(),
    nameStyle: text('name_style', { enum: nameStyles }).notNull(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [index('review_widgets_tenant').on(table.tenantId, table.createdAt, table.id)],
)

/** A widget as stored. */
export type WidgetRow = typeof reviewWidgets.$inferSelect
