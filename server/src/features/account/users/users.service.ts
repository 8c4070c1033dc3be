import type { z } from 'zod'
import { type Context, type Role, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unauthorized, unknownThing, validationFailed } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { getTenantPlan } from '../plans/plans.service.ts'
import { getSettings } from '../settings/settings.service.ts'
import { publishChange } from '../tenants/changes.service.ts'
import { beginAttempt } from './attempts.service.ts'
import { hashPassword, verifyPassword } from './passwords.service.ts'
import {
  type colleague,
  emailTaken,
  passwordChanged,
  signInRequired,
  type UpdateMe,
  wrongPassword,
} from './users.schema.ts'
import {
  findOwner,
  findUser,
  findUserByEmail,
  findUserWithTenant,
  insertUser,
  listUsers,
  lockUser,
  type UserRow,
  updateUser,
} from './users.store.ts'

export type { UserRow } from './users.store.ts'

/** What a new user is made of; without a hash the person signs in by other means. */
export interface NewUser {
  tenantId: string
  email: string
  fullName: string
  role: Role
  passwordHash: string | null
  /** Whether somebody vouched for the address, as the operator who set it does. */
  isEmailVerified: boolean
}

/** Adds a user, or 409 when the address is taken. */
export async function createUser(ctx: Context, sql: Sql, user: NewUser): Promise<UserRow> {
  const now = ctx.clock.now()
  const { isEmailVerified, ...row } = user
  const emailVerifiedAt = isEmailVerified ? now : null
  const inserted = await insertUser(sql, {
    id: ctx.ids.uuid(),
    ...row,
    emailVerifiedAt,
    createdAt: now,
    updatedAt: now,
  })
  if (inserted === undefined) throw emailTaken.create()
  return inserted
}

/** The account of an address, when there is one. */
export function findAccount(sql: Sql, email: string): Promise<UserRow | undefined> {
  return findUserByEmail(sql, email)
}

/** A user of a tenant, when there is one. */
export function findTenantUser(sql: Sql, tenantId: string, userId: string): Promise<UserRow | undefined> {
  return findUser(sql, tenantId, userId)
}

/** The first owner of a tenant, when there is one. */
export function findTenantOwner(sql: Sql, tenantId: string): Promise<UserRow | undefined> {
  return findOwner(sql, tenantId)
}

/** Turns a user that nobody signs in as into a person. */
export async function claimUser(
  ctx: Context,
  sql: Sql,
  user: UserRow,
  person: { email: string; fullName: string; passwordHash: string },
): Promise<UserRow> {
  const now = ctx.clock.now()
  const claimed = await updateUser(sql, user.tenantId, user.id, {
    ...person,
    emailVerifiedAt: now,
    updatedAt: now,
  })
  if (claimed === undefined) throw unknownThing('User')
  await publishChange(ctx, sql, [`user:${user.id}`])
  return claimed
}

/** Gives somebody another password, without asking for the old one; all their logins end. */
export async function replacePassword(
  ctx: Context,
  sql: Sql,
  { tenantId, id: userId }: UserRow,
  passwordHash: string,
): Promise<void> {
  await updateUser(sql, tenantId, userId, { passwordHash, updatedAt: ctx.clock.now() })
  await ctx.events.publish(sql, passwordChanged, { tenantId, userId, exceptLoginId: null })
  await publishChange(ctx, sql, [`user:${userId}`])
}

/** Notes a sign-in, with a fresh hash when the parameters have changed since. */
export async function recordSignIn(
  ctx: Context,
  sql: Sql,
  user: UserRow,
  passwordHash?: string,
): Promise<void> {
  const hash = passwordHash === undefined ? {} : { passwordHash }
  await updateUser(sql, user.tenantId, user.id, { lastLoginAt: ctx.clock.now(), ...hash })
}

/** The user behind the caller: who signed in, or who made the API key. */
function ownIds(ctx: Context): { tenantId: string; userId: string } {
  if (ctx.caller.kind !== 'user' && ctx.caller.kind !== 'key') throw unauthorized.create()
  return ctx.caller
}

/** A user as the API shows it. */
export function encodeUser(user: UserRow) {
  const { id, email, fullName, role, tenantId } = user
  return { id, email, full_name: fullName, role, tenant_id: tenantId }
}

/** The caller's own user with its tenant, as the API shows it. */
export async function getMe(ctx: Context) {
  const { tenantId, userId } = ownIds(ctx)
  const row = await findUserWithTenant(ctx.db.sql, tenantId, userId)
  if (row === undefined) throw unauthorized.create()
  return {
    ...encodeUser(row.user),
    tenant: {
      id: row.tenant.id,
      name: row.tenant.name,
      plan: row.tenant.planId,
      time_zone: (await getSettings(ctx, tenantId)).timeZone,
      features: [...(await getTenantPlan(ctx, tenantId)).features].sort(),
    },
    email_verified: row.user.emailVerifiedAt !== null,
    has_password: row.user.passwordHash !== null,
    created_at: toTimestamp(row.user.createdAt),
    credential: ctx.caller.kind === 'key' ? ('key' as const) : ('user' as const),
    scopes: 'scopes' in ctx.caller ? [...ctx.caller.scopes].sort() : [],
  }
}

