import type { Context } from '../../../context.ts'
import { sessionRunsElsewhere } from '../../../engine/engine-errors.ts'
import { AppError } from '../../../platform/errors.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { startOptionsOf } from './session-proxy.ts'
import { applyState } from './sessions.service.ts'
import { listAbandonedSessions, listDesiredSessions } from './sessions.store.ts'

/** Sessions that start at the same time at most: more would look like an attack and starve each other. */
const concurrentStarts = 20
/** Looks again for sessions that a crashed process left behind; a stopped one says so. */
const lookMs = 2000
/** Alone with its database a process looks for what it could not start itself. */
const lookAloneMs = 30_000
/** A session that could not be started, for a reason of its own, is left alone for so long. */
const retryMs = 30_000
const staggerMs = 100
/** Whoever was asked for a session within so long is about to start it: between the end of its life and the next. */
const freshMs = 2000
/** A lease that ended is free a moment later, by the clock of the database. */
const leaseEndMs = 50

type Desired = Awaited<ReturnType<typeof listDesiredSessions>>[number]

/** Looks for sessions to start, in rounds, until the process stops. */
class Resuming {
  readonly #closing = new AbortController()
  /** Sessions that could not be started, and when that was. */
  readonly #failedAtMs = new Map<string, number>()
  /** Sessions that this process has started: with its key, one that cannot be read stays so. */
  readonly #tried = new Set<string>()
  /** Sessions that were passed over since somebody had just been asked for them, with the moment of that. */
  readonly #passedOver = new Map<string, number>()
  #isAsked = false
  #wake: AbortController | undefined
  #watch: Promise<{ close(): Promise<void> }> | undefined

  get signal(): AbortSignal {
    return this.#closing.signal
  }

  /** Begins the next round now, or after the one that runs. */
  ask(): void {
    this.#isAsked = true
    this.#wake?.abort(new Error('asked'))
  }

  /** Runs rounds; each answers after how many milliseconds the next one is due. */
  run(ctx: Context, round: () => Promise<number>): void {
    // The first round finds what was handed over before.
    this.#watch = ctx.engine.onHandOver(() => this.ask())
    this.#watch.catch((err: unknown) => ctx.log.warn({ err }, 'cannot hear of sessions handed over'))
    void this.#repeat(ctx, round)
  }

  /** Whether it is too soon to try again, or in vain. */
  isResting(ctx: Context, { id, statusReason }: Pick<Desired, 'id' | 'statusReason'>): boolean {
    if (statusReason === 'key_mismatch' && this.#tried.has(id)) return true
    const failedAtMs = this.#failedAtMs.get(id)
    return failedAtMs !== undefined && ctx.clock.monotonicMs() - failedAtMs < retryMs
  }

  /**
   * Whether another process is about to start it. A session is passed over once: should that process die meanwhile, the
   * next round takes it. Alone with its database a process knows who that is: itself.
   */
  isTakenUp(ctx: Context, { id, updatedAt }: Pick<Desired, 'id' | 'updatedAt'>): boolean {
    const askedMs = updatedAt.getTime()
    const isFresh = ctx.db.kind !== 'embedded' && ctx.clock.nowMs() - askedMs < freshMs
    if (!isFresh || this.#passedOver.get(id) === askedMs) {
      this.#passedOver.delete(id)
      return false
    }
    this.#passedOver.set(id, askedMs)
    return true
  }

  noteFailure(ctx: Context, sessionId: string): void {
    this.#failedAtMs.set(sessionId, ctx.clock.monotonicMs())
  }

  noteStart(sessionId: string): void {
    this.#failedAtMs.delete(sessionId)
    this.#tried.add(sessionId)
  }

  /** Looks no more. */
  async close(): Promise<void> {
    if (this.signal.aborted) return
    this.#closing.abort(new Error('the process stops'))
    this.#wake?.abort(this.signal.reason)
    const watch = await this.#watch?.catch(() => undefined)
    await watch?.close().catch(() => undefined)
  }

  async #repeat(ctx: Context, round: () => Promise<number>): Promise<void> {
    while (!this.signal.aborted) {
      this.#isAsked = false
      const dueInMs = await round()
      if (this.#isAsked || this.signal.aborted) continue
      this.#wake = new AbortController()
      await ctx.clock.sleep(dueInMs, this.#wake.signal).catch(() => undefined)
    }
  }
}

const resuming = defineProcessState(
  () => new Resuming(),
  (state) => state.close(),
)

async function resumeOne(ctx: Context, session: Desired): Promise<void> {
  const state = resuming.of(ctx)
  try {
    await ctx.engine.start(await startOptionsOf(ctx, session))
    state.noteStart(session.id)
  } catch (err) {
    // Another process was quicker, or the database is away: a later round tries again.
    ctx.log.debug({ err, sessionId: session.id }, 'session not resumed')
    if (!(err instanceof AppError) || err.code !== sessionRunsElsewhere.code)
      state.noteFailure(ctx, session.id)
  }
}

/**
 * Starts what should run and runs nowhere; those that another process holds are left to it. Answers after how many
 * milliseconds the next lease of another process may end.
 */
export async function resumeSessions(ctx: Context, signal?: AbortSignal): Promise<number | undefined> {
  const desired = await listDesiredSessions(ctx.db.sql)
  const { free, nextInMs } = await ctx.engine.findFree(desired.map(({ id }) => id))
  const isFree = new Set(free)
  const state = resuming.of(ctx)
  const waiting = desired.filter(
    (session) => isFree.has(session.id) && !state.isResting(ctx, session) && !state.isTakenUp(ctx, session),
  )
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (signal?.aborted === true) return
      await resumeOne(ctx, next)
      if (waiting.length > 0) await ctx.clock.sleep(staggerMs, signal)
    }
  }
  await Promise.all(Array.from({ length: concurrentStarts }, work))
  return nextInMs
}

/** A crash may leave a row in a moving state that nobody wants to move: it says so again. */
export async function settleAbandoned(ctx: Context): Promise<void> {
  for (const { id, tenantId, status } of await listAbandonedSessions(ctx.db.sql)) {
    if (ctx.engine.isWorking(id)) continue
    await applyState(ctx, {
      tenantId,
      sessionId: id,
      epoch: null,
      status: 'stopped',
      previousStatus: status,
      reason: null,
      cause: 'stop',
      phoneNumber: null,
      isBusiness: false,
      error: null,
      until: null,
    })
  }
}

/** Brings back what was running before this process started, and takes over what others hand over or left behind. */
export function keepResuming(ctx: Context): void {
  const state = resuming.of(ctx)
  const longestMs = ctx.db.kind === 'embedded' ? lookAloneMs : lookMs
  state.run(ctx, async () => {
    try {
      const nextInMs = await resumeSessions(ctx, state.signal)
      return nextInMs === undefined ? longestMs : Math.min(nextInMs + leaseEndMs, longestMs)
    } catch (err) {
      if (!state.signal.aborted) ctx.log.warn({ err }, 'could not look for sessions to resume')
      return longestMs
    }
  })
}

/** Looks no more: the engine must not be asked to start anything once it closes. */
export async function stopResuming(ctx: Context): Promise<void> {
  await resuming.of(ctx).close()
}
