import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { idParams, pageAnswer, pageQuery, timestampOutput, uuidField } from '../../../wire.ts'
import { recurrenceFields, scheduleTypes, zonedTimestampOutput } from '../recurrence/recurrence.schema.ts'
import { reportContentSchema, reportParams, templateIds } from '../report-templates/report-content.schema.ts'
import { deliveryMethods, reportStatuses } from './reports.tables.ts'

export const noSessionToSend = defineError(
  'no_session_to_send',
  400,
  'delivery_method: whatsapp needs a session, and there is none',
)
export const reportNotActive = defineError('report_not_active', 400, 'Only an active report can be paused')
export const reportNotPaused = defineError('report_not_paused', 400, 'Only a paused report can be resumed')
export const reportHasNoRun = defineError(
  'report_has_no_run',
  400,
  'The time of this report has passed: give it another scheduled_time',
)

const name = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .meta({ examples: ['Monday morning'] })

const timing = {
  cron_expression: recurrenceFields.cron_expression,
  scheduled_time: recurrenceFields.scheduled_time,
  timezone: recurrenceFields.timezone,
}
const ways = {
  delivery_method: z
    .enum(deliveryMethods)
    .optional()
    .meta({
      description:
        '`dashboard` (default) keeps the result to be looked at; `whatsapp` also sends it to the own chat of the session’s account',
      examples: ['dashboard'],
    }),
  session_id: uuidField.optional().meta({
    description: 'Whose own chat a report for WhatsApp goes to; by default the first session that works',
  }),
  params: reportParams.optional(),
}

/** A new report. */
export const createReportBody = z.object({
  name,
  template_id: z.enum(templateIds).meta({ examples: ['daily_activity'] }),
  schedule_type: recurrenceFields.schedule_type.unwrap().meta({ examples: ['cron'] }),
  ...timing,
  ...ways,
})

/** A report that is not ordered yet. */
export const reportPreviewBody = createReportBody
  .omit({ delivery_method: true, session_id: true })
  .partial({ name: true, schedule_type: true })
  .meta({ description: 'Without `schedule_type` there are no `next_runs`' })

/** What is to change of a report. */
export const updateReportBody = z.object({
  name: name.optional(),
  schedule_type: recurrenceFields.schedule_type,
  ...timing,
  ...ways,
})

/** A report as the API shows it. */
export const reportSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    template_id: z.enum(templateIds),
    schedule_type: z.enum(scheduleTypes),
    cron_expression: z.string().nullable(),
    timezone: z.string(),
    delivery_method: z.enum(deliveryMethods),
    status: z.enum(reportStatuses),
    next_run_at: zonedTimestampOutput.nullable(),
    created_at: timestampOutput,
    session_id: z.uuid().nullable(),
    scheduled_time: timestampOutput.nullable(),
    params: reportParams,
    last_run_at: timestampOutput.nullable(),
    last_error: z.string().nullable().meta({
      description: 'Why the newest run failed or did not arrive; null when it did',
    }),
    next_runs: z.array(zonedTimestampOutput).meta({ description: 'The next five runs' }),
  })
  .meta({ id: 'Report', description: 'What a tenant wants to be told regularly' })

/** A report as answers carry it. */
export type ReportObject = z.output<typeof reportSchema>

/** What a report would say and when it would run. */
export const reportPreview = z
  .object({
    content: reportContentSchema,
    text: z.string().meta({ description: 'The same as one WhatsApp message' }),
    next_runs: z.array(zonedTimestampOutput).meta({ description: 'The next five runs' }),
  })
  .meta({ id: 'ReportPreview', description: 'What a report would say now, and when it would run' })

const execution = z.object({
  id: z.uuid(),
  run_at: timestampOutput,
  status: z.enum(['completed', 'failed']),
  delivered: z.boolean().meta({
    description: 'Kept, for the dashboard; taken by WhatsApp, for the own chat. Until then false',
  }),
  content: reportContentSchema.nullable(),
  text: z.string().nullable().meta({ description: 'The same as one WhatsApp message' }),
  error: z.string().nullable(),
  scheduled_for: timestampOutput,
  delivery_method: z.enum(deliveryMethods),
})

/** A run as answers carry it. */
export type ExecutionObject = z.output<typeof execution>

/** A report with its newest runs. */
export const reportWithRuns = reportSchema
  .extend({ executions: z.array(execution).meta({ description: 'Newest first, at most 20' }) })
  .meta({ id: 'ReportWithRuns', description: 'A report and its newest runs' })

/** Which reports to list. */
export const reportsQuery = z.object({
  ...pageQuery(),
  status: z
    .enum(reportStatuses)
    .optional()
    .meta({ examples: ['active'] }),
})

/** A page of reports. */
export const reportsAnswer = z.object({ reports: z.array(reportSchema), ...pageAnswer })

/** The path of a run of a report. */
export const executionParams = idParams.extend({ execution_id: uuidField })

/** A run came to its end: what it found out is kept, and brought or not. */
export interface ReportExecuted {
  tenantId: string
  reportId: string
  executionId: string
  name: string
  templateId: (typeof templateIds)[number]
  deliveryMethod: (typeof deliveryMethods)[number]
  status: 'completed' | 'failed'
  delivered: boolean
  error: string | null
}

const { id } = exampleValues

/** Once for each run, when it is known whether it arrived. */
export const reportExecuted = definePublicEvent({
  name: 'report.executed',
  scope: 'reports:read',
  description: 'A report was made, and arrived or did not.',
  data: z
    .object({
      report_id: z.string(),
      execution_id: z.string(),
      name: z.string(),
      template_id: z.enum(templateIds),
      delivery_method: z.enum(deliveryMethods),
      status: z.enum(['completed', 'failed']),
      delivered: z.boolean(),
      error: z.string().nullable().meta({ description: 'Why it failed or did not arrive' }),
    })
    .meta({ id: 'ReportExecutedData' }),
  toWire: (executed: ReportExecuted) => ({
    report_id: executed.reportId,
    execution_id: executed.executionId,
    name: executed.name,
    template_id: executed.templateId,
    delivery_method: executed.deliveryMethod,
    status: executed.status,
    delivered: executed.delivered,
    error: executed.error,
  }),
  example: {
    tenantId: id,
    reportId: id,
    executionId: id,
    name: 'Monday morning',
    templateId: 'daily_activity',
    deliveryMethod: 'whatsapp',
    status: 'completed',
    delivered: true,
    error: null,
  },
  subscribers: { webhooks: true },
})

/** A report is due: whoever moves it on to its next moment makes the run. */
export const dueReportJob = defineJob<{ tenantId: string; reportId: string; dueAt: string }>('reports.due', {
  concurrency: 4,
  retryLimit: 20,
})
/** Finds out what a report says. One at a time in a process, since it reads much. */
export const buildReportJob = defineJob<{ tenantId: string; executionId: string }>('reports.build', {
  retryLimit: 3,
  expireSeconds: 3600,
})
/** Brings a report to the own chat. */
export const deliverReportJob = defineJob<{ tenantId: string; executionId: string }>('reports.deliver', {
  retryLimit: 3,
  concurrency: 4,
})
/** Removes runs that are older than what their tenants keep. */
export const expireReportsJob = defineJob<Record<string, never>>('reports.expire', {
  cron: { expression: '19 4 * * *', timeZone: 'UTC' },
})
/** Looks for reports whose job is gone: after weeks without a process it may have been tidied away. */
export const sweepReportsJob = defineJob<Record<string, never>>('reports.sweep', {
  cron: { expression: '*/10 * * * *', timeZone: 'UTC' },
})