/** The people of the caller's tenant, oldest first. */
export async function listColleagues(ctx: Context, { limit, offset }: { limit: number; offset: number }) {
  const { rows, total } = await listUsers(ctx.db.sql, tenantOf(ctx), limit, offset)
  return { users: rows.map(encodeColleague), total, limit, offset }
}

/** A person as colleagues see them. */
export function encodeColleague(user: UserRow): z.output<typeof colleague> {
  const { tenant_id: _, ...shown } = encodeUser(user)
  return {
    ...shown,
    is_active: user.deactivatedAt === null && user.suspendedAt === null,
    last_login_at: user.lastLoginAt === null ? null : toTimestamp(user.lastLoginAt),
    created_at: toTimestamp(user.createdAt),
  }
}

/** Refuses a wrong current password; guesses are limited as they are at sign-in. */
export async function requirePassword(ctx: Context, user: UserRow, current: string): Promise<void> {
  const ip = 'ip' in ctx.caller ? ctx.caller.ip : ''
  // Whoever asks is signed in already, so the limit over all addresses must not keep the owner out.
  const attempt = await beginAttempt(ctx, { email: user.email, ip, isKnownAddress: async () => true })
  if (!(await verifyPassword(ctx, current, user.passwordHash))) throw wrongPassword.create()
  await attempt.succeed()
}

function isOtherAddress(user: UserRow, email: string | undefined): boolean {
  return email !== undefined && email.toLowerCase() !== user.email.toLowerCase()
}

/**
 * Address and password are what somebody signs in with: whoever holds a session left open, or a key, must not take the
 * account over with them. Answers the new hash, if there is one.
 */
async function proveCredentialChange(
  ctx: Context,
  user: UserRow,
  changes: UpdateMe,
): Promise<string | undefined> {
  const { email, currentPassword, newPassword } = changes
  const isOther = isOtherAddress(user, email)
  if (!isOther && newPassword === undefined) return undefined
  if (ctx.caller.kind !== 'user') throw signInRequired.create()
  if (currentPassword === undefined) {
    const message = `required with ${isOther ? 'another email' : 'new_password'}`
    throw validationFailed.create({
      message: `current_password: ${message}`,
      details: { errors: [{ field: 'current_password', message }] },
    })
  }
  await requirePassword(ctx, user, currentPassword)
  return newPassword === undefined ? undefined : hashPassword(ctx, newPassword)
}

async function requireFreeAddress(sql: Sql, email: string, userId: string): Promise<void> {
  const holder = await findUserByEmail(sql, email)
  if (holder !== undefined && holder.id !== userId) throw emailTaken.create()
}

/** The columns to write; another address has to be verified again, another spelling of it has not. */
function columnsOf(user: UserRow, { fullName, email }: UpdateMe, passwordHash: string | undefined) {
  return {
    ...(fullName === undefined ? {} : { fullName }),
    ...(email === undefined ? {} : { email }),
    ...(isOtherAddress(user, email) ? { emailVerifiedAt: null } : {}),
    ...(passwordHash === undefined ? {} : { passwordHash }),
  }
}

/** Changes the caller's own account. */
export async function updateMe(ctx: Context, changes: UpdateMe) {
  const { tenantId, userId } = ownIds(ctx)
  const user = await findUser(ctx.db.sql, tenantId, userId)
  if (user === undefined) throw unauthorized.create()
  const { email } = changes
  const passwordHash = await proveCredentialChange(ctx, user, changes)
  const isProven = passwordHash !== undefined || isOtherAddress(user, email)
  const columns = { ...columnsOf(user, changes, passwordHash), updatedAt: ctx.clock.now() }
  await ctx.db.transaction(async (sql) => {
    if (email !== undefined) await requireFreeAddress(sql, email, userId)
    // The password that was proven has to be the current one still: of several changes at once one counts.
    if (isProven && (await lockUser(sql, tenantId, userId))?.passwordHash !== user.passwordHash)
      throw wrongPassword.create()
    const updated = await updateUserOnce(sql, user, columns)
    if (updated === undefined) throw unknownThing('User')
    if (passwordHash !== undefined) {
      const exceptLoginId = ctx.caller.kind === 'user' ? ctx.caller.loginId : null
      await ctx.events.publish(sql, passwordChanged, { tenantId, userId, exceptLoginId })
    }
    await publishChange(ctx, sql, [`user:${userId}`])
  })
  return getMe(ctx)
}

const uniqueViolation = '23505'

/** Another account may take the address between the look-up and the change: the index decides. */
async function updateUserOnce(sql: Sql, user: UserRow, changes: Parameters<typeof updateUser>[3]) {
  try {
    return await updateUser(sql, user.tenantId, user.id, changes)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const isTaken = [error, cause].some(
      (e) => e instanceof Error && 'code' in e && e.code === uniqueViolation,
    )
    throw isTaken ? emailTaken.create({ cause: error }) : error
  }
}
