import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { forbidden, unknownThing } from '../../../platform/errors.ts'
import { roleTooLow } from '../settings/settings.schema.ts'
import { publishChange } from '../tenants/changes.service.ts'
import { lockTenant } from '../tenants/tenants.service.ts'
import {
  type ChangePerson,
  lastOwner,
  ownAccount,
  ownerOnly,
  type TenantRole,
  userChanged,
  userInactive,
} from './people.schema.ts'
import { userEnded } from './users.schema.ts'
import { encodeColleague, requirePassword } from './users.service.ts'
import { countOwners, findUser, type UserRow, updateUser } from './users.store.ts'

const isOwner = ({ role }: Pick<UserRow, 'role'>): boolean => role === 'owner' || role === 'superadmin'

/**
 * Whoever decides about people, as they are now and not as their token says; one change of people of a tenant at a time,
 * so that two owners cannot take each other's role at once.
 */
export async function lockForPeople(ctx: Context, sql: Sql): Promise<UserRow> {
  const { caller } = ctx
  if (caller.kind !== 'user') throw forbidden.create()
  await lockTenant(sql, caller.tenantId)
  const actor = await findUser(sql, caller.tenantId, caller.userId)
  if (actor === undefined || actor.deactivatedAt !== null || actor.role === 'member')
    throw roleTooLow.create()
  return actor
}

/** Refuses what only owners decide. */
export function requireOwnerFor(actor: UserRow, roles: readonly (TenantRole | UserRow['role'])[]): void {
  const isAboutOwners = roles.some((role) => role === 'owner' || role === 'superadmin')
  if (isAboutOwners && !isOwner(actor)) throw ownerOnly.create()
}

async function requirePerson(sql: Sql, tenantId: string, userId: string): Promise<UserRow> {
  const person = await findUser(sql, tenantId, userId)
  if (person === undefined) throw unknownThing('User')
  return person
}

/** Checked after the change, within its transaction: a refusal takes it back. */
async function requireSomeOwner(sql: Sql, tenantId: string): Promise<void> {
  if ((await countOwners(sql, tenantId)) === 0) throw lastOwner.create()
}

async function tellChange(ctx: Context, sql: Sql, { tenantId, id: userId }: UserRow): Promise<void> {
  await publishChange(ctx, sql, [`user:${userId}`])
  await ctx.events.publish(sql, userChanged, { tenantId, userId })
}

/** Gives a person another role, or takes them out for a while: their logins end at once, their keys rest. */
export async function changePerson(ctx: Context, userId: string, { role, isActive }: ChangePerson) {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    const actor = await lockForPeople(ctx, sql)
    const person = await requirePerson(sql, tenantId, userId)
    const isEnding = isActive === false && person.deactivatedAt === null
    if (isActive === false && person.id === actor.id) throw ownAccount.create()
    requireOwnerFor(actor, role === undefined ? [person.role] : [person.role, role])
    const now = ctx.clock.now()
    const changed = await updateUser(sql, tenantId, userId, {
      ...(role === undefined ? {} : { role }),
      ...(isActive === undefined ? {} : { deactivatedAt: isActive ? null : (person.deactivatedAt ?? now) }),
      updatedAt: now,
    })
    await requireSomeOwner(sql, tenantId)
    if (isEnding) await ctx.events.publish(sql, userEnded, { tenantId, userId, isRemoved: false })
    await tellChange(ctx, sql, person)
    return encodeColleague(changed ?? person)
  })
}

/** Takes a person out for good: logins and own keys end at once, and the address may be invited again. */
export async function removePerson(ctx: Context, userId: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    const actor = await lockForPeople(ctx, sql)
    const person = await requirePerson(sql, tenantId, userId)
    if (person.id === actor.id) throw ownAccount.create()
    requireOwnerFor(actor, [person.role])
    const now = ctx.clock.now()
    await updateUser(sql, tenantId, userId, { deletedAt: now, updatedAt: now })
    await requireSomeOwner(sql, tenantId)
    await ctx.events.publish(sql, userEnded, { tenantId, userId, isRemoved: true })
    await tellChange(ctx, sql, person)
  })
}

/** Makes somebody else the owner in the caller's place, who stays as an admin. */
export async function transferOwnership(ctx: Context, userId: string, currentPassword: string) {
  const tenantId = tenantOf(ctx)
  const { caller } = ctx
  if (caller.kind !== 'user') throw forbidden.create()
  const self = await requirePerson(ctx.db.sql, tenantId, caller.userId)
  const known = await requirePerson(ctx.db.sql, tenantId, userId)
  if (known.id === self.id) throw ownAccount.create({ message: 'You are the owner already' })
  await requirePassword(ctx, self, currentPassword)
  return ctx.db.transaction(async (sql) => {
    const actor = await lockForPeople(ctx, sql)
    const person = await requirePerson(sql, tenantId, userId)
    requireOwnerFor(actor, ['owner'])
    if (person.deactivatedAt !== null || person.suspendedAt !== null) throw userInactive.create()
    const updatedAt = ctx.clock.now()
    const owner = await updateUser(sql, tenantId, person.id, { role: 'owner', updatedAt })
    await updateUser(sql, tenantId, actor.id, { role: 'admin', updatedAt })
    await tellChange(ctx, sql, person)
    await tellChange(ctx, sql, actor)
    return encodeColleague(owner ?? person)
  })
}
