import { createHash } from 'node:crypto'
import type { Caller, Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { forbidden } from '../../../platform/errors.ts'
import { defineCache, publishChange } from '../tenants/changes.service.ts'
import { getTenant } from '../tenants/tenants.service.ts'
import { beginAttempt, hashAddress, sweepAttempts } from '../users/attempts.service.ts'
import { hashPassword, isOutdated, verifyPassword } from '../users/passwords.service.ts'
import { accountSuspended, scopesOfRole } from '../users/users.schema.ts'
import { encodeUser, findAccount, recordSignIn, type UserRow } from '../users/users.service.ts'
import { readAccessToken, signAccessToken } from './access-tokens.ts'
import { invalidAccessToken, invalidRefreshToken, wrongCredentials } from './auth.schema.ts'
import {
  deleteExpiredLogins,
  extendLogin,
  findLoginState,
  findRefreshToken,
  hasLoginFrom,
  insertLogin,
  insertRefreshToken,
  lockRefreshToken,
  markRefreshTokenUsed,
  revokeLogin,
  revokeUserLogins,
} from './auth.store.ts'
import { requireRefreshRate } from './refresh-rate.service.ts'

/** How long a refresh token is good. */
export const refreshTokenMs = 30 * 24 * 3_600_000
const refreshTokenBytes = 32
/** How long a browser's used token is still taken. */
const cookieGraceMs = 10_000

/** Where a sign-in comes from. */
export interface SignInOrigin {
  ip: string
  userAgent: string
}

type LoginState = NonNullable<Awaited<ReturnType<typeof findLoginState>>>

const loginStates = defineCache<LoginState>({
  max: 20_000,
  maxAgeMs: 10_000,
  load: (_ctx, sql, loginId) => findLoginState(sql, loginId),
  subjectsOf: (login) => [`login:${login.loginId}`, `user:${login.userId}`, `tenant:${login.tenantId}`],
})

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Only a hash of it is stored: whoever reads the database cannot sign in with what is there. */
async function issueRefreshToken(ctx: Context, sql: Sql, tenantId: string, loginId: string): Promise<string> {
  const token = `rt_${ctx.ids.token(refreshTokenBytes)}`
  const createdAt = ctx.clock.now()
  const expiresAt = new Date(createdAt.getTime() + refreshTokenMs)
  await insertRefreshToken(sql, { tokenHash: hashToken(token), tenantId, loginId, createdAt, expiresAt })
  return token
}

/** Signs a user in: the answer of login, sign-up and set-up. */
export async function startLogin(ctx: Context, sql: Sql, user: UserRow, origin: SignInOrigin) {
  const now = ctx.clock.now()
  const loginId = ctx.ids.uuid()
  const { id: userId, tenantId, role } = user
  await insertLogin(sql, {
    id: loginId,
    tenantId,
    userId,
    addressHash: hashAddress(origin.ip),
    userAgent: origin.userAgent,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: new Date(now.getTime() + refreshTokenMs),
  })
  return {
    access_token: await signAccessToken(ctx, { userId, tenantId, role, loginId }),
    refresh_token: await issueRefreshToken(ctx, sql, tenantId, loginId),
    token_type: 'bearer' as const,
    user: encodeUser(user),
  }
}

/** Signs in with e-mail address and password. */
export async function signIn(ctx: Context, email: string, password: string, origin: SignInOrigin) {
  const { user, freshHash } = await identify(ctx, email, password, origin.ip)
  return ctx.db.transaction(async (sql) => {
    const answer = await startLogin(ctx, sql, user, origin)
    await recordSignIn(ctx, sql, user, freshHash)
    return answer
  })
}

/**
 * Whose e-mail address and password these are, without a login: for whoever keeps another kind of session. Guesses count
 * as they do at sign-in. Answers a fresh hash when the parameters have changed since.
 */
export async function identify(ctx: Context, email: string, password: string, ip: string) {
  const user = await findAccount(ctx.db.sql, email)
  const attempt = await beginAttempt(ctx, {
    email,
    ip,
    isKnownAddress: async () =>
      user !== undefined && hasLoginFrom(ctx.db.sql, user.tenantId, user.id, hashAddress(ip)),
  })
  const isRight = await verifyPassword(ctx, password, user?.passwordHash)
  if (user === undefined || !isRight) throw wrongCredentials.create()
  await attempt.succeed()
  const { status: tenantStatus } = await getTenant(ctx.db.sql, user.tenantId)
  if (tenantStatus === 'deleted') throw wrongCredentials.create()
  requireActive({ ...user, tenantStatus })
  const isOld = user.passwordHash !== null && isOutdated(ctx, user.passwordHash)
  return { user, freshHash: isOld ? await hashPassword(ctx, password) : undefined }
}

/** Refuses users and tenants that may not work now. */
function requireActive(state: Pick<LoginState, 'suspendedAt' | 'deactivatedAt' | 'tenantStatus'>): void {
  if (state.suspendedAt !== null || state.deactivatedAt !== null) throw accountSuspended.create()
  if (state.tenantStatus === 'suspended') throw forbidden.create({ message: 'This tenant is suspended' })
}

function isAlive(ctx: Context, state: LoginState): boolean {
  if (state.revokedAt !== null || state.deletedAt !== null || state.tenantStatus === 'deleted') return false
  return state.expiresAt.getTime() > ctx.clock.nowMs()
}

function isRecent(now: Date, usedAt: Date): boolean {
  return now.getTime() - usedAt.getTime() <= cookieGraceMs
}

/**
 * Exchanges a refresh token for new tokens. Each works once: a second use means that somebody has a copy, and
 * ends the login whoever of the two asks. There is no grace period, so clients refresh one at a time; only a browser
 * that was reloaded before the next cookie arrived (`isFromCookie`) may ask once more for a few seconds.
 */
export async function refreshLogin(ctx: Context, refreshToken: string, isFromCookie = false) {
  const tokenHash = hashToken(refreshToken)
  const now = ctx.clock.now()
  const known = await findRefreshToken(ctx.db.sql, tokenHash)
  if (known !== undefined) await requireRefreshRate(ctx, known.loginId)
  // The refusal is thrown outside: inside it would roll the revocation back.
  const answer = await ctx.db.transaction(async (sql) => {
    const token = await lockRefreshToken(sql, tokenHash)
    if (token === undefined) return undefined
    const { tenantId, loginId } = token
    const isRepeated = isFromCookie && token.usedAt !== null && isRecent(now, token.usedAt)
    if (token.usedAt !== null && !isRepeated) {
      await revokeLogin(sql, tenantId, loginId, now, 'refresh token used twice')
      await publishChange(ctx, sql, [`login:${loginId}`])
      ctx.log.warn({ tenantId, loginId }, 'a refresh token was used twice; its login has ended')
      return undefined
    }
    const state = await findLoginState(sql, loginId)
    if (state === undefined || !isAlive(ctx, state) || token.expiresAt <= now) return undefined
    requireActive(state)
    if (token.usedAt === null) await markRefreshTokenUsed(sql, tokenHash, now)
    await extendLogin(sql, tenantId, loginId, now, new Date(now.getTime() + refreshTokenMs))
    await publishChange(ctx, sql, [`login:${loginId}`])
    const { userId, role } = state
    return {
      access_token: await signAccessToken(ctx, { userId, tenantId, role, loginId }),
      refresh_token: await issueRefreshToken(ctx, sql, tenantId, loginId),
      token_type: 'bearer' as const,
    }
  })
  if (answer === undefined) throw invalidRefreshToken.create()
  return answer
}

/** Ends the caller's login, or the one another refresh token of the same user belongs to. */
export async function signOut(ctx: Context, refreshToken: string | undefined): Promise<void> {
  const { caller } = ctx
  if (caller.kind !== 'user') throw forbidden.create()
  const { tenantId, userId } = caller
  const now = ctx.clock.now()
  await ctx.db.transaction(async (sql) => {
    const token =
      refreshToken === undefined ? undefined : await findRefreshToken(sql, hashToken(refreshToken))
    const state = token === undefined ? undefined : await findLoginState(sql, token.loginId)
    // Somebody else's token is left alone without saying so.
    if (refreshToken !== undefined && (state?.tenantId !== tenantId || state.userId !== userId)) return
    const loginId = state?.loginId ?? caller.loginId
    await revokeLogin(sql, tenantId, loginId, now, 'signed out')
    await publishChange(ctx, sql, [`login:${loginId}`])
  })
}

/** Ends the logins of a user on every process, all or all but one. */
export async function endUserLogins(
  ctx: Context,
  sql: Sql,
  of: { tenantId: string; userId: string; exceptLoginId: string | null },
  reason: string,
): Promise<void> {
  await revokeUserLogins(sql, of, ctx.clock.now(), reason)
  await publishChange(ctx, sql, [`user:${of.userId}`])
}

/** Who presents an access token; refuses ended logins with 401 and suspended users with 403. */
export async function authenticateLogin(ctx: Context, token: string, ip: string): Promise<Caller> {
  const { userId, loginId } = await readAccessToken(ctx, token)
  const state = await loginStates.get(ctx, loginId)
  if (state === undefined || state.userId !== userId || !isAlive(ctx, state))
    throw invalidAccessToken.create()
  requireActive(state)
  const { tenantId, role } = state
  return { kind: 'user', tenantId, userId, role, scopes: scopesOfRole(role), loginId, ip }
}

/** Removes logins and attempts that no longer count. */
export async function sweepLogins(ctx: Context): Promise<void> {
  await deleteExpiredLogins(ctx.db.sql, ctx.clock.now())
  await sweepAttempts(ctx)
}
