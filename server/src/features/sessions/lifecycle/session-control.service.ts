import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import type { StateChange } from '../../../engine/events.ts'
import type { DisconnectCause } from '../../../engine/states.ts'
import { AppError, unknownThing } from '../../../platform/errors.ts'
import { KeyedMutex } from '../../../platform/keyed-mutex.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { startOptionsOf } from './session-proxy.ts'
import { engineUnavailable, type SettingsChange, sessionDeleted } from './sessions.schema.ts'
import { applyState, changeSettings, getSession } from './sessions.service.ts'
import { deleteSessionRow, updateSession } from './sessions.store.ts'
import type { SessionRow } from './sessions.tables.ts'

/** One thing at a time per session: a start in the middle of a deletion would bring back what was erased. */
const locks = defineProcessState(() => new KeyedMutex())

/** What the service itself says about a session when the engine has nothing to say. */
function stateChangeOf(
  row: SessionRow,
  status: StateChange['status'],
  cause: DisconnectCause,
  error: string | null,
): StateChange {
  return {
    tenantId: row.tenantId,
    sessionId: row.id,
    epoch: null,
    status,
    previousStatus: row.status,
    reason: status === 'failed' ? 'engine_error' : null,
    cause,
    phoneNumber: cause === 'logout' ? null : row.phoneNumber,
    isBusiness: row.isBusiness,
    error,
    until: null,
  }
}

async function want(ctx: Context, row: SessionRow, desiredState: 'running' | 'stopped'): Promise<void> {
  await updateSession(ctx.db.sql, row.tenantId, row.id, { desiredState, updatedAt: ctx.clock.now() })
}

async function startEngine(ctx: Context, row: SessionRow): Promise<void> {
  try {
    await ctx.engine.start(await startOptionsOf(ctx, row))
  } catch (cause) {
    // Running in another process or shutting down: the session itself is well.
    if (cause instanceof AppError) {
      if (isResting(row)) throw cause
      return
    }
    await applyState(ctx, stateChangeOf(row, 'failed', 'failed', 'the engine did not start'))
    throw engineUnavailable.create({ cause })
  }
}

/** The answer to a start shows the state that the call brought about, however fast the engine goes on. */
async function afterStart(ctx: Context, id: string, wasResting: boolean): Promise<SessionRow> {
  const row = await getSession(ctx, id)
  // Stopped: another process was quicker to start it and has not reported yet.
  const isMoving = row.status === 'qr_code' || row.status === 'working' || row.status === 'stopped'
  return wasResting && isMoving ? { ...row, status: 'starting' } : row
}

const isResting = (row: SessionRow): boolean => row.status === 'stopped' || row.status === 'failed'

/** Starts the engine; a session that is under way or working stays as it is. */
export function startSession(ctx: Context, id: string): Promise<SessionRow> {
  return locks.of(ctx).run(id, async () => {
    const row = await getSession(ctx, id)
    await want(ctx, row, 'running')
    await startEngine(ctx, row)
    return afterStart(ctx, id, isResting(row))
  })
}

/** Makes the row say `stopped` when the engine did not know the session and therefore reported nothing. */
async function settleStopped(ctx: Context, id: string, cause: DisconnectCause): Promise<SessionRow> {
  const row = await getSession(ctx, id)
  const isSettled = row.status === 'stopped' && (cause !== 'logout' || row.phoneNumber === null)
  if (isSettled) return row
  await applyState(ctx, stateChangeOf(row, 'stopped', cause, null))
  return getSession(ctx, id)
}

/** Closes the connection and keeps the pairing. */
export function stopSession(ctx: Context, id: string): Promise<SessionRow> {
  return locks.of(ctx).run(id, async () => {
    const row = await getSession(ctx, id)
    await want(ctx, row, 'stopped')
    await ctx.engine.stop(id, 'stop')
    return settleStopped(ctx, id, 'stop')
  })
}

/** Closes the connection and opens it again; a paired session needs no new code. */
export function restartSession(ctx: Context, id: string): Promise<SessionRow> {
  return locks.of(ctx).run(id, async () => {
    const row = await getSession(ctx, id)
    await want(ctx, row, 'running')
    await ctx.engine.stop(id, 'restart')
    if (!isResting(row)) await settleStopped(ctx, id, 'restart')
    await startEngine(ctx, row)
    return afterStart(ctx, id, true)
  })
}

/** Changes the session's own settings; one that runs connects anew when its proxy changed. */
export async function changeSessionSettings(
  ctx: Context,
  id: string,
  change: SettingsChange,
): Promise<SessionRow> {
  const { row, isProxyNew } = await changeSettings(ctx, id, change)
  if (isProxyNew && !isResting(row)) await restartSession(ctx, id)
  return row
}

/** Unlinks the account and erases the pairing. */
export function logoutSession(ctx: Context, id: string): Promise<SessionRow> {
  return locks.of(ctx).run(id, async () => {
    const row = await getSession(ctx, id)
    await want(ctx, row, 'stopped')
    await ctx.engine.logout({ tenantId: row.tenantId, sessionId: id })
    return settleStopped(ctx, id, 'logout')
  })
}

/** Unlinks the account when it is connected, then removes the session with everything it owned. */
export function deleteSession(ctx: Context, id: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  return locks.of(ctx).run(id, async () => {
    const row = await getSession(ctx, id)
    await want(ctx, row, 'stopped')
    if (row.status === 'working') await unlink(ctx, row)
    await ctx.engine.stop(id, 'stop')
    await settleStopped(ctx, id, 'stop')
    await ctx.engine.erase(id)
    await ctx.db.transaction(async (sql) => {
      if (!(await deleteSessionRow(sql, tenantId, id))) throw unknownThing('Session')
      await ctx.events.publish(sql, sessionDeleted, { tenantId, sessionId: id })
    })
  })
}

async function unlink(ctx: Context, row: SessionRow): Promise<void> {
  try {
    await ctx.engine.logout({ tenantId: row.tenantId, sessionId: row.id })
  } catch (cause) {
    // The keys are erased in any case; the phone shows a dead linked device until its owner removes it.
    ctx.log.warn(
      { err: cause, sessionId: row.id },
      'could not unlink the account before deleting the session',
    )
  }
}
