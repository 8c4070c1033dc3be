import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { forbidden, unknownThing } from '../../../platform/errors.ts'
import type { Scope } from '../../../scopes.ts'
import { recordChangeBy } from '../../account/audit/audit.service.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import {
  deleteExpired,
  deleteRecordsOf,
  deleteSessionsOf,
  findGrantByHash,
  insertGrant,
  listGrants,
  revokeGrants,
} from './oauth.store.ts'
import type { GrantRow } from './oauth.tables.ts'
import { hashId } from './records.ts'

const dayMs = 86_400_000
/** How long a grant lives that nobody uses: as long as its refresh token. */
export const grantMs = 30 * dayMs
/** How long one lives whose program never asked for its tokens. */
const unusedMs = 10 * 60_000
/** How long a grant that ended is kept, for whoever looks into what happened. */
const keptMs = 7 * dayMs

/** Who allowed whom what. */
export interface NewGrant {
  /** The id by which the authorization server knows it. */
  grantId: string
  tenantId: string
  userId: string
  clientId: string
  clientName: string
  redirectHost: string
  scopes: readonly Scope[]
  ip: string
}

/** Keeps that somebody allowed a program something, and answers the id by which it is listed; the audit log names it. */
export async function createGrant(ctx: Context, grant: NewGrant): Promise<string> {
  const { grantId, ip, scopes, ...row } = grant
  const createdAt = ctx.clock.now()
  const id = ctx.ids.uuid()
  await ctx.db.transaction(async (sql) => {
    await insertGrant(sql, {
      ...row,
      id,
      grantHash: hashId(grantId),
      scopes: [...scopes],
      createdAt,
      expiresAt: new Date(createdAt.getTime() + unusedMs),
    })
    const { tenantId, userId } = grant
    await recordChangeBy(ctx, sql, { tenantId, userId, action: 'oauth_grants.create', ip })
  })
  return id
}

function callerIds(ctx: Context): { tenantId: string; userId: string } {
  if (ctx.caller.kind !== 'user') throw forbidden.create()
  return { tenantId: tenantOf(ctx), userId: ctx.caller.userId }
}

/** What the caller allowed programs. */
export function getGrants(ctx: Context): Promise<GrantRow[]> {
  const { tenantId, userId } = callerIds(ctx)
  return listGrants(ctx.db.sql, tenantId, userId, ctx.clock.now())
}

/** Takes access back on every process at once; 404 for what is not the caller's, or has ended. */
export async function revokeGrant(ctx: Context, id: string): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    const ended = await endGrants(ctx, sql, { ...callerIds(ctx), id }, 'taken back')
    if (ended.length === 0) throw unknownThing('Access of a program')
  })
}

/** Ends grants of a person, one or all, with every code and token of theirs. */
async function endGrants(
  ctx: Context,
  sql: Sql,
  of: { tenantId: string; userId: string; id?: string },
  reason: string,
): Promise<GrantRow[]> {
  const ended = await revokeGrants(sql, of, ctx.clock.now(), reason)
  if (ended.length === 0) return ended
  await deleteRecordsOf(
    sql,
    ended.map(({ grantHash }) => grantHash),
  )
  await publishChange(
    ctx,
    sql,
    ended.map(({ id }) => `key:${id}` as const),
  )
  return ended
}

/** Ends the grant that a code or token belongs to; the audit log says so. Twice is no mistake. */
export async function endGrant(ctx: Context, grantHash: string, reason: string): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    const grant = await findGrantByHash(sql, grantHash)
    if (grant === undefined) return
    const { tenantId, userId, id } = grant
    const ended = await endGrants(ctx, sql, { tenantId, userId, id }, reason)
    if (ended.length === 0) return
    const ip = 'ip' in ctx.caller ? ctx.caller.ip : ''
    await recordChangeBy(ctx, sql, { tenantId, userId, action: 'oauth_grants.revoke', ip })
  })
}

/** Ends what a person allowed who is removed. */
export async function endGrantsOf(ctx: Context, sql: Sql, tenantId: string, userId: string): Promise<void> {
  await endGrants(ctx, sql, { tenantId, userId }, 'user removed')
}

/** Signs a person out of the pages of consent, as after another password. */
export function endSessionsOf(sql: Sql, userId: string): Promise<void> {
  return deleteSessionsOf(sql, userId)
}

/** Removes what no longer counts. */
export function sweepGrants(ctx: Context): Promise<void> {
  const now = ctx.clock.now()
  return deleteExpired(ctx.db.sql, now, new Date(now.getTime() - keptMs))
}
