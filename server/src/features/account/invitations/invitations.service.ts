import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { recordChangeBy } from '../audit/audit.service.ts'
import { type SignInOrigin, startLogin } from '../auth/logins.service.ts'
import { getTenant } from '../tenants/tenants.service.ts'
import { hashPassword } from '../users/passwords.service.ts'
import { userChanged } from '../users/people.schema.ts'
import { lockForPeople, requireOwnerFor } from '../users/people.service.ts'
import { emailTaken } from '../users/users.schema.ts'
import { createUser, findAccount, findTenantUser, type UserRow } from '../users/users.service.ts'
import { type Accept, type Invite, invitationInvalid, type invitationSchema } from './invitations.schema.ts'
import {
  deleteInvitation,
  deleteOldInvitations,
  findInvitation,
  insertInvitation,
  listInvitations,
} from './invitations.store.ts'
import type { InvitationRow } from './invitations.tables.ts'

const tokenBytes = 32
const dayMs = 24 * 3_600_000
/** How long one that nobody accepted is still shown. */
const shownMs = 30 * dayMs

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function encode(ctx: Context, row: InvitationRow): z.output<typeof invitationSchema> {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    status: row.expiresAt.getTime() > ctx.clock.nowMs() ? 'pending' : 'expired',
    invited_by: row.invitedBy,
    expires_at: toTimestamp(row.expiresAt),
    created_at: toTimestamp(row.createdAt),
  }
}

/** A link that lets whoever has it join under this address, once; an older one of the same address ends. */
export async function invite(ctx: Context, { email, role, expiresInDays }: Invite) {
  const tenantId = tenantOf(ctx)
  const token = ctx.ids.token(tokenBytes)
  const createdAt = ctx.clock.now()
  const row = await ctx.db.transaction(async (sql) => {
    const actor = await lockForPeople(ctx, sql)
    requireOwnerFor(actor, [role])
    if ((await findAccount(sql, email)) !== undefined) throw emailTaken.create()
    await deleteOldInvitations(sql, new Date(createdAt.getTime() - shownMs))
    const invitation: InvitationRow = {
      id: ctx.ids.uuid(),
      tenantId,
      email,
      role,
      tokenHash: hashToken(token),
      invitedBy: actor.id,
      expiresAt: new Date(createdAt.getTime() + expiresInDays * dayMs),
      createdAt,
    }
    await insertInvitation(sql, invitation)
    await ctx.events.publish(sql, userChanged, { tenantId, userId: actor.id })
    return invitation
  })
  // Behind `#`, which browsers never send: the token is in no server's log.
  return { ...encode(ctx, row), link: `${ctx.config.publicUrl}/invitation#token=${token}` }
}

/** Invitations of the caller's tenant that nobody accepted. */
export async function getInvitations(ctx: Context, { limit, offset }: { limit: number; offset: number }) {
  const { rows, total } = await listInvitations(ctx.db.sql, tenantOf(ctx), limit, offset)
  return { invitations: rows.map((row) => encode(ctx, row)), total, limit, offset }
}

/** Takes a link back. */
export async function withdrawInvitation(ctx: Context, id: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    const actor = await lockForPeople(ctx, sql)
    if (!(await deleteInvitation(sql, tenantId, id))) throw unknownThing('Invitation')
    await ctx.events.publish(sql, userChanged, { tenantId, userId: actor.id })
  })
}

/** Whether somebody may still invite for a role: what they were allowed when they wrote the link is not enough. */
function mayInvite(inviter: UserRow | undefined, { role }: InvitationRow): boolean {
  if (inviter === undefined || inviter.suspendedAt !== null || inviter.deactivatedAt !== null) return false
  return (
    inviter.role === 'owner' ||
    inviter.role === 'superadmin' ||
    (inviter.role === 'admin' && role !== 'owner')
  )
}

async function requireInvitation(ctx: Context, sql: Sql, token: string) {
  const invitation = await findInvitation(sql, hashToken(token))
  if (invitation === undefined || invitation.expiresAt <= ctx.clock.now()) throw invitationInvalid.create()
  const tenant = await getTenant(sql, invitation.tenantId)
  const inviter = await findTenantUser(sql, invitation.tenantId, invitation.invitedBy)
  if (tenant.status !== 'active' || !mayInvite(inviter, invitation)) throw invitationInvalid.create()
  return { invitation, tenant }
}

/** Where a link leads, for whoever has it. */
export async function openInvitation(ctx: Context, token: string) {
  const { invitation, tenant } = await requireInvitation(ctx, ctx.db.sql, token)
  const { email, role, expiresAt } = invitation
  return { email, role, tenant_name: tenant.name, expires_at: toTimestamp(expiresAt) }
}

/** Makes the person of a link and signs them in; the link ends with it. */
export async function acceptInvitation(ctx: Context, accept: Accept, origin: SignInOrigin) {
  // Before the costly hash, so that guessing tokens costs the guesser more than the server.
  await requireInvitation(ctx, ctx.db.sql, accept.token)
  const passwordHash = await hashPassword(ctx, accept.password)
  return ctx.db.transaction(async (sql) => {
    const { invitation } = await requireInvitation(ctx, sql, accept.token)
    const { tenantId, email, role, id } = invitation
    if (!(await deleteInvitation(sql, tenantId, id))) throw invitationInvalid.create()
    const { fullName } = accept
    // Whoever passed the link on may have passed it to anybody: the address counts as not verified.
    const user = await createUser(ctx, sql, {
      tenantId,
      email,
      fullName,
      role,
      passwordHash,
      isEmailVerified: false,
    })
    await recordChangeBy(ctx, sql, {
      tenantId,
      userId: user.id,
      action: 'invitations.accept',
      ip: origin.ip,
    })
    await ctx.events.publish(sql, userChanged, { tenantId, userId: user.id })
    return startLogin(ctx, sql, user, origin)
  })
}
