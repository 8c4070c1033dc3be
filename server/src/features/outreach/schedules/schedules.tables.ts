import { bigint, boolean, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import type { QuietHours } from '../bulk/bulk.tables.ts'
import { scheduleTypes } from '../recurrence/recurrence.schema.ts'

/** How a schedule stands. */
export const scheduleStatuses = ['active', 'paused', 'cancelled', 'completed'] as const

/** To what a schedule writes. */
export const targetTypes = ['custom_group', 'chat', 'channel'] as const

/** What happens to a run whose time passed while nothing ran. */
export const missedRunPolicies = ['run_once', 'skip'] as const

/** How a run ended, or that it has not. */
export const executionStatuses = ['running', 'completed', 'partial', 'failed', 'skipped'] as const

/** Messages that go out at a time or by a rule. */
export const scheduledMessages = pgTable('scheduled_messages', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  name: text().notNull(),
  status: text({ enum: scheduleStatuses }).notNull(),
  sessionId: uuid('session_id').notNull(),
  targetType: text('target_type', { enum: targetTypes }).notNull(),
  /** Of the three targets one is set, as `targetType` says. */
  customGroupId: uuid('custom_group_id'),
  /** WhatsApp id of a person or a group. */
  chatId: text('chat_id'),
  channelId: uuid('channel_id'),
  messageType: text('message_type', { enum: ['text', 'media'] }).notNull(),
  messageContent: text('message_content'),
  mediaUrl: text('media_url'),
  variants: jsonb().$type<string[]>(),
  quietHours: jsonb('quiet_hours').$type<QuietHours>(),
  sendWithinMinutes: integer('send_within_minutes'),
  oncePerContact: boolean('once_per_contact').notNull(),
  scheduleType: text('schedule_type', { enum: scheduleTypes }).notNull(),
  cronExpression: text('cron_expression'),
  /** IANA name. */
  timezone: text().notNull(),
  scheduledTime: timestamptz('scheduled_time'),
  missedRuns: text('missed_runs', { enum: missedRunPolicies }).notNull(),
  /** Null unless it is active, and while the one run of a `one_time` schedule is under way. */
  nextRunAt: timestamptz('next_run_at'),
  /** The job that starts it then. */
  dueJobId: uuid('due_job_id'),
  lastRunAt: timestamptz('last_run_at'),
  runCount: integer('run_count').notNull().default(0),
  idempotencyKey: text('idempotency_key'),
  idempotencyHash: text('idempotency_hash'),
  createdAt: timestamptz('created_at').notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** A schedule as stored. */
export type ScheduleRow = typeof scheduledMessages.$inferSelect

/** Runs of schedules. */
export const scheduledExecutions = pgTable('scheduled_executions', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  scheduleId: uuid('schedule_id').notNull(),
  scheduledFor: timestamptz('scheduled_for').notNull(),
  startedAt: timestamptz('started_at').notNull(),
  finishedAt: timestamptz('finished_at'),
  status: text({ enum: executionStatuses }).notNull(),
  totalRecipients: integer('total_recipients').notNull().default(0),
  sentCount: integer('sent_count').notNull().default(0),
  failedCount: integer('failed_count').notNull().default(0),
  skippedCount: integer('skipped_count').notNull().default(0),
  /** A code, such as `session_not_working`. */
  error: text(),
  /** What carries the run: a campaign, a message to a chat, or a post to a channel. */
  bulkJobId: uuid('bulk_job_id'),
  messageId: uuid('message_id'),
  postId: uuid('post_id'),
  /** Members of the group that a post was delivered to, and those who have read it; null of what is no post to a group. */
  deliveredTo: integer('delivered_to'),
  readBy: integer('read_by'),
})

/** Members of groups who are counted in a run, by a digest of their address; with `isRead` in both counts. */
export const scheduledReceipts = pgTable('scheduled_receipts', {
  executionId: uuid('execution_id').notNull(),
  tenantId: uuid('tenant_id').notNull(),
  member: bigint({ mode: 'bigint' }).notNull(),
  isRead: boolean('is_read').notNull(),
  receivedAt: timestamptz('received_at').notNull(),
})

/** A run as stored. */
export type ExecutionRow = typeof scheduledExecutions.$inferSelect
