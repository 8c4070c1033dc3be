import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { countCall, flushCalls, pendingCalls } from './request-counter.ts'
import { dayOf, monthOf, type UsageColumn, type UsageItem, type UsageTotals } from './usage.schema.ts'
import {
  addToDays,
  type DayCount,
  findReserved,
  releaseQuota,
  reserveQuota,
  sumMonth,
} from './usage.store.ts'

/**
 * Reserves monthly quota and returns how many messages are admitted: all, some or none. Exact under
 * concurrency; holds the tenant's row of the month until the transaction ends, so reserve late and commit soon.
 * `month` is `YYYY-MM` in UTC, `limit` null for unlimited.
 */
export async function reserveMessages(
  sql: Sql,
  tenantId: string,
  month: string,
  count: number,
  limit: number | null,
): Promise<number> {
  return count <= 0 ? 0 : reserveQuota(sql, 'messages', tenantId, month, count, limit)
}

/** Gives back quota of messages that were admitted and will not be sent. */
export async function releaseMessages(
  sql: Sql,
  tenantId: string,
  month: string,
  count: number,
): Promise<void> {
  if (count > 0) await releaseQuota(sql, 'messages', tenantId, month, count)
}

/** As `reserveMessages`, for posts to channels. */
export async function reservePosts(
  sql: Sql,
  tenantId: string,
  month: string,
  count: number,
  limit: number | null,
): Promise<number> {
  return count <= 0 ? 0 : reserveQuota(sql, 'posts', tenantId, month, count, limit)
}

/** Marks in the metadata of a message that its sender reserved the quota, and gives it back when nothing comes of it. */
export const reservedAhead = { is_quota_reserved: true }

/**
 * Gives back what one message took of its month and will not use: a post when it was for a channel, and nothing when its
 * sender had reserved it, perhaps in another month.
 */
export async function releaseUnsent(
  sql: Sql,
  message: {
    tenantId: string
    createdAtMs: number
    chatKind: string
    metadata: Readonly<Record<string, unknown>> | null
  },
): Promise<void> {
  if (message.metadata?.is_quota_reserved === true) return
  const kind = message.chatKind === 'channel' ? 'posts' : 'messages'
  await releaseQuota(sql, kind, message.tenantId, monthOf(message.createdAtMs), 1)
}

/** Posts to channels that were admitted in a month given as `YYYY-MM`, those that still wait included. */
export function countPosts(sql: Sql, tenantId: string, month: string): Promise<number> {
  return findReserved(sql, 'posts', tenantId, month)
}

/** Takes one reply of a model from the month; false when the limit leaves none. */
export async function reserveAiReply(
  sql: Sql,
  tenantId: string,
  month: string,
  limit: number | null,
): Promise<boolean> {
  return (await reserveQuota(sql, 'ai_replies', tenantId, month, 1, limit)) === 1
}

/** Gives back a reply that no model wrote after all. */
export function releaseAiReply(sql: Sql, tenantId: string, month: string): Promise<void> {
  return releaseQuota(sql, 'ai_replies', tenantId, month, 1)
}

/** Replies that models wrote in a month given as `YYYY-MM`. */
export function countAiReplies(sql: Sql, tenantId: string, month: string): Promise<number> {
  return findReserved(sql, 'ai_replies', tenantId, month)
}

/** One row per tenant, day and session, in one order for everybody, so that two batches never wait in a ring. */
function groupByDay(items: readonly UsageItem[]): DayCount[] {
  const days = new Map<string, DayCount>()
  for (const { tenantId, sessionId, atMs, count = 1 } of items) {
    const date = dayOf(atMs)
    const key = `${tenantId} ${date} ${sessionId ?? ''}`
    const day = days.get(key)
    if (day === undefined) days.set(key, { tenantId, sessionId, date, count })
    else day.count += count
  }
  return [...days.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, day]) => day)
}

async function add(sql: Sql, column: UsageColumn, items: readonly UsageItem[]): Promise<void> {
  await addToDays(sql, column, groupByDay(items))
}

/** Counts sent messages; one statement for the whole batch. */
export function countSent(sql: Sql, items: readonly UsageItem[]): Promise<void> {
  return add(sql, 'messagesSent', items)
}

/** Counts received messages; one statement for the whole batch. */
export function countReceived(sql: Sql, items: readonly UsageItem[]): Promise<void> {
  return add(sql, 'messagesReceived', items)
}

/** Counts detected leads; one statement for the whole batch. */
export function countLeads(sql: Sql, items: readonly UsageItem[]): Promise<void> {
  return add(sql, 'leadsDetected', items)
}

/** Counts one API call in memory; written every few seconds and when the process stops. */
export function countRequest(ctx: Context, tenantId: string): void {
  countCall(ctx, tenantId)
}

/** Writes the API calls counted so far. */
export function flushRequests(ctx: Context): Promise<void> {
  return flushCalls(ctx)
}

/** What a tenant used in a month given as `YYYY-MM`; with the calls this process has not written yet. */
export async function getMonth(ctx: Context, tenantId: string, month: string): Promise<UsageTotals> {
  const totals = await sumMonth(ctx.db.sql, tenantId, month)
  const isCurrent = month === monthOf(ctx.clock.nowMs())
  return { ...totals, apiCalls: totals.apiCalls + (isCurrent ? pendingCalls(ctx, tenantId) : 0) }
}
