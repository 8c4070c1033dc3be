import { boolean, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import { scheduleTypes } from '../recurrence/recurrence.schema.ts'
import type { ReportContent, ReportParams, TemplateId } from '../report-templates/report-content.schema.ts'

/** How a report stands. */
export const reportStatuses = ['active', 'paused', 'cancelled', 'completed'] as const
/** How a report is brought. */
export const deliveryMethods = ['dashboard', 'whatsapp'] as const
/** One of them. */
export type DeliveryMethod = (typeof deliveryMethods)[number]

/** What a tenant wants to be told regularly. */
export const reports = pgTable('reports', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  name: text().notNull(),
  templateId: text('template_id').$type<TemplateId>().notNull(),
  scheduleType: text('schedule_type', { enum: scheduleTypes }).notNull(),
  cronExpression: text('cron_expression'),
  timezone: text().notNull(),
  scheduledTime: timestamptz('scheduled_time'),
  deliveryMethod: text('delivery_method', { enum: deliveryMethods }).notNull(),
  /** Whose own chat it goes to; null: the first session that works at the time. */
  sessionId: uuid('session_id'),
  params: jsonb().$type<ReportParams>().notNull().default({}),
  status: text({ enum: reportStatuses }).notNull(),
  nextRunAt: timestamptz('next_run_at'),
  /** The job that starts it then. */
  dueJobId: uuid('due_job_id'),
  lastRunAt: timestamptz('last_run_at'),
  /** Why the newest run failed or did not arrive. */
  lastError: text('last_error'),
  createdAt: timestamptz('created_at').notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** A report as stored. */
export type ReportRow = typeof reports.$inferSelect

/** What a run of a report found out, and whether it arrived. */
export const reportExecutions = pgTable('report_executions', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  reportId: uuid('report_id').notNull(),
  scheduledFor: timestamptz('scheduled_for').notNull(),
  runAt: timestamptz('run_at').notNull(),
  status: text({ enum: ['running', 'completed', 'failed'] }).notNull(),
  deliveryMethod: text('delivery_method', { enum: deliveryMethods }).notNull(),
  delivered: boolean().notNull().default(false),
  content: jsonb().$type<ReportContent>(),
  text: text(),
  error: text(),
})

/** A run as stored. */
export type ReportExecutionRow = typeof reportExecutions.$inferSelect
