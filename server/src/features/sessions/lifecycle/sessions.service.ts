import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import type { StateChange } from '../../../engine/events.ts'
import { statusReasons } from '../../../engine/states.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { createBatcher } from '../../../platform/database/write-batcher.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { maskProxyUrl, parseProxyUrl } from '../../../platform/outgoing/proxy.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import { requireBelowLimit } from '../../account/plans/plans.service.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { sessionUpdated } from './session-changes.schema.ts'
import { proxyOf, requireAllowedProxy, sealProxy } from './session-proxy.ts'
import { nextColumns, transitionOf } from './session-states.ts'
import {
  connectionUpdated,
  type SessionConfigObject,
  type SessionObject,
  type SettingsChange,
  sessionConnected,
  sessionDisconnected,
  sessionLimitsChanged,
  sessionNotWorking,
  sessionStatusChanged,
} from './sessions.schema.ts'
import {
  countTenantSessions,
  findSession,
  findSessionForUpdate,
  holdSessionRow,
  insertSession,
  listSessions,
  lockSessions,
  storeStates,
  updateSession,
} from './sessions.store.ts'
import type { SessionConfig, SessionRow } from './sessions.tables.ts'

export type { SessionRow } from './sessions.tables.ts'

/** The session as callers see it. */
export function sessionToWire(row: SessionRow): SessionObject {
  const isCapped = row.statusReason === 'message_capped'
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    phone_number: row.phoneNumber,
    is_business: row.isBusiness,
    created_at: toTimestamp(row.createdAt),
    config: configToWire(row.config),
    last_connected_at: toTimestampOrNull(row.lastConnectedAt),
    last_error: row.lastError,
    updated_at: toTimestamp(row.updatedAt),
    status_reason: row.statusReason,
    status_detail: row.statusReason === null ? null : statusReasons[row.statusReason],
    status_until: toTimestampOrNull(row.statusUntil),
    qr_attempt: row.qrAttempt === null ? null : { number: row.qrAttempt, of: row.qrAttempts },
    limits: {
      reach_out_locked_until: toTimestampOrNull(row.reachOutLockedUntil),
      is_message_capped: isCapped,
      message_cap_until: isCapped ? toTimestampOrNull(row.statusUntil) : null,
    },
  }
}

/** All settings of a session as callers see them. */
export function configToWire(config: SessionConfig): SessionConfigObject {
  return {
    auto_transcribe: config.auto_transcribe ?? false,
    reject_calls: config.reject_calls ?? false,
    proxy_url: config.proxy_url ?? null,
  }
}

/** How many sessions a tenant has: for the plan gate `max_sessions`. */
export function countSessions(sql: Sql, tenantId: string): Promise<number> {
  return countTenantSessions(sql, tenantId)
}

/** One session of a tenant. */
export function findTenantSession(sql: Sql, tenantId: string, id: string): Promise<SessionRow | undefined> {
  return findSession(sql, tenantId, id)
}

/** One session of the caller's tenant, or 404. */
export async function getSession(ctx: Context, id: string, sql: Sql = ctx.db.sql): Promise<SessionRow> {
  const row = await findSession(sql, tenantOf(ctx), id)
  if (row === undefined) throw unknownThing('Session')
  return row
}

/** As `getSession`, and the session stays until the transaction ends: for what goes with it, but has no foreign key. */
export async function holdSession(ctx: Context, sql: Sql, id: string): Promise<void> {
  if ((await holdSessionRow(sql, tenantOf(ctx), id)) === undefined) throw unknownThing('Session')
}

/** One session of the caller's tenant that can send right now: 404 for an unknown one, 400 otherwise. */
export async function getWorkingSession(ctx: Context, id: string): Promise<SessionRow> {
  const row = await getSession(ctx, id)
  if (row.status !== 'working') {
    const message = `${sessionNotWorking.text} (it is ${row.status})`
    throw sessionNotWorking.create({ message })
  }
  return row
}

/** All sessions of the caller's tenant. */
export function listTenantSessions(ctx: Context): Promise<SessionRow[]> {
  return listSessions(ctx.db.sql, tenantOf(ctx))
}

/** A new session; 403 when the plan has no room, exact also for two calls at once. */
export function createSession(ctx: Context, name: string): Promise<SessionRow> {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    await lockTenant(sql, tenantId)
    await requireBelowLimit(ctx, sql, 'max_sessions', await countTenantSessions(sql, tenantId))
    const now = ctx.clock.now()
    const id = ctx.ids.uuid()
    await ctx.events.publish(sql, sessionUpdated, { tenantId, sessionId: id })
    return insertSession(sql, { id, tenantId, name, createdAt: now, updatedAt: now })
  })
}

