import { oauthTokenPrefix } from '../../../access.ts'
import type { Caller, Context } from '../../../context.ts'
import { PeriodicWriter } from '../../../platform/periodic-writer.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { isScope, type Scope } from '../../../scopes.ts'
import { defineCache } from '../../account/tenants/changes.service.ts'
import { accountSuspended, scopesWithinRole } from '../../account/users/users.schema.ts'
import { resourceOf } from './metadata.ts'
import { invalidOAuthToken } from './oauth.schema.ts'
import { findTokenState, updateGrantUses } from './oauth.store.ts'
import { hashId, openPayload } from './records.ts'

const noteEveryMs = 60_000
const tokenPattern = /^mo_[\w-]{32,100}$/

interface KnownToken {
  grantId: string
  tenantId: string
  userId: string
  scopes: ReadonlySet<Scope>
  expiresAtMs: number
  notedAtMs: number
  refusal: 'gone' | 'suspended' | undefined
}

const knownTokens = defineCache<KnownToken>({
  max: 20_000,
  // Revocations arrive by notification; this only bounds how long a lost one could matter.
  maxAgeMs: 10_000,
  subjectsOf: (token) => [`key:${token.grantId}`, `user:${token.userId}`, `tenant:${token.tenantId}`],
  async load(ctx, sql, idHash) {
    const row = await findTokenState(sql, idHash)
    if (row === undefined) return undefined
    const { record, grant, role } = row
    const payload = openPayload(ctx, 'AccessToken', idHash, record.payload)
    // A token for another address of ours, or of a moved installation, is none for this one.
    if (payload?.aud !== resourceOf(ctx.config)) return undefined
    const granted = new Set<string>(grant.scopes)
    const scopes = String(payload.scope ?? '')
      .split(' ')
      .filter((scope): scope is Scope => isScope(scope) && granted.has(scope))
    const isGone = grant.revokedAt !== null || row.deletedAt !== null || row.tenantStatus === 'deleted'
    const isResting = row.suspendedAt !== null || row.deactivatedAt !== null
    return {
      grantId: grant.id,
      tenantId: grant.tenantId,
      userId: grant.userId,
      scopes: scopesWithinRole(scopes, role),
      expiresAtMs: record.expiresAt.getTime(),
      notedAtMs: grant.lastUsedAt?.getTime() ?? 0,
      refusal: isGone ? 'gone' : isResting || row.tenantStatus === 'suspended' ? 'suspended' : undefined,
    }
  },
})

/** When grants were used is written now and then, off the way of requests. */
const uses = defineProcessState(
  ({ db, clock, log }: Context) =>
    new PeriodicWriter<{ id: string; tenantId: string; at: Date }>({
      clock,
      log,
      subject: 'the last use of OAuth grants',
      merge: (_, later) => later,
      write: (grants) => updateGrantUses(db.sql, grants),
    }),
  (writer) => writer.close(),
)

/** A fresh access token's text. */
export function newAccessToken(ctx: Context): string {
  return `${oauthTokenPrefix}${ctx.ids.token(32)}`
}

/**
 * Who presents an access token: 401 when it is unknown, expired or its grant has ended, 403 while the person or the
 * tenant is suspended. Its scopes are those asked for, granted, and within the person's role now.
 */
export async function authenticateToken(ctx: Context, token: string, ip: string): Promise<Caller> {
  const challenge = { 'www-authenticate': 'Bearer realm="moltflow", error="invalid_token"' }
  const known = tokenPattern.test(token) ? await knownTokens.get(ctx, hashId(token)) : undefined
  const nowMs = ctx.clock.nowMs()
  if (known === undefined || known.refusal === 'gone' || known.expiresAtMs <= nowMs)
    throw invalidOAuthToken.create({ headers: challenge })
  if (known.refusal === 'suspended') throw accountSuspended.create()
  if (nowMs - known.notedAtMs >= noteEveryMs) {
    known.notedAtMs = nowMs
    const { grantId: id, tenantId } = known
    uses.of(ctx).note(id, { id, tenantId, at: new Date(nowMs) })
  }
  const { tenantId, userId, grantId, scopes } = known
  return { kind: 'key', tenantId, userId, keyId: grantId, isGrant: true, scopes, ip }
}

/** Writes when grants were used. */
export function flushGrantUses(ctx: Context): Promise<void> {
  return uses.of(ctx).flush()
}
