import { type Context, tenantOf } from '../../../context.ts'
import { holdsScope, type Scope } from '../../../scopes.ts'
import { isHistoryOpen } from '../../account/settings/chat-history.service.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { countWaiting } from '../../conversations/chats/chat-list.service.ts'
import {
  type AttentionItem,
  approvalsAttention,
  campaignAttention,
  sessionAttention,
  toWire,
  webhookAttention,
} from './attention.ts'
import { attentionCodes, type Overview } from './overview.schema.ts'
import * as store from './overview.store.ts'
import { readToday } from './today.ts'
import { timestampOf } from './wire-time.ts'

const statuses = ['working', 'starting', 'qr_code', 'stopped', 'failed'] as const

/** What one part says, and what of it needs somebody. */
type Part<T> = readonly [T, readonly AttentionItem[]]

async function readSessions(ctx: Context): Promise<Part<Overview['sessions']>> {
  const rows = await store.listSessionStates(ctx.db.sql, tenantOf(ctx))
  const count = (status: string) => rows.filter((row) => row.status === status).length
  const byStatus = Object.fromEntries(statuses.map((status) => [status, count(status)]))
  const answer = { total: rows.length, by_status: byStatus as Record<(typeof statuses)[number], number> }
  return [answer, rows.flatMap((row) => sessionAttention(row, ctx.clock.now()))]
}

async function readConversations(ctx: Context): Promise<Part<Overview['conversations']>> {
  // What a program may not list it is not told the number of.
  if (!(await isHistoryOpen(ctx))) return [null, []]
  const { unreadChats, unreadMessages, unanswered, since } = await countWaiting(ctx)
  const answer = {
    unread_chats: unreadChats,
    unread_messages: unreadMessages,
    unanswered,
    unanswered_since: timestampOf(since),
  }
  return [answer, []]
}

async function readLeads(ctx: Context, dayStart: string): Promise<Part<Overview['leads']>> {
  const { fresh, today } = await store.countLeads(ctx.db.sql, tenantOf(ctx), dayStart)
  return [{ new: fresh, detected_today: today }, []]
}

async function readCampaigns(ctx: Context): Promise<Part<Overview['campaigns']>> {
  const { counts, stopped } = await store.readCampaigns(ctx.db.sql, tenantOf(ctx))
  const count = (status: string) => counts.get(status) ?? 0
  const answer = { running: count('running'), pending: count('pending'), paused: count('paused') }
  return [answer, stopped.map(campaignAttention)]
}

async function readApprovals(ctx: Context): Promise<Part<Overview['approvals']>> {
  const counted = await store.countApprovals(ctx.db.sql, tenantOf(ctx))
  const { pending, oldest, firstEnd } = counted
  const answer = { pending, oldest_at: timestampOf(oldest), first_expires_at: timestampOf(firstEnd) }
  return [answer, approvalsAttention(counted)]
}

async function readWebhooks(ctx: Context): Promise<Part<Overview['webhooks']>> {
  const { active, failed, broken } = await store.readWebhooks(ctx.db.sql, tenantOf(ctx), ctx.clock.now())
  const failing = broken.filter(({ isActive }) => isActive).length
  const answer = { active, failing, switched_off: broken.length - failing, failed_deliveries: failed }
  return [answer, broken.map(webhookAttention)]
}

/** How everything stands of what the caller may read. */
export async function getOverview(ctx: Context): Promise<Overview> {
  const tenantId = tenantOf(ctx)
  const { timeZone } = await getSettings(ctx, tenantId)
  const { day, start } = await store.findDay(ctx.db.sql, timeZone, ctx.clock.now())
  const attention: AttentionItem[] = []
  async function part<T>(scope: Scope, read: () => Promise<Part<T>>): Promise<T | null> {
    const { caller } = ctx
    if ((caller.kind !== 'user' && caller.kind !== 'key') || !holdsScope(caller.scopes, scope)) return null
    const [answer, items] = await read()
    attention.push(...items)
    return answer
  }
  const parts = {
    sessions: await part('sessions:read', () => readSessions(ctx)),
    conversations: await part('messages:read', () => readConversations(ctx)),
    leads: await part('leads:read', () => readLeads(ctx, start)),
    campaigns: await part('bulk-send:read', () => readCampaigns(ctx)),
    approvals: await part('messages:read', () => readApprovals(ctx)),
    webhooks: await part('webhooks:read', () => readWebhooks(ctx)),
    today: await part('analytics:read', async () => [await readToday(ctx, day, timeZone), []]),
  }
  attention.sort((a, b) => attentionCodes.indexOf(a.code) - attentionCodes.indexOf(b.code))
  return { timezone: timeZone, attention: attention.map(toWire), ...parts }
}
