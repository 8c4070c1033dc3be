import type { Context } from '../../../context.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Subscription } from '../../../platform/events/events.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { recipientOptedOut } from '../../safety/opt-outs/opt-outs.schema.ts'
import { requireOptedIn } from '../../safety/opt-outs/opt-outs.service.ts'
import {
  type SessionTransition,
  sessionConnected,
  sessionDeleted,
} from '../../sessions/lifecycle/sessions.schema.ts'
import { changeWaiting, dropWindows, takeSlotWaiting } from '../limits/send-windows.service.ts'
import { dispatch, onLeftBehind } from './dispatch.ts'
import { outboxQueued } from './outbox.schema.ts'
import { listSessionsWithWaiting, listWaiting, startLeaving, type WaitingMessage } from './outbox.store.ts'
import { writerOf } from './outbox-writer.ts'
import { fail, outcomesOf } from './outcome.ts'
import { quotedBy, storedFrom } from './stored-message.ts'

/** What nobody could send for so long is stale. */
const expiresMs = 24 * 3_600_000
const pageSize = 50

/** How far one session's backlog is worked on. */
interface Drain {
  isRunning: boolean
  isWanted: boolean
  timer: { dueMs: number; cancel(): void } | undefined
}

/** What waits in the outbox, as this process works on it. */
interface Backlog {
  /** The context of background work: belongs to no caller. */
  readonly ctx: Context
  readonly drains: Map<string, Drain>
  subscription: Subscription | undefined
  isStopping: boolean
}

const backlogs = defineProcessState(
  (ctx: Context): Backlog => ({
    ctx: writerOf(ctx).ctx,
    drains: new Map(),
    subscription: undefined,
    isStopping: false,
  }),
)

