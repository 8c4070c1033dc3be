import type { Context } from '../../../context.ts'
import type { MessageType, OutboundContent } from '../../../engine/content.ts'
import type { Submission } from '../../../engine/engine.ts'
import type { Database } from '../../../platform/database/database.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Subscription } from '../../../platform/events/events.ts'
import { unseal } from '../../../platform/secrets.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import {
  type MessageProgress,
  messageFailed,
  messageSent,
} from '../../conversations/messages/messages.schema.ts'
import { quoteStored } from '../../conversations/messages/quoting.service.ts'
import { recipientOptedOut } from '../../safety/opt-outs/opt-outs.schema.ts'
import { requireOptedIn } from '../../safety/opt-outs/opt-outs.service.ts'
import {
  type SessionTransition,
  sessionConnected,
  sessionDeleted,
} from '../../sessions/lifecycle/sessions.schema.ts'
import { changeWaiting, forgetWindows, takeRoomWaiting } from '../limits/send-windows.service.ts'
import { concludeFailed, handOver, type Leaving } from './dispatch.ts'
import { contentPurpose, outboxQueued, type StoredContent } from './outbox.schema.ts'
import { listSessionsWithWaiting, listWaiting, startLeaving, type WaitingMessage } from './outbox.store.ts'
import { runtimeOf } from './outbox-writer.ts'

/** What nobody could send for so long is not news any more. */
const expiresMs = 24 * 3_600_000
const pageSize = 50

interface Drain {
  isRunning: boolean
  isWanted: boolean
  timer: { dueMs: number; cancel(): void } | undefined
}

const drains = new WeakMap<Database, Map<string, Drain>>()
const subscriptions = new WeakMap<Database, Subscription>()

function drainOf(ctx: Context, sessionId: string): Drain {
  const all = drains.get(ctx.db) ?? new Map<string, Drain>()
  drains.set(ctx.db, all)
  const drain = all.get(sessionId) ?? { isRunning: false, isWanted: false, timer: undefined }
  all.set(sessionId, drain)
  return drain
}

async function toLeaving(ctx: Context, row: WaitingMessage): Promise<Leaving> {
  const plain = unseal(ctx.config, contentPurpose(row.id), row.content).toString()
  const { content, text } = JSON.parse(plain) as StoredContent
  const quoted: Submission['quoted'] =
    row.replyToId === null
      ? undefined
      : await quoteStored(ctx, row.tenantId, row.replyToId).catch(() => undefined)
  return {
    content: content as OutboundContent,
    quoted,
    createdAt: new Date(row.createdAt),
    event: {
      tenantId: row.tenantId,
      sessionId: row.sessionId,
      messageId: row.id,
      chatId: row.waChatId,
      chatRecordId: row.chatId,
      waMessageId: row.waMessageId,
      messageType: row.messageType as MessageType,
      text,
      isGroup: row.kind === 'group',
      metadata: row.metadata,
    },
  }
}

/** Whoever opted out while the message waited is left alone all the same. */
async function isRefusedByNow(ctx: Context, row: WaitingMessage): Promise<boolean> {
  if (row.kind !== 'person') return false
  const { tenantId, origin, waChatId: chatId } = row
  try {
    await requireOptedIn(ctx, { tenantId, chatId, origin })
    return false
  } catch (error) {
    if (error instanceof AppError && error.code === recipientOptedOut.code) return true
    throw error
  }
}

/** Lets one message go when it may; answers the milliseconds until it may otherwise. */
async function release(ctx: Context, row: WaitingMessage): Promise<number> {
  const isWaiting = row.waitsFor !== null
  const leaving = await toLeaving(ctx, row)
  if (ctx.clock.nowMs() - new Date(row.queuedAt).getTime() > expiresMs) {
    if (isWaiting) changeWaiting(ctx, row.sessionId, -1)
    await concludeFailed(ctx, leaving, 'expired')
    return 0
  }
  const putOffMs = row.notBefore === null ? 0 : new Date(row.notBefore).getTime() - ctx.clock.nowMs()
  if (putOffMs > 0) return putOffMs
  if (isWaiting && (await isRefusedByNow(ctx, row))) {
    changeWaiting(ctx, row.sessionId, -1)
    await concludeFailed(ctx, leaving, recipientOptedOut.code)
    return 0
  }
  if (isWaiting) {
    const { antispam } = await getSettings(ctx, row.tenantId)
    const lastInboundMs = row.lastInboundAt === null ? null : new Date(row.lastInboundAt).getTime()
    const waitMs = await takeRoomWaiting(ctx, { ...row, lastInboundMs }, antispam)
    if (waitMs > 0) return waitMs
    await startLeaving(ctx.db.sql, row.tenantId, row.id)
    changeWaiting(ctx, row.sessionId, -1)
  }
  letGo(ctx, leaving)
  return 0
}

