import { z } from 'zod'
import { timestampOutput } from '../../../wire.ts'

/** The ten reports of the contract, in its order. */
export const templateIds = [
  'daily_activity',
  'lead_pipeline',
  'unanswered_contacts',
  'vip_contacts',
  'group_monitoring',
  'scheduled_messages_status',
  'bulk_send_progress',
  'usage_plan',
  'session_health',
  'review_digest',
] as const

/** One of the ten reports. */
export type TemplateId = (typeof templateIds)[number]

const cell = z.union([z.string(), z.number(), z.null()])

/** How a value is to be read: rates are between 0 and 1, durations seconds, timestamps ISO 8601 in UTC. */
const unit = z.enum(['text', 'count', 'rate', 'seconds', 'timestamp', 'phone'])

/** How a value of a report is to be read. */
export type Unit = z.output<typeof unit>

const figure = z.object({ key: z.string(), label: z.string(), unit, value: cell })

const table = z.object({
  key: z.string(),
  title: z.string(),
  columns: z.array(z.object({ key: z.string(), label: z.string(), unit })),
  rows: z.array(z.record(z.string(), cell)),
  total: z.int().meta({ description: 'Rows there are in all; `rows` has the first of them' }),
})

const series = z.object({
  key: z.string(),
  title: z.string(),
  interval: z.enum(['hour', 'day']),
  points: z.array(
    z.object({
      at: z.string().meta({
        examples: ['2026-02-11'],
        description: "Hour or day in the report's time zone: `2026-02-11T10:00` or `2026-02-11`",
      }),
      value: z.number(),
    }),
  ),
})

/** What a report says, for tables and charts of any program: the text and the page are made from this alone. */
export const reportContentSchema = z
  .object({
    template_id: z.enum(templateIds),
    title: z.string(),
    generated_at: timestampOutput,
    timezone: z.string(),
    period: z.object({ from: timestampOutput, to: timestampOutput, days: z.int() }),
    has_data: z.boolean().meta({ description: 'False when there was nothing to report' }),
    figures: z.array(figure),
    series: z.array(series),
    tables: z.array(table),
    notes: z.array(z.string()),
  })
  .meta({ id: 'ReportContent', description: 'What a report says, as figures, tables and series' })

/** What a report says. */
export type ReportContent = z.output<typeof reportContentSchema>
/** One number or word of a report. */
export type ReportFigure = z.output<typeof figure>
/** A table of a report. */
export type ReportTable = z.output<typeof table>
/** A course over time. */
export type ReportSeries = z.output<typeof series>
/** A value in a table. */
export type ReportCell = z.output<typeof cell>

/** Days that a report may look back; keys are in the contract's `params`. */
export const mostPeriodDays = 90
/** Rows that a table of a report may show. */
export const mostListed = 50

/** Settings of a report; what is not given has the template's default. */
export const reportParams = z
  .object({
    period_days: z
      .int()
      .min(1)
      .max(mostPeriodDays)
      .optional()
      .meta({ description: 'Looks back so many times 24 hours, to the moment of the run' }),
    max_rows: z
      .int()
      .min(1)
      .max(mostListed)
      .optional()
      .meta({ description: 'Rows that each table shows at most' }),
  })
  .meta({ examples: [{ period_days: 7 }] })

/** Settings of a report. */
export type ReportParams = z.output<typeof reportParams>

/** A kind of report as `GET /reports/templates` lists it. */
export const templateSchema = z
  .object({
    id: z.enum(templateIds),
    name: z.string(),
    description: z.string(),
    parameters: z.array(
      z.object({ name: z.string(), type: z.string(), default: z.number(), description: z.string() }),
    ),
  })
  .meta({ id: 'ReportTemplate', description: 'A kind of report' })

/** A kind of report as answers carry it. */
export type TemplateObject = z.output<typeof templateSchema>
