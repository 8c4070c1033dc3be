import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import { keywordMatches } from '../../../platform/keywords/keywords.ts'

/** What of a group is captured. */
export const monitorModes = ['all', 'keywords', 'mentions', 'first_message', 'ai_analysis'] as const
/** One of them. */
export type MonitorMode = (typeof monitorModes)[number]

/** Groups that a tenant listens to. */
export const monitoredGroups = pgTable(
  'monitored_groups',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    waGroupId: text('wa_group_id').notNull(),
    /** Given by the tenant; null follows the subject. */
    name: text(),
    monitorMode: text('monitor_mode', { enum: monitorModes }).notNull(),
    monitorKeywords: text('monitor_keywords').array().notNull(),
    keywordMatch: text('keyword_match', { enum: keywordMatches }).notNull().default('start'),
    monitorPrompt: text('monitor_prompt'),
    autoRespond: boolean('auto_respond').notNull(),
    responseTemplate: text('response_template'),
    autoRespondIntervalHours: integer('auto_respond_interval_hours').notNull(),
    autoRespondDailyCap: integer('auto_respond_daily_cap').notNull(),
    autoLabelLeads: boolean('auto_label_leads').notNull(),
    leadLabelId: uuid('lead_label_id'),
    /** Sealed: it may hold a token. */
    webhookUrl: text('webhook_url'),
    skipAdmins: boolean('skip_admins').notNull(),
    skipExistingContacts: boolean('skip_existing_contacts').notNull(),
    isActive: boolean('is_active').notNull(),
    /** As WhatsApp said when the group was added; what is known of its members wins. */
    memberCount: integer('member_count').notNull(),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('monitored_groups_group').on(table.sessionId, table.waGroupId),
    index('monitored_groups_tenant').on(table.tenantId, table.createdAt, table.id),
    index('monitored_groups_label').on(table.leadLabelId),
  ],
)

/** A monitored group as stored. */
export type MonitoredGroupRow = typeof monitoredGroups.$inferSelect

/** What was counted in a group, apart from its settings: a row that is cheap to rewrite. */
export const monitoredGroupCounts = pgTable('monitored_group_counts', {
  groupId: uuid('group_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  leadsDetected: integer('leads_detected').notNull().default(0),
  messagesProcessed: integer('messages_processed').notNull().default(0),
})

/** Messages that a group's mode captured; sender and text are those of the message. */
export const groupMessages = pgTable(
  'group_messages',
  {
    messageId: uuid('message_id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    groupId: uuid('group_id').notNull(),
    matchedKeyword: text('matched_keyword'),
    aiAnalysis: jsonb('ai_analysis').$type<Record<string, unknown>>(),
    isAwaitingAnalysis: boolean('is_awaiting_analysis').notNull(),
    waTimestamp: timestamptz('wa_timestamp').notNull(),
  },
  (table) => [index('group_messages_list').on(table.groupId, table.waTimestamp, table.messageId)],
)

/** Who has spoken in a group before, for the mode first_message. */
export const groupSpeakers = pgTable(
  'group_speakers',
  {
    groupId: uuid('group_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.contactId] }),
    index('group_speakers_contact').on(table.contactId),
  ],
)

/** When a person was answered by itself last, whichever group it wrote in. */
export const autoResponseTurns = pgTable('auto_response_turns', {
  contactId: uuid('contact_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  claimedAt: timestamptz('claimed_at').notNull(),
})

/** Every answer that a group's template gave, or would have given. */
export const autoResponses = pgTable(
  'auto_responses',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    groupId: uuid('group_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    /** The message that is answered. */
    messageId: uuid('message_id').notNull(),
    status: text({ enum: ['pending', 'submitted', 'refused'] }).notNull(),
    /** The answer, once the pipeline took it. */
    sentMessageId: uuid('sent_message_id'),
    /** Why the pipeline refused it: a code. */
    error: text(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [
    index('auto_responses_group').on(table.groupId, table.createdAt),
    index('auto_responses_contact').on(table.contactId),
  ],
)
