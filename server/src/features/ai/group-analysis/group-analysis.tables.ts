import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import type { LeadAnalysis } from '../../leads/detection/leads.schema.ts'

/** Messages that wait for a model's word. */
export const groupAnalysisTasks = pgTable(
  'group_analysis_tasks',
  {
    messageId: uuid('message_id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    groupId: uuid('group_id').notNull(),
    /** Somebody asks; an old claim is nobody's. */
    claimedAt: timestamptz('claimed_at'),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [index('group_analysis_tasks_group').on(table.groupId, table.createdAt, table.messageId)],
)

/** What a model said about a text under a prompt. */
export const groupAnalysisCache = pgTable(
  'group_analysis_cache',
  {
    tenantId: uuid('tenant_id').notNull(),
    key: text().notNull(),
    analysis: jsonb().$type<LeadAnalysis>().notNull(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.key] })],
)
