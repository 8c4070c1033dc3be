import type { Context } from '../../../context.ts'
import type { LimitName } from '../../account/plans/plans.schema.ts'
import { getTenantPlan } from '../../account/plans/plans.service.ts'
import { endOfMonth, monthOf } from '../../account/usage/usage.schema.ts'
import { countPosts, getMonth } from '../../account/usage/usage.service.ts'
import { countLabels } from '../../conversations/labels/labels.service.ts'
import { countCustomGroups } from '../../groups/custom-groups/custom-groups.service.ts'
import { countMonitoredGroups } from '../../leads/monitoring/monitored-groups.service.ts'
import { countSessions } from '../../sessions/lifecycle/sessions.service.ts'
import { countChannels } from '../channels/channels.service.ts'
import { countKeptReports } from '../report-figures/plan-figures.service.ts'
import { figure, partsOf, type ReportAsk, type ReportParts, rateOf, table } from './report-parts.ts'

/** From this share on a limit is worth a word. */
const nearly = 0.8

interface UsedLimit {
  name: LimitName
  label: string
  used: number
  limit: number | null
}

/** What a tenant uses of what its plan limits. */
async function listUsed(
  ctx: Context,
  tenantId: string,
  { month, messages }: { month: string; messages: number },
): Promise<UsedLimit[]> {
  const { sql } = ctx.db
  const { limits } = await getTenantPlan(ctx, tenantId)
  const used: readonly (readonly [LimitName, string, number])[] = [
    ['max_messages_per_month', 'Messages this month', messages],
    ['max_sessions', 'Sessions', await countSessions(sql, tenantId)],
    ['max_groups', 'Monitored groups', await countMonitoredGroups(sql, tenantId)],
    ['max_custom_groups', 'Custom groups', await countCustomGroups(sql, tenantId)],
    ['max_reports', 'Reports', await countKeptReports(ctx, tenantId)],
    ['max_labels', 'Labels', await countLabels(sql, tenantId)],
    ['max_channels', 'Channels', await countChannels(sql, tenantId)],
    ['max_channel_posts_per_month', 'Channel posts this month', await countPosts(sql, tenantId, month)],
  ]
  return used.map(([name, label, count]) => ({ name, label, used: count, limit: limits[name] }))
}

const percent = (rate: number): string => `${Math.round(rate * 100)} %`

/** What is used up, nearly so, or will be before the month ends. */
function suggest(limits: readonly UsedLimit[], expected: number): string[] {
  const notes: string[] = []
  for (const { name, label, used, limit } of limits) {
    if (limit === null || (limit === 0 && used === 0)) continue
    const rate = used / Math.max(1, limit)
    const isOver = name === 'max_messages_per_month' && rate < 1 && expected > limit
    if (rate >= 1) notes.push(`${label}: all ${limit} are used. A larger plan has room for more.`)
    else if (isOver)
      notes.push(`${label}: at this pace the month ends at ${expected}, and the plan has ${limit}.`)
    else if (rate >= nearly) notes.push(`${label}: ${percent(rate)} of ${limit} are used.`)
  }
  return notes
}

/** What is used of what the plan has, and what to do about it. */
export async function reportPlan(ctx: Context, ask: ReportAsk): Promise<ReportParts> {
  const { planName } = await getTenantPlan(ctx, ask.tenantId)
  const month = monthOf(ask.to.getTime())
  const totals = await getMonth(ctx, ask.tenantId, month)
  const startMs = Date.parse(`${month}-01T00:00:00Z`)
  const lengthMs = endOfMonth(month).getTime() - startMs
  const elapsed = Math.max(0.02, (ask.to.getTime() - startMs) / lengthMs)
  const expected = Math.round(totals.messagesSent / elapsed)
  const limits = await listUsed(ctx, ask.tenantId, { month, messages: totals.messagesSent })
  const notes = suggest(limits, expected)
  return partsOf({
    has_data: true,
    figures: [
      figure('plan', 'Plan', planName, 'text'),
      figure('messages_sent', 'Messages sent this month', totals.messagesSent),
      figure('messages_received', 'Messages received this month', totals.messagesReceived),
      figure('messages_expected', 'Expected by the end of the month', expected),
      figure('api_calls', 'API calls this month', totals.apiCalls),
    ],
    tables: [
      table(
        'limits',
        'Limits',
        {
          limit: ['Limit', 'text'],
          used: ['Used', 'count'],
          allowed: ['Allowed', 'count'],
          share: ['Share', 'rate'],
        },
        limits.map(({ label, used, limit }) => ({
          limit: label,
          used,
          allowed: limit,
          share: limit === null ? null : rateOf(used, limit),
        })),
      ),
    ],
    notes: notes.length > 0 ? notes : ['Nothing is near its limit. Months and days of usage are in UTC.'],
  })
}