/** Lets go what may leave now; answers the milliseconds until the next may, or undefined when nothing waits. */
async function drainOnce(ctx: Context, sessionId: string): Promise<number | undefined> {
  const runtime = runtimeOf(ctx)
  const seen = new Set<string>()
  let nextMs: number | undefined
  for (;;) {
    const without = [...runtime.handling, ...seen]
    const rows = await listWaiting(ctx.db.sql, sessionId, without, pageSize)
    for (const row of rows) {
      if (!ctx.engine.isWorking(sessionId) || runtime.isStopping) return undefined
      seen.add(row.id)
      if (runtime.handling.has(row.id)) continue
      const waitMs = await release(ctx, row)
      if (waitMs > 0) nextMs = Math.min(nextMs ?? waitMs, waitMs)
    }
    if (rows.length < pageSize) return nextMs
  }
}

async function runDrain(ctx: Context, sessionId: string, drain: Drain): Promise<void> {
  drain.isRunning = true
  try {
    while (drain.isWanted && ctx.engine.isWorking(sessionId)) {
      drain.isWanted = false
      const nextMs = await drainOnce(ctx, sessionId)
      if (nextMs !== undefined) scheduleDrain(ctx, sessionId, nextMs)
    }
  } catch (err) {
    ctx.log.error({ err, sessionId }, 'the outbox of a session could not be worked on; trying again')
    scheduleDrain(ctx, sessionId, 5_000)
  } finally {
    drain.isRunning = false
  }
}

/** Works on what a session still has to send; only where the session is connected, and once at a time. */
export function drainSession(ctx: Context, sessionId: string): void {
  const drain = drainOf(ctx, sessionId)
  drain.isWanted = true
  if (drain.isRunning || runtimeOf(ctx).isStopping || !ctx.engine.isWorking(sessionId)) return
  void runDrain(ctx, sessionId, drain)
}

/** Works on it in a while, or sooner when that was planned already. */
export function scheduleDrain(ctx: Context, sessionId: string, ms: number): void {
  const drain = drainOf(ctx, sessionId)
  const dueMs = ctx.clock.monotonicMs() + ms
  if (drain.timer !== undefined && drain.timer.dueMs <= dueMs) return
  drain.timer?.cancel()
  const { cancel } = ctx.clock.schedule(ms, () => {
    drain.timer = undefined
    drainSession(ctx, sessionId)
  })
  drain.timer = { dueMs, cancel }
}

/**
 * Hands a message over in the background. One that found no connection leaves with the next one; the look after a
 * second is for a connection that came back while the message was still in hand.
 */
export function letGo(ctx: Context, leaving: Leaving): void {
  void handOver(ctx, leaving).then((result) => {
    if (result === 'later') scheduleDrain(ctx, leaving.event.sessionId, 1000)
  })
}

function forget(ctx: Context, sessionId: string): void {
  drains.get(ctx.db)?.get(sessionId)?.timer?.cancel()
  drains.get(ctx.db)?.delete(sessionId)
  forgetWindows(ctx, sessionId)
}

async function listen(ctx: Context, subscription: Subscription): Promise<void> {
  for await (const told of subscription) {
    if ('lost' in told) continue
    const { sessionId } = told.payload as SessionTransition
    if (told.name === sessionDeleted.name) forget(ctx, sessionId)
    else if (told.name === messageSent.name || told.name === messageFailed.name) {
      runtimeOf(ctx).tellEvent(told.payload as MessageProgress, told.atMs)
    } else drainSession(ctx, sessionId)
  }
}

/** Sends what a crash or a stop left behind as soon as its session works, and hears of what other processes accept. */
export async function startOutbox(ctx: Context): Promise<void> {
  const runtime = runtimeOf(ctx)
  runtime.isStopping = false
  const names = [
    sessionConnected.name,
    sessionDeleted.name,
    outboxQueued.name,
    messageSent.name,
    messageFailed.name,
  ]
  const subscription = ctx.events.subscribe({ names, capacity: 10_000 })
  subscriptions.set(ctx.db, subscription)
  void listen(runtime.ctx, subscription).catch((err: unknown) =>
    ctx.log.error({ err }, 'the outbox hears no events'),
  )
  for (const sessionId of await listSessionsWithWaiting(ctx.db.sql)) drainSession(runtime.ctx, sessionId)
}

/** Lets nothing new go and waits until what left is stored. */
export async function stopOutbox(ctx: Context): Promise<void> {
  const runtime = runtimeOf(ctx)
  runtime.isStopping = true
  subscriptions.get(ctx.db)?.close()
  for (const drain of drains.get(ctx.db)?.values() ?? []) drain.timer?.cancel()
  await runtime.flush()
}