function drainOf({ drains }: Backlog, sessionId: string): Drain {
  const drain = drains.get(sessionId) ?? { isRunning: false, isWanted: false, timer: undefined }
  drains.set(sessionId, drain)
  return drain
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

/** Dispatches one message when it may leave; answers the milliseconds until it may otherwise. */
async function dispatchWhenDue(ctx: Context, row: WaitingMessage): Promise<number> {
  const isWaiting = row.waitsFor !== null
  const message = storedFrom(ctx, row, await quotedBy(ctx, row))
  if (ctx.clock.nowMs() - new Date(row.queuedAt).getTime() > expiresMs) {
    if (isWaiting) changeWaiting(ctx, row.sessionId, -1)
    await fail(ctx, message, 'expired')
    return 0
  }
  const putOffMs = row.notBefore === null ? 0 : new Date(row.notBefore).getTime() - ctx.clock.nowMs()
  if (putOffMs > 0) return putOffMs
  if (isWaiting && (await isRefusedByNow(ctx, row))) {
    changeWaiting(ctx, row.sessionId, -1)
    await fail(ctx, message, recipientOptedOut.code)
    return 0
  }
  if (isWaiting) {
    const { antispam } = await getSettings(ctx, row.tenantId)
    const lastInboundMs = row.lastInboundAt === null ? null : new Date(row.lastInboundAt).getTime()
    const waitMs = await takeSlotWaiting(ctx, { ...row, lastInboundMs }, antispam)
    if (waitMs > 0) return waitMs
    await startLeaving(ctx.db.sql, row.tenantId, row.id)
    changeWaiting(ctx, row.sessionId, -1)
  }
  dispatch(ctx, message, { isFromBacklog: true })
  return 0
}

/** Dispatches what may leave now; answers the milliseconds until the next may, or undefined when nothing waits. */
async function drainOnce(backlog: Backlog, sessionId: string): Promise<number | undefined> {
  const { ctx } = backlog
  const { inProgress } = outcomesOf(ctx)
  const seen = new Set<string>()
  let nextMs: number | undefined
  for (;;) {
    const without = [...inProgress, ...seen]
    const rows = await listWaiting(ctx.db.sql, sessionId, without, pageSize)
    for (const row of rows) {
      if (!ctx.engine.isWorking(sessionId) || backlog.isStopping) return undefined
      seen.add(row.id)
      if (inProgress.has(row.id)) continue
      const waitMs = await dispatchWhenDue(ctx, row)
      if (waitMs > 0) nextMs = Math.min(nextMs ?? waitMs, waitMs)
    }
    if (rows.length < pageSize) return nextMs
  }
}

async function runDrain(backlog: Backlog, sessionId: string, drain: Drain): Promise<void> {
  const { ctx } = backlog
  drain.isRunning = true
  try {
    while (drain.isWanted && ctx.engine.isWorking(sessionId)) {
      drain.isWanted = false
      const nextMs = await drainOnce(backlog, sessionId)
      if (nextMs !== undefined) schedule(backlog, sessionId, nextMs)
    }
  } catch (err) {
    ctx.log.error({ err, sessionId }, 'the outbox of a session could not be worked on; trying again')
    schedule(backlog, sessionId, 5_000)
  } finally {
    drain.isRunning = false
  }
}

function start(backlog: Backlog, sessionId: string): void {
  const drain = drainOf(backlog, sessionId)
  drain.isWanted = true
  if (drain.isRunning || backlog.isStopping || !backlog.ctx.engine.isWorking(sessionId)) return
  void runDrain(backlog, sessionId, drain)
}

function schedule(backlog: Backlog, sessionId: string, ms: number): void {
  const { clock } = backlog.ctx
  const drain = drainOf(backlog, sessionId)
  const dueMs = clock.monotonicMs() + ms
  if (drain.timer !== undefined && drain.timer.dueMs <= dueMs) return
  drain.timer?.cancel()
  const { cancel } = clock.schedule(ms, () => {
    drain.timer = undefined
    start(backlog, sessionId)
  })
  drain.timer = { dueMs, cancel }
}

/** Works on what a session still has to send; only where the session is connected, and once at a time. */
export function drainBacklog(ctx: Context, sessionId: string): void {
  start(backlogs.of(ctx), sessionId)
}

/** Works on it in a while, or sooner when that was planned already. */
export function scheduleDrain(ctx: Context, sessionId: string, ms: number): void {
  schedule(backlogs.of(ctx), sessionId, ms)
}

function dropBacklog(backlog: Backlog, sessionId: string): void {
  backlog.drains.get(sessionId)?.timer?.cancel()
  backlog.drains.delete(sessionId)
  dropWindows(backlog.ctx, sessionId)
}

async function follow(backlog: Backlog, subscription: Subscription): Promise<void> {
  for await (const event of subscription) {
    if ('lost' in event) continue
    const { sessionId } = event.payload as SessionTransition
    if (event.name === sessionDeleted.name) dropBacklog(backlog, sessionId)
    else start(backlog, sessionId)
  }
}

/** Sends what a crash or a stop left behind as soon as its session works, and what other processes accept for it. */
export async function startBacklog(ctx: Context): Promise<void> {
  const backlog = backlogs.of(ctx)
  // What found no connection leaves with the next one; the look after a second is for a connection that came back
  // while the message was still in progress.
  onLeftBehind(ctx, (sessionId) => schedule(backlog, sessionId, 1000))
  const names = [sessionConnected.name, sessionDeleted.name, outboxQueued.name]
  const subscription = ctx.events.subscribe({ names, capacity: 10_000 })
  backlog.subscription = subscription
  follow(backlog, subscription).catch((err: unknown) =>
    ctx.log.error({ err }, 'the backlog of the outbox hears no events'),
  )
  for (const sessionId of await listSessionsWithWaiting(ctx.db.sql)) start(backlog, sessionId)
}

/** Dispatches nothing more of what waits. */
export function stopBacklog(ctx: Context): void {
  const backlog = backlogs.of(ctx)
  backlog.isStopping = true
  backlog.subscription?.close()
  for (const drain of backlog.drains.values()) drain.timer?.cancel()
}