/** Changes the session's own settings; says whether it has to connect anew for them. */
export async function changeSettings(
  ctx: Context,
  id: string,
  { proxy_url: proxyUrl, ...change }: SettingsChange,
): Promise<{ row: SessionRow; isProxyNew: boolean }> {
  const tenantId = tenantOf(ctx)
  await getSession(ctx, id)
  if (typeof proxyUrl === 'string') await requireAllowedProxy(ctx, proxyUrl)
  return ctx.db.transaction(async (sql) => {
    const row = await findSessionForUpdate(sql, tenantId, id)
    if (row === undefined) throw unknownThing('Session')
    const isProxyNew = proxyUrl !== undefined && proxyUrl !== proxyOf(ctx, row)
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    const config: SessionConfig = { ...row.config, ...given }
    const next: Partial<SessionRow> = { config, updatedAt: ctx.clock.now() }
    if (isProxyNew) {
      const url = proxyUrl === null ? undefined : parseProxyUrl(proxyUrl)
      next.proxy = proxyUrl === null ? null : sealProxy(ctx, id, proxyUrl)
      config.proxy_url = url === undefined ? null : maskProxyUrl(url)
    }
    await ctx.events.publish(sql, sessionUpdated, { tenantId, sessionId: id })
    return { row: (await updateSession(sql, tenantId, id, next)) ?? row, isProxyNew }
  })
}

/** After a start of the process many sessions change state at once: what comes while one commit runs shares the next. */
const appliers = defineProcessState(
  (ctx: Context) =>
    createBatcher<StateChange, undefined>(ctx.db, {
      write: async (sql, changes) => {
        await applyAll(ctx, sql, changes)
        return changes.map(() => undefined)
      },
      maxItems: 50,
    }),
  (applier) => applier.flush(),
)

/**
 * Stores what the engine reported and publishes it, in one transaction; resolves after its commit. A session that is no
 * longer there is ignored: the engine may still be closing it.
 */
export async function applyState(ctx: Context, change: StateChange): Promise<void> {
  await appliers.of(ctx).add(change)
}

async function applyAll(ctx: Context, sql: Sql, changes: readonly StateChange[]): Promise<void> {
  // Each session once: a second change of the same one builds on what the first made of it.
  const now = new Map<string, StateChange>()
  const later: StateChange[] = []
  for (const change of changes) {
    if (now.has(change.sessionId)) later.push(change)
    else now.set(change.sessionId, change)
  }
  await applyOnce(ctx, sql, now)
  if (later.length > 0) await applyAll(ctx, sql, later)
}

/** Without what was seen under a lease that another process has by now: its own states are the newer ones. */
async function withoutFenced(
  ctx: Context,
  sql: Sql,
  changes: ReadonlyMap<string, StateChange>,
): Promise<ReadonlyMap<string, StateChange>> {
  const leased = [...changes.values()].filter(({ epoch }) => epoch !== null)
  const epochs = await ctx.engine.lockEpochs(
    sql,
    leased.map(({ sessionId }) => sessionId),
  )
  return new Map(
    [...changes].filter(([id, { epoch }]) => epoch === null || epoch >= (epochs.get(id) ?? epoch)),
  )
}

/** What the API shows as the limits of a session, to be compared. */
function limitsOf({ statusReason, statusUntil, reachOutLockedUntil }: SessionRow): string {
  const cappedUntil = statusReason === 'message_capped' ? (statusUntil?.getTime() ?? 'unknown') : 'never'
  return `${cappedUntil} ${reachOutLockedUntil?.getTime()}`
}

async function applyOnce(ctx: Context, sql: Sql, reported: ReadonlyMap<string, StateChange>): Promise<void> {
  const changes = await withoutFenced(ctx, sql, reported)
  if (changes.size === 0) return
  const rows = await lockSessions(sql, [...changes.values()])
  const changed = rows.flatMap((before) => {
    const change = changes.get(before.id)
    if (change === undefined) return []
    const after: SessionRow = { ...before, ...nextColumns(before, change, ctx.clock.now()) }
    return [{ before, after, transition: transitionOf(before, after, change) }]
  })
  if (changed.length === 0) return
  await storeStates(
    sql,
    changed.map(({ after }) => after),
  )
  const publish = (type: typeof connectionUpdated, some: typeof changed) =>
    ctx.events.publishMany(
      sql,
      type,
      some.map(({ transition }) => transition),
    )
  const moved = changed.filter(({ before, after }) => before.status !== after.status)
  const reached = moved.filter(({ after }) => after.status === 'working')
  const left = moved.filter(({ before }) => before.status === 'working')
  await publish(connectionUpdated, changed)
  await publish(sessionStatusChanged, moved)
  await publish(sessionConnected, reached)
  await publish(sessionDisconnected, left)
  const limited = changed.filter(({ before, after }) => limitsOf(before) !== limitsOf(after))
  await ctx.events.publishMany(
    sql,
    sessionLimitsChanged,
    limited.map(({ after }) => ({ tenantId: after.tenantId, sessionId: after.id })),
  )
}
