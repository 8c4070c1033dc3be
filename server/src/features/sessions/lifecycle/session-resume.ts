import type { Context } from '../../../context.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { startOptionsOf } from './session-proxy.ts'
import { applyState } from './sessions.service.ts'
import { listAbandonedSessions, listDesiredSessions } from './sessions.store.ts'

/** Sessions that start at the same time at most: more would look like an attack and starve each other. */
const concurrentStarts = 20
/** Looks again for sessions that a stopped or crashed process left behind. */
const retryMs = 30_000
const staggerMs = 100

const resuming = defineProcessState(() => new AbortController())

async function resumeOne(ctx: Context, session: Parameters<typeof startOptionsOf>[1]): Promise<void> {
  try {
    await ctx.engine.start(await startOptionsOf(ctx, session))
  } catch (err) {
    // Another process holds it, or the database is away: the next round tries again.
    ctx.log.debug({ err, sessionId: session.id }, 'session not resumed')
  }
}

/** Starts what should run and does not run here; those that another process holds are left to it. */
export async function resumeSessions(ctx: Context, signal?: AbortSignal): Promise<void> {
  const waiting = (await listDesiredSessions(ctx.db.sql)).filter(
    (session) => !ctx.engine.isWorking(session.id),
  )
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (signal?.aborted === true) return
      await resumeOne(ctx, next)
      if (waiting.length > 0) await ctx.clock.sleep(staggerMs, signal)
    }
  }
  await Promise.all(Array.from({ length: concurrentStarts }, work))
}

/** A crash may leave a row in a moving state that nobody wants to move: it says so again. */
export async function settleAbandoned(ctx: Context): Promise<void> {
  for (const { id, tenantId, status } of await listAbandonedSessions(ctx.db.sql)) {
    if (ctx.engine.isWorking(id)) continue
    await applyState(ctx, {
      tenantId,
      sessionId: id,
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

/** Brings back what was running before this process started, and keeps looking for what others left. */
export function keepResuming(ctx: Context): void {
  const { signal } = resuming.of(ctx)
  const rounds = async (): Promise<void> => {
    while (!signal.aborted) {
      await resumeSessions(ctx, signal).catch((err: unknown) => {
        if (!signal.aborted) ctx.log.warn({ err }, 'could not look for sessions to resume')
      })
      await ctx.clock.sleep(retryMs, signal).catch(() => undefined)
    }
  }
  void rounds()
}

/** Looks no more: the engine must not be asked to start anything once it closes. */
export async function stopResuming(ctx: Context): Promise<void> {
  resuming.of(ctx).abort(new Error('the process stops'))
}
