import { date, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** How a job stands. */
export const bulkJobStatuses = ['pending', 'running', 'paused', 'completed', 'cancelled', 'failed'] as const
/** One of them. */
export type BulkJobStatus = (typeof bulkJobStatuses)[number]

/** How a recipient stands. */
export const recipientStatuses = [
  'pending',
  'sent',
  'delivered',
  'read',
  'replied',
  'ignored',
  'failed',
  'skipped',
  'opted_out',
] as const
/** One of them. */
export type RecipientStatus = (typeof recipientStatuses)[number]

/** Why nothing leaves just now. */
export const jobWaits = ['session', 'quiet_hours', 'cold_budget', 'reach_out_lock', 'limits'] as const
/** One of them. */
export type JobWait = (typeof jobWaits)[number]

/** A span of the day in which nothing leaves, as `HH:MM`; it may go over midnight. */
export interface QuietHours {
  start: string
  end: string
}

/** One message to everybody on a list. */
export const bulkJobs = pgTable('bulk_jobs', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  sessionId: uuid('session_id').notNull(),
  customGroupId: uuid('custom_group_id'),
  name: text(),
  source: text({ enum: ['api', 'schedule'] }).notNull(),
  /** The schedule, and the run of it, that made the job. */
  sourceId: uuid('source_id'),
  executionId: uuid('execution_id'),
  status: text({ enum: bulkJobStatuses }).notNull(),
  messageType: text('message_type', { enum: ['text', 'media'] }).notNull(),
  messageContent: text('message_content'),
  mediaUrl: text('media_url'),
  variants: jsonb().$type<string[]>(),
  /** IANA zone of the quiet hours; null: each recipient's own. */
  timeZone: text('time_zone'),
  quietHours: jsonb('quiet_hours').$type<QuietHours>(),
  sendBefore: timestamptz('send_before'),
  totalRecipients: integer('total_recipients').notNull(),
  sentCount: integer('sent_count').notNull().default(0),
  failedCount: integer('failed_count').notNull().default(0),
  skippedCount: integer('skipped_count').notNull().default(0),
  deliveredCount: integer('delivered_count').notNull().default(0),
  readCount: integer('read_count').notNull().default(0),
  repliedCount: integer('replied_count').notNull().default(0),
  readUnknownCount: integer('read_unknown_count').notNull().default(0),
  /** Read, and not answered in time. */
  ignoredCount: integer('ignored_count').notNull().default(0),
  /** Asked not to be written to again, after they had got the message. */
  optedOutCount: integer('opted_out_count').notNull().default(0),
  /** The job whose failed recipients this one writes to again; of several the first. */
  retryOf: uuid('retry_of'),
  /** Messages of the month's quota that are reserved and neither sent nor given back. */
  quotaReserved: integer('quota_reserved').notNull().default(0),
  /** First day of the month (UTC) they are reserved in; null when each message takes its own. */
  quotaMonth: date('quota_month', { mode: 'string' }),
  waitsFor: text('waits_for').$type<JobWait>(),
  nextSendAt: timestamptz('next_send_at'),
  error: text(),
  /** Recipients before it have had their turn or were put off. */
  nextPosition: integer('next_position').notNull().default(0),
  /** The recipient whose message is on its way: nobody else has a turn until it is known how that ended. */
  inFlightId: uuid('in_flight_id'),
  /** The next message leaves no sooner. */
  pacedUntil: timestamptz('paced_until'),
  /** Until then nobody who has not written gets anything. */
  coldUntil: timestamptz('cold_until'),
  coldReason: text('cold_reason').$type<JobWait>(),
  /** Where the search for those who have written goes on meanwhile. */
  warmPosition: integer('warm_position').notNull().default(0),
  failureStreak: integer('failure_streak').notNull().default(0),
  idempotencyKey: text('idempotency_key'),
  idempotencyHash: text('idempotency_hash'),
  startedAt: timestamptz('started_at'),
  completedAt: timestamptz('completed_at'),
  createdAt: timestamptz('created_at').notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** A job as stored. */
export type BulkJobRow = typeof bulkJobs.$inferSelect

/** Who a job writes to, with what became of each; a phone once a job. */
export const bulkRecipients = pgTable('bulk_recipients', {
  id: uuid().primaryKey().defaultRandom(),
  tenantId: uuid('tenant_id').notNull(),
  jobId: uuid('job_id').notNull(),
  /** Their order, from 0. */
  position: integer().notNull(),
  /** Digits. */
  phone: text().notNull(),
  /** What WhatsApp calls the account of the number; null until it was asked. */
  account: text(),
  checkedAt: timestamptz('checked_at'),
  name: text(),
  variables: jsonb().$type<Record<string, string>>().notNull().default({}),
  status: text({ enum: recipientStatuses }).notNull().default('pending'),
  skipReason: text('skip_reason'),
  error: text(),
  /** The id the message has or will have: chosen when the recipient is claimed, before anything is sent. */
  messageId: uuid('message_id'),
  /** Which of the variants, from 0. */
  variant: integer(),
  /** Put off: their turn comes then. */
  notBefore: timestamptz('not_before'),
  claimedBy: text('claimed_by'),
  claimedUntil: timestamptz('claimed_until'),
  sentAt: timestamptz('sent_at'),
  deliveredAt: timestamptz('delivered_at'),
  readAt: timestamptz('read_at'),
  repliedAt: timestamptz('replied_at'),
})

/** A recipient as stored. */
export type BulkRecipientRow = typeof bulkRecipients.$inferSelect
