import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import { nextRuns, parseRecurrence, zonedTimestamps } from '../recurrence/recurrence.service.ts'
import { buildReport } from '../report-templates/report-templates.service.ts'
import { renderText } from '../report-templates/report-text.service.ts'
import type { reportPreview, reportPreviewBody } from './reports.schema.ts'

const shownRuns = 5
/** Nobody who looks at a page waits longer. */
const longestMs = 60_000

/** When it would run: at once for one without a time to come, as an order would. */
function runsOf(input: z.output<typeof reportPreviewBody>, now: Date): string[] {
  if (input.schedule_type === undefined) return []
  const recurrence = parseRecurrence(input, { now, defaultTime: now })
  const { cronExpression, scheduledTime, timezone } = recurrence
  const isNow = cronExpression === null && scheduledTime !== null && scheduledTime <= now
  return zonedTimestamps(isNow ? [now] : nextRuns(recurrence, now, shownRuns), timezone)
}

/** What a report would say now and when it would run; nothing is kept. */
export async function previewReport(
  ctx: Context,
  input: z.output<typeof reportPreviewBody>,
): Promise<z.input<typeof reportPreview>> {
  const now = ctx.clock.now()
  const runs = runsOf(input, now)
  const content = await buildReport(ctx, {
    templateId: input.template_id,
    params: input.params ?? {},
    timeZone: input.timezone ?? 'UTC',
    to: now,
    signal: AbortSignal.timeout(longestMs),
  })
  return { content, text: renderText(content, input.name ?? content.title), next_runs: runs }
}
