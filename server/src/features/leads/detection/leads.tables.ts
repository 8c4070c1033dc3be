import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Where a lead stands. */
export const leadStatuses = ['new', 'contacted', 'qualified', 'converted', 'lost'] as const
/** One of them. */
export type LeadStatus = (typeof leadStatuses)[number]

/** One reason for a score. */
export interface ScoreSignal {
  signal: string
  weight: number
}

/** What the signals of a lead add up to; days and groups only as far as the score needs to tell them apart. */
export interface LeadFacts {
  kinds: string[]
  days: string[]
  groups: string[]
}

/** People who showed interest in a monitored group; one open lead per person. */
export const leads = pgTable('leads', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  contactId: uuid('contact_id'),
  /** Digits; a copy of the contact's. */
  contactPhone: text('contact_phone'),
  contactName: text('contact_name'),
  status: text({ enum: leadStatuses }).notNull(),
  /** What a model says, 1 to 10; 0 until one was asked. */
  leadScore: integer('lead_score').notNull().default(0),
  /** What the signals add up to, 0 to 10. */
  signalScore: integer('signal_score').notNull(),
  scoreSignals: jsonb('score_signals').$type<ScoreSignal[]>().notNull(),
  facts: jsonb().$type<LeadFacts>().notNull(),
  aiAnalysis: jsonb('ai_analysis').$type<Record<string, unknown>>(),
  /** The monitored group of the first signal, as all up to the text's mode. */
  groupId: uuid('group_id').notNull(),
  waGroupId: text('wa_group_id').notNull(),
  groupName: text('group_name').notNull(),
  sessionId: uuid('session_id').notNull(),
  triggerMessageId: uuid('trigger_message_id'),
  matchedKeyword: text('matched_keyword'),
  messagePreview: text('message_preview'),
  monitorMode: text('monitor_mode').notNull(),
  /** The newest signal. */
  lastMessageId: uuid('last_message_id'),
  lastGroupId: uuid('last_group_id').notNull(),
  lastGroupName: text('last_group_name').notNull(),
  lastMatchedKeyword: text('last_matched_keyword'),
  lastMessagePreview: text('last_message_preview'),
  lastMonitorMode: text('last_monitor_mode').notNull(),
  lastSignalAt: timestamptz('last_signal_at').notNull(),
  /** Every keyword that matched, one a line. */
  keywords: text().notNull().default(''),
  messageCount: integer('message_count').notNull().default(0),
  assignedTo: uuid('assigned_to'),
  notes: text(),
  detectedAt: timestamptz('detected_at').notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** What leads are searched by, kept by triggers. */
export const leadSearch = pgTable('lead_search', {
  leadId: uuid('lead_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  /** The group of the first signal. */
  groupId: uuid('group_id').notNull(),
  /** Null where there are no others. */
  otherGroupIds: uuid('other_group_ids').array(),
  detectedAt: timestamptz('detected_at').notNull(),
  status: text({ enum: leadStatuses }).notNull(),
  contactName: text('contact_name'),
  contactPhone: text('contact_phone'),
  keywords: text().notNull(),
})

/** Every monitored group that gave a signal of a lead. */
export const leadGroups = pgTable(
  'lead_groups',
  {
    leadId: uuid('lead_id').notNull(),
    groupId: uuid('group_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    /** A copy of the lead's. */
    detectedAt: timestamptz('detected_at').notNull(),
    isFirst: boolean('is_first').notNull(),
  },
  (table) => [primaryKey({ columns: [table.leadId, table.groupId] })],
)

/** Messages that made a lead or raised it. */
export const leadSignals = pgTable('lead_signals', {
  messageId: uuid('message_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  leadId: uuid('lead_id').notNull(),
  sessionId: uuid('session_id').notNull(),
  groupId: uuid('group_id').notNull(),
  waGroupId: text('wa_group_id').notNull(),
  groupName: text('group_name').notNull(),
  monitorMode: text('monitor_mode').notNull(),
  matchedKeyword: text('matched_keyword'),
  messagePreview: text('message_preview'),
  signals: jsonb().$type<string[]>().notNull(),
  at: timestamptz('at').notNull(),
})

/** How a lead went through the pipeline. */
export const leadStatusChanges = pgTable('lead_status_changes', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  leadId: uuid('lead_id').notNull(),
  fromStatus: text('from_status', { enum: leadStatuses }).notNull(),
  toStatus: text('to_status', { enum: leadStatuses }).notNull(),
  changedBy: uuid('changed_by'),
  at: timestamptz('at').notNull(),
})
