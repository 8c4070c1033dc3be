import { type Context, tenantOf } from '../../../context.ts'
import type { PlanGate } from '../../../operation.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { toTimestamp } from '../../../wire.ts'
import type { LimitName } from '../../account/plans/plans.schema.ts'
import {
  getTenantPlan,
  parseLimitName,
  requireBelowLimit,
  requireFeature,
} from '../../account/plans/plans.service.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { endOfMonth, monthOf } from '../../account/usage/usage.schema.ts'
import { countAiReplies, countPosts, getMonth } from '../../account/usage/usage.service.ts'
import { consentMissing } from '../../ai/providers/providers.schema.ts'
import { countStyleProfiles } from '../../ai/style/style.service.ts'
import { countLabels } from '../../conversations/labels/labels.service.ts'
import { countCustomGroups } from '../../groups/custom-groups/custom-groups.service.ts'
import { countMonitoredGroups } from '../../leads/monitoring/monitored-groups.service.ts'
import { countChannels } from '../../outreach/channels/channels.service.ts'
import { countReports } from '../../outreach/reports/reports.service.ts'
import { countSessions } from '../../sessions/lifecycle/sessions.service.ts'

type CountUsed = (sql: Sql, tenantId: string, month: string) => Promise<number>

/** Who counts what a limit limits; a feature that adds something countable adds its line here. */
const counters: Partial<Record<LimitName, CountUsed>> = {
  max_sessions: countSessions,
  max_labels: countLabels,
  max_groups: countMonitoredGroups,
  max_channels: countChannels,
  max_channel_posts_per_month: countPosts,
  max_custom_groups: countCustomGroups,
  max_reports: countReports,
  max_style_profiles: countStyleProfiles,
  ai_replies_per_month: countAiReplies,
}

async function countUsed(ctx: Context, tenantId: string, limit: LimitName): Promise<number> {
  return (await counters[limit]?.(ctx.db.sql, tenantId, monthOf(ctx.clock.nowMs()))) ?? 0
}

/**
 * Refuses with 403 what the tenant's plan does not include or has no room for. A quick answer before the work
 * begins: whoever adds something counts again under `lockTenant`, where two at once cannot both pass.
 */
export async function checkGate(ctx: Context, gate: PlanGate): Promise<void> {
  if (gate.feature !== undefined) await requireFeature(ctx, gate.feature)
  if (gate.consent !== undefined) await requireConsent(ctx)
  if (gate.limit === undefined) return
  const limitName = parseLimitName(gate.limit)
  const tenantId = tenantOf(ctx)
  const plan = await getTenantPlan(ctx, tenantId)
  if (plan.limits[limitName] === null) return
  await requireBelowLimit(ctx, ctx.db.sql, limitName, await countUsed(ctx, tenantId, limitName))
}

async function requireConsent(ctx: Context): Promise<void> {
  const { aiConsentEnabled } = await getSettings(ctx, tenantOf(ctx))
  if (!aiConsentEnabled) throw consentMissing.create()
}

/** Sent messages in percent of the limit, with one decimal. */
function percentageOf(sent: number, limit: number | null): number {
  if (limit === null) return 0
  return limit === 0 ? 100 : Math.round((sent / limit) * 1000) / 10
}

/** What the caller's tenant used this month and may use, as the API shows it. */
export async function getCurrentUsage(ctx: Context) {
  const tenantId = tenantOf(ctx)
  const month = monthOf(ctx.clock.nowMs())
  const plan = await getTenantPlan(ctx, tenantId)
  const totals = await getMonth(ctx, tenantId, month)
  const limit = plan.limits.max_messages_per_month
  return {
    period: month,
    messages_sent: totals.messagesSent,
    messages_received: totals.messagesReceived,
    total_messages: totals.messagesSent + totals.messagesReceived,
    leads_detected: totals.leadsDetected,
    api_calls: totals.apiCalls,
    usage_percentage: percentageOf(totals.messagesSent, limit),
    limit_messages: limit,
    plan: plan.planId,
    limits: plan.limits,
    usage: {
      sessions: await countUsed(ctx, tenantId, 'max_sessions'),
      messages_this_month: totals.messagesSent,
      groups: await countUsed(ctx, tenantId, 'max_groups'),
      labels: await countUsed(ctx, tenantId, 'max_labels'),
      channels: await countUsed(ctx, tenantId, 'max_channels'),
      channel_posts_this_month: await countUsed(ctx, tenantId, 'max_channel_posts_per_month'),
      ai_replies_this_month: await countUsed(ctx, tenantId, 'ai_replies_per_month'),
    },
    resets_at: toTimestamp(endOfMonth(month)),
  }
}
