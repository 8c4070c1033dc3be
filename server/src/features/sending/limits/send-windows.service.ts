import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import type { AntispamSettings } from '../../account/settings/settings.schema.ts'
import { tooManyWaiting, type WaitsFor } from './send-limits.schema.ts'
import { countWaiting, listRecentSends } from './send-limits.store.ts'

/** Decision 3: so many messages to people who are not in a conversation, per session. */
const burstLimit = 4
const burstMs = 120_000
/** An answer this soon after the contact's last message is part of a conversation. */
const conversationMs = 24 * 3_600_000
/** Single sends that may wait per session. */
const waitingLimit = 20

/** Timestamps of the last messages; at most `limit` of them within `lengthMs`. */
export class SendWindow {
  #sentMs: number[]

  constructor(sentMs: readonly number[] = []) {
    this.#sentMs = [...sentMs].sort((a, b) => a - b)
  }

  /** Milliseconds until there is room; 0 when there is. */
  waitMs(limit: number, lengthMs: number, nowMs: number): number {
    while (this.#sentMs.length > 0 && (this.#sentMs[0] as number) <= nowMs - lengthMs) this.#sentMs.shift()
    if (this.#sentMs.length < limit) return 0
    const blocking = this.#sentMs[this.#sentMs.length - limit] ?? nowMs
    return Math.max(1, blocking + lengthMs - nowMs)
  }

  record(nowMs: number): void {
    this.#sentMs.push(nowMs)
  }
}

/** How full a session's and a tenant's windows are, and how much waits. */
interface Windows {
  burst: LRUCache<string, SendWindow>
  rate: LRUCache<string, SendWindow>
  waiting: Map<string, number>
}

const allWindows = defineProcessState(
  (): Windows => ({
    burst: new LRUCache({ max: 10_000 }),
    rate: new LRUCache({ max: 10_000 }),
    waiting: new Map(),
  }),
)

/** Loads what left before this process started: a restart must not open the windows again. */
async function prepare(
  ctx: Context,
  tenantId: string,
  sessionId: string,
  settings: AntispamSettings,
): Promise<void> {
  const windows = allWindows.of(ctx)
  const isReady = windows.burst.has(sessionId) && windows.rate.has(tenantId) && windows.waiting.has(sessionId)
  if (isReady) return
  const nowMs = ctx.clock.nowMs()
  const since = new Date(nowMs - Math.max(burstMs, settings.rateLimitWindow * 1000))
  const recent = await listRecentSends(ctx.db.sql, tenantId, since)
  const waiting = await countWaiting(ctx.db.sql, tenantId, sessionId)
  if (!windows.burst.has(sessionId)) {
    const own = recent.filter((send) => send.sessionId === sessionId)
    windows.burst.set(sessionId, new SendWindow(own.map((send) => send.atMs)))
  }
  if (!windows.rate.has(tenantId)) windows.rate.set(tenantId, new SendWindow(recent.map((send) => send.atMs)))
  if (!windows.waiting.has(sessionId)) windows.waiting.set(sessionId, waiting)
}

/** Milliseconds until a message of this kind may leave; takes the room when it is 0. */
async function takeSlot(
  ctx: Context,
  tenantId: string,
  sessionId: string,
  settings: AntispamSettings,
  isBurst: boolean,
): Promise<{ waitMs: number; waitsFor: WaitsFor }> {
  await prepare(ctx, tenantId, sessionId, settings)
  const { burst, rate } = allWindows.of(ctx)
  const nowMs = ctx.clock.nowMs()
  const burstLengthMs = burstMs * ctx.config.pace
  const burstWait =
    isBurst && burstLengthMs > 0 ? (burst.get(sessionId)?.waitMs(burstLimit, burstLengthMs, nowMs) ?? 0) : 0
  const rateMs = settings.rateLimitWindow * 1000
  const rateWait = settings.isEnabled
    ? (rate.get(tenantId)?.waitMs(settings.rateLimit, rateMs, nowMs) ?? 0)
    : 0
  if (burstWait > 0 || rateWait > 0) {
    return { waitMs: Math.max(burstWait, rateWait), waitsFor: burstWait > 0 ? 'burst' : 'rate' }
  }
  if (isBurst && burstLengthMs > 0) burst.get(sessionId)?.record(nowMs)
  if (settings.isEnabled) rate.get(tenantId)?.record(nowMs)
  return { waitMs: 0, waitsFor: 'rate' }
}

/** As a waiting message asks: milliseconds until it may leave, 0 = now, with the room taken. */
export async function takeSlotWaiting(
  ctx: Context,
  waiting: { tenantId: string; sessionId: string; lastInboundMs: number | null },
  settings: AntispamSettings,
): Promise<number> {
  const isBurst = !isInConversation(ctx, waiting.lastInboundMs)
  const { waitMs } = await takeSlot(ctx, waiting.tenantId, waiting.sessionId, settings, isBurst)
  return waitMs
}

/** One more or one less message waits in a session. */
export function changeWaiting(ctx: Context, sessionId: string, by: 1 | -1): void {
  const { waiting } = allWindows.of(ctx)
  const now = waiting.get(sessionId)
  if (now !== undefined) waiting.set(sessionId, Math.max(0, now + by))
}

/** Drops the counters of a session that is gone. */
export function dropWindows(ctx: Context, sessionId: string): void {
  const { burst, waiting } = allWindows.of(ctx)
  burst.delete(sessionId)
  waiting.delete(sessionId)
}

function isInConversation(ctx: Context, lastInboundMs: number | null): boolean {
  return lastInboundMs !== null && ctx.clock.nowMs() - lastInboundMs <= conversationMs
}

/** A message that wants to leave. */
export interface WindowSend {
  tenantId: string
  sessionId: string
  settings: AntispamSettings
  lastInboundMs: number | null
  /** `owner` when it has to wait for another process anyway. */
  waitsFor: WaitsFor | null
}

/**
 * Steps 5 (rate) and 9 (burst), decision 3: what exceeds a limit waits, and what would wait behind 20 others is
 * refused. Whoever comes while others wait is queued. Answers what the message waits for; null when it may go.
 */
export async function chooseWindow(ctx: Context, send: WindowSend): Promise<WaitsFor | null> {
  const { tenantId, sessionId, settings, waitsFor } = send
  const isBurst = !isInConversation(ctx, send.lastInboundMs)
  await prepare(ctx, tenantId, sessionId, settings)
  const { waiting } = allWindows.of(ctx)
  const queued = waiting.get(sessionId) ?? 0
  const isQueued = waitsFor !== null || (isBurst && queued > 0)
  const slot = isQueued
    ? { waitMs: 1000, waitsFor: waitsFor ?? ('burst' as const) }
    : await takeSlot(ctx, tenantId, sessionId, settings, isBurst)
  if (slot.waitMs === 0) return null
  const queuedNow = waiting.get(sessionId) ?? 0
  if (queuedNow >= waitingLimit) {
    const headers = { 'retry-after': String(Math.ceil(slot.waitMs / 1000)) }
    throw tooManyWaiting.create({ headers })
  }
  waiting.set(sessionId, queuedNow + 1)
  return slot.waitsFor
}
