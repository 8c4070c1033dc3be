import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Answers and their seconds together, by the step of the scale that they fall on. */
export type Waits = Record<string, [count: number, seconds: number]>

const figures = {
  received: integer().notNull(),
  sent: integer().notNull(),
  groupReceived: integer('group_received').notNull(),
  groupSent: integer('group_sent').notNull(),
  failed: integer().notNull(),
  delivered: integer().notNull(),
  read: integer().notNull(),
  replied: integer().notNull(),
  outreachSent: integer('outreach_sent').notNull(),
  outreachRead: integer('outreach_read').notNull(),
  outreachReplied: integer('outreach_replied').notNull(),
  waits: jsonb().$type<Waits>().notNull(),
  firstWaits: jsonb('first_waits').$type<Waits>().notNull(),
  leadsDetected: integer('leads_detected').notNull(),
  leadsContacted: integer('leads_contacted').notNull(),
  leadsQualified: integer('leads_qualified').notNull(),
  leadsConverted: integer('leads_converted').notNull(),
  leadsLost: integer('leads_lost').notNull(),
}

/** Answers once more, as numbers: step, how many, seconds together. Null: counted before they were written. */
const series = {
  waitSeries: text('wait_series'),
  firstWaitSeries: text('first_wait_series'),
}

const scope = {
  tenantId: uuid('tenant_id').notNull(),
  /** Zeros: all sessions. */
  sessionId: uuid('session_id').notNull(),
  /** Zeros: all chats. */
  labelId: uuid('label_id').notNull(),
}

/** What happened in each quarter of an hour. */
export const rollupSlots = pgTable(
  'rollup_slots',
  { ...scope, slot: timestamptz('slot').notNull(), ...figures },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.labelId, table.slot] }),
    index('rollup_slots_time').on(table.tenantId, table.slot),
  ],
)

/** What happened on each day of the tenant's zone. */
export const rollupDays = pgTable(
  'rollup_days',
  { ...scope, day: date('day', { mode: 'string' }).notNull(), ...figures, ...series },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.labelId, table.day] }),
    index('rollup_days_of_label').on(table.tenantId, table.labelId, table.day),
  ],
)

/** What happened in each month that is over, unless a day of it has been counted since it was put together. */
export const rollupMonths = pgTable(
  'rollup_months',
  { ...scope, month: date('month', { mode: 'string' }).notNull(), ...figures, ...series },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sessionId, table.month, table.labelId] }),
    index('rollup_months_of_label').on(table.tenantId, table.labelId, table.month),
  ],
)

/** What happened in the quarters of an hour of each day (UTC), as numbers with a blank between each two. */
export const rollupSeries = pgTable(
  'rollup_series',
  {
    ...scope,
    day: date('day', { mode: 'string' }).notNull(),
    messages: text().notNull(),
    outreach: text().notNull(),
    leads: text().notNull(),
    waits: text().notNull(),
    firstWaits: text('first_waits').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sessionId, table.labelId, table.day] })],
)

/** Months of a session that have to be put together. */
export const rollupMonthMarks = pgTable(
  'rollup_month_marks',
  {
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    month: date('month', { mode: 'string' }).notNull(),
    dueAt: timestamptz('due_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sessionId, table.month] })],
)

/** What a person and a session have said to each other; a session of zeros is all of them. */
export const rollupContacts = pgTable(
  'rollup_contacts',
  {
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    phone: text(),
    sent: integer().notNull(),
    received: integer().notNull(),
    turns: integer().notNull(),
    answered: integer().notNull(),
    replyRate: real('reply_rate').notNull(),
    firstAt: timestamptz('first_at').notNull(),
    lastInboundAt: timestamptz('last_inbound_at'),
    recency: real().notNull(),
    /** Tenths. */
    score: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sessionId, table.contactId] })],
)

/** Messages that failed, to be found by their time. */
export const rollupFailures = pgTable('rollup_failures', {
  messageId: uuid('message_id').primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  sessionId: uuid('session_id').notNull(),
  at: timestamptz('at').notNull(),
})

/** The labels that chats had when they were counted. */
export const rollupChatLabels = pgTable(
  'rollup_chat_labels',
  {
    chatId: uuid('chat_id').notNull(),
    labelId: uuid('label_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.chatId, table.labelId] })],
)

/** Times of a session that have to be counted anew. */
export const rollupMarks = pgTable('rollup_marks', {
  id: uuid().primaryKey().defaultRandom(),
  tenantId: uuid('tenant_id').notNull(),
  sessionId: uuid('session_id').notNull(),
  fromAt: timestamptz('from_at').notNull(),
  toAt: timestamptz('to_at').notNull(),
  createdAt: timestamptz('created_at').notNull(),
})

/** People whose conversations have to be counted anew. */
export const rollupContactMarks = pgTable('rollup_contact_marks', {
  id: uuid().primaryKey().defaultRandom(),
  tenantId: uuid('tenant_id').notNull(),
  contactId: uuid('contact_id').notNull(),
  dueAt: timestamptz('due_at').notNull(),
  /** When the earliest of what has changed was said; everything, where nobody tells. */
  fromAt: timestamptz('from_at').notNull().default(sql`'-infinity'::timestamp with time zone`),
})

/** What was counted of a long conversation until a moment, of its beginning at each of several. */
export const rollupChatCounts = pgTable(
  'rollup_chat_counts',
  {
    chatId: uuid('chat_id').notNull(),
    untilAt: timestamptz('until_at').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    sent: integer().notNull(),
    received: integer().notNull(),
    turns: integer().notNull(),
    answered: integer().notNull(),
    firstAt: timestamptz('first_at'),
    lastInboundAt: timestamptz('last_inbound_at'),
    lastDirection: text('last_direction'),
    lastAt: timestamptz('last_at'),
  },
  (table) => [primaryKey({ columns: [table.chatId, table.untilAt] })],
)

/** Tenants that are counted. */
export const rollupTenants = pgTable('rollup_tenants', {
  tenantId: uuid('tenant_id').primaryKey(),
  timeZone: text('time_zone').notNull(),
  isRebuildWanted: boolean('is_rebuild_wanted').notNull().default(false),
  /** Grows with each count of times. */
  version: bigint({ mode: 'number' }).notNull().default(0),
  /** Series are complete from this day on. */
  seriesSince: date('series_since', { mode: 'string' }).notNull().default('infinity'),
})

/** The newest message that was looked at, of all tenants. */
export const rollupWatermark = pgTable('rollup_watermark', {
  onlyOne: boolean('only_one').primaryKey().default(true),
  messageId: uuid('message_id').notNull(),
})
