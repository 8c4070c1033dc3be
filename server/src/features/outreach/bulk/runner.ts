import type { Context } from '../../../context.ts'
import type { EventPayload, Subscription } from '../../../platform/events/events.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { messageFailed, messageSent } from '../../conversations/messages/message-events.schema.ts'
import { sessionConnected, sessionDeleted } from '../../sessions/lifecycle/sessions.schema.ts'
import { bulkChanged } from './bulk.schema.ts'
import { listBusySessions } from './bulk.store.ts'
import { stepSession } from './turn.ts'

const afterTroubleMs = 5_000
/** Timers hold no longer than about 24 days. */
const longestMs = 24 * 3_600_000

/** How far this process is with what one session has to send. */
interface Lane {
  isRunning: boolean
  isWanted: boolean
  timer: { dueMs: number; cancel(): void } | undefined
}

/**
 * Works on the bulk jobs of the sessions that this process holds: whoever holds a session takes its jobs up where they
 * are. What happened is in the database alone; here are only the times to look again.
 */
class BulkRunner {
  readonly #ctx: Context
  readonly #lanes = new Map<string, Lane>()
  readonly #running = new Set<Promise<void>>()
  #subscription: Subscription | undefined
  #isStopping = false

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  /** Takes up what runs, and follows what happens. */
  async start(): Promise<void> {
    const names = [
      sessionConnected.name,
      sessionDeleted.name,
      bulkChanged.name,
      messageSent.name,
      messageFailed.name,
    ]
    this.#subscription = this.#ctx.events.subscribe({ names, capacity: 10_000 })
    this.#follow(this.#subscription).catch((err: unknown) =>
      this.#ctx.log.error({ err }, 'bulk jobs hear no events'),
    )
    await this.#wakeAll()
  }

  /** Begins nothing more and waits for what is under way. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#subscription?.close()
    for (const lane of this.#lanes.values()) lane.timer?.cancel()
    await Promise.all(this.#running)
  }

  async #wakeAll(): Promise<void> {
    for (const sessionId of await listBusySessions(this.#ctx.db.sql)) this.#wake(sessionId)
  }

  async #follow(subscription: Subscription): Promise<void> {
    for await (const event of subscription) {
      if ('lost' in event) {
        await this.#wakeAll().catch((err: unknown) =>
          this.#ctx.log.error({ err }, 'bulk jobs could not be looked through'),
        )
        continue
      }
      const { sessionId, metadata } = event.payload as EventPayload & {
        sessionId: string
        metadata?: Record<string, unknown> | null
      }
      if (event.name === sessionDeleted.name) this.#drop(sessionId)
      else if (metadata === undefined || metadata?.bulk_job_id !== undefined) this.#wake(sessionId)
    }
  }

  #drop(sessionId: string): void {
    this.#lanes.get(sessionId)?.timer?.cancel()
    this.#lanes.delete(sessionId)
  }

  #wake(sessionId: string): void {
    if (this.#isStopping || !this.#ctx.engine.isWorking(sessionId)) return
    const lane = this.#lanes.get(sessionId) ?? { isRunning: false, isWanted: false, timer: undefined }
    this.#lanes.set(sessionId, lane)
    lane.isWanted = true
    if (lane.isRunning) return
    const run = this.#run(sessionId, lane).finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  async #run(sessionId: string, lane: Lane): Promise<void> {
    lane.isRunning = true
    try {
      while (lane.isWanted && !this.#isStopping && this.#ctx.engine.isWorking(sessionId)) {
        lane.isWanted = false
        const nextMs = await stepSession(this.#ctx, sessionId)
        if (nextMs === undefined) continue
        if (nextMs <= 0) lane.isWanted = true
        else this.#schedule(sessionId, lane, nextMs)
      }
    } catch (err) {
      this.#ctx.log.error({ err, sessionId }, 'a bulk job could not go on; trying again')
      this.#schedule(sessionId, lane, afterTroubleMs)
    } finally {
      lane.isRunning = false
    }
    if (!lane.isWanted && lane.timer === undefined) this.#lanes.delete(sessionId)
  }

  #schedule(sessionId: string, lane: Lane, ms: number): void {
    const { clock } = this.#ctx
    const dueMs = clock.monotonicMs() + Math.min(ms, longestMs)
    lane.timer?.cancel()
    const { cancel } = clock.schedule(Math.min(ms, longestMs), () => {
      lane.timer = undefined
      this.#wake(sessionId)
    })
    lane.timer = { dueMs, cancel }
  }
}

const runners = defineProcessState(
  (ctx: Context) => new BulkRunner({ ...ctx, caller: { kind: 'anonymous', ip: '' } }),
  (runner) => runner.stop(),
)

/** Works on bulk jobs from now on. */
export function startRunner(ctx: Context): Promise<void> {
  return runners.of(ctx).start()
}

/** Begins nothing more. */
export function stopRunner(ctx: Context): Promise<void> {
  return runners.of(ctx).stop()
}
