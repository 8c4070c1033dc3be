import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import { toTimestamp } from '../../../wire.ts'
import { reportActivity } from './activity-report.ts'
import { reportCampaigns } from './campaign-report.ts'
import { reportUnanswered, reportVips } from './conversation-reports.ts'
import { reportHealth } from './health-report.ts'
import { openClock } from './local-clock.ts'
import { reportMonitoring } from './monitoring-report.ts'
import { reportPipeline } from './pipeline-report.ts'
import { reportPlan } from './plan-report.ts'
import type { ReportContent, ReportParams, TemplateId, TemplateObject } from './report-content.schema.ts'
import { templateIds } from './report-content.schema.ts'
import type { ReportAsk, ReportParts } from './report-parts.ts'
import { reportReviews } from './review-report.ts'
import { reportScheduled } from './scheduled-report.ts'

interface Template {
  name: string
  description: string
  /** Days it looks back when nobody says otherwise. */
  days: number
  build(ctx: Context, ask: ReportAsk): Promise<ReportParts> | ReportParts
}

/** Rows of a table when nobody says otherwise. */
const defaultRows = 10
const dayMs = 86_400_000

const templates: Readonly<Record<TemplateId, Template>> = {
  daily_activity: {
    name: 'Daily Activity Summary',
    description: 'Messages sent and received, new leads and how the sessions did',
    days: 1,
    build: reportActivity,
  },
  lead_pipeline: {
    name: 'Lead Pipeline Report',
    description: 'Where leads come from, how far they get and how many are converted',
    days: 30,
    build: reportPipeline,
  },
  unanswered_contacts: {
    name: 'Unanswered Contacts',
    description: 'People who wrote and got no answer, those who wait longest first',
    days: 7,
    build: reportUnanswered,
  },
  vip_contacts: {
    name: 'VIP Contacts',
    description: 'The people with whom most is written',
    days: 30,
    build: reportVips,
  },
  group_monitoring: {
    name: 'Group Monitoring Digest',
    description: 'Keywords that matched and leads, for each monitored group',
    days: 7,
    build: reportMonitoring,
  },
  scheduled_messages_status: {
    name: 'Scheduled Messages Status',
    description: 'Runs of scheduled messages that worked and that failed',
    days: 7,
    build: reportScheduled,
  },
  bulk_send_progress: {
    name: 'Bulk Send Progress',
    description: 'Campaigns under way and completed, with what became of their messages',
    days: 7,
    build: reportCampaigns,
  },
  usage_plan: {
    name: 'Usage & Plan Utilization',
    description: 'What is used of what the plan has, and what is nearly used up',
    days: 30,
    build: reportPlan,
  },
  session_health: {
    name: 'Session Health Check',
    description: 'Uptime of the sessions and their connection problems',
    days: 7,
    build: reportHealth,
  },
  review_digest: {
    name: 'Review & Testimonial Digest',
    description: 'Sentiment of reviews and approvals of testimonials',
    days: 30,
    build: reportReviews,
  },
}

/** The ten kinds of reports. */
export function listTemplates(): TemplateObject[] {
  return templateIds.map((id) => {
    const { name, description, days } = templates[id]
    const parameters = [
      {
        name: 'period_days',
        type: 'integer',
        default: days,
        description: 'Looks back so many times 24 hours, 1 to 90',
      },
      {
        name: 'max_rows',
        type: 'integer',
        default: defaultRows,
        description: 'Rows that each table shows at most, 1 to 50',
      },
    ]
    return { id, name, description, parameters }
  })
}

/** What a report is made of. */
export interface ReportOrder {
  templateId: TemplateId
  params: ReportParams
  timeZone: string
  /** The moment up to which it looks. */
  to: Date
  signal: AbortSignal
}

/** Finds out what a report says, of the caller's tenant. Reads in statements of bounded size. */
export async function buildReport(ctx: Context, order: ReportOrder): Promise<ReportContent> {
  const { templateId, params, timeZone, to, signal } = order
  const template = templates[templateId]
  const days = params.period_days ?? template.days
  const from = new Date(to.getTime() - days * dayMs)
  const maxRows = params.max_rows ?? defaultRows
  const ask = { tenantId: tenantOf(ctx), from, to, days, maxRows, clock: openClock(timeZone), signal }
  return {
    template_id: templateId,
    title: template.name,
    generated_at: toTimestamp(ctx.clock.now()),
    timezone: timeZone,
    period: { from: toTimestamp(from), to: toTimestamp(to), days },
    ...(await template.build(ctx, ask)),
  }
}
