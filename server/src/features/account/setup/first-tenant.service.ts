import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { ensureBootstrapKey } from '../api-keys/api-keys.service.ts'
import { createAccount } from '../auth/sign-up.service.ts'
import { findSetupTenant, lockFirstTenant, renameTenant, type TenantRow } from '../tenants/tenants.service.ts'
import { hashPassword } from '../users/passwords.service.ts'
import { claimUser, findTenantOwner, type UserRow } from '../users/users.service.ts'

/**
 * Address of the owner that exists only because an API key was configured before any person. `.invalid` never
 * resolves (RFC 2606), so nobody can receive mail for it.
 */
const placeholderEmail = 'owner@moltflow.invalid'
const defaultTenantName = 'My workspace'
const defaultFullName = 'Owner'

/** The first person. */
export interface FirstOwner {
  email: string
  fullName: string
  tenantName: string
  passwordHash: string
}

/** The first tenant and its owner. */
export interface FirstTenant {
  tenant: TenantRow
  owner: UserRow
}

/** The first tenant as it is; one process at a time while it decides. */
async function findFirst(sql: Sql): Promise<FirstTenant | undefined> {
  await lockFirstTenant(sql)
  const tenant = await findSetupTenant(sql)
  if (tenant === undefined) return undefined
  const owner = await findTenantOwner(sql, tenant.id)
  if (owner === undefined) throw new Error('the first tenant has no owner')
  return { tenant, owner }
}

function isPlaceholder(owner: UserRow): boolean {
  return owner.email === placeholderEmail && owner.passwordHash === null
}

/** Whether nobody can sign in yet. */
export async function isUnclaimed(ctx: Context): Promise<boolean> {
  const tenant = await findSetupTenant(ctx.db.sql)
  if (tenant === undefined) return true
  const owner = await findTenantOwner(ctx.db.sql, tenant.id)
  return owner !== undefined && isPlaceholder(owner)
}

/** Gives the installation its first person; undefined when it has one. */
export async function claimFirstTenant(
  ctx: Context,
  sql: Sql,
  first: FirstOwner,
): Promise<FirstTenant | undefined> {
  const existing = await findFirst(sql)
  if (existing === undefined) return createAccount(ctx, sql, { ...first, isEmailVerified: true })
  if (!isPlaceholder(existing.owner)) return undefined
  const { tenantName, ...person } = first
  const owner = await claimUser(ctx, sql, existing.owner, person)
  await renameTenant(ctx, sql, existing.tenant.id, tenantName)
  return { tenant: { ...existing.tenant, name: tenantName }, owner }
}

async function ensurePlaceholder(ctx: Context, sql: Sql): Promise<FirstTenant> {
  const existing = await findFirst(sql)
  if (existing !== undefined) return existing
  return createAccount(ctx, sql, {
    email: placeholderEmail,
    fullName: defaultFullName,
    tenantName: defaultTenantName,
    passwordHash: null,
    isEmailVerified: false,
  })
}

/**
 * Makes the first tenant and the key of the environment as configured; doing it again changes nothing. With
 * only a key configured the tenant gets an owner that a person can take over through the set-up link.
 */
export async function ensureFirstTenant(ctx: Context): Promise<void> {
  const { ownerEmail, ownerPassword, bootstrapApiKey } = ctx.config
  if (ownerEmail !== undefined && ownerPassword !== undefined && (await isUnclaimed(ctx))) {
    const passwordHash = await hashPassword(ctx, ownerPassword)
    const first = {
      email: ownerEmail,
      fullName: defaultFullName,
      tenantName: defaultTenantName,
      passwordHash,
    }
    const claimed = await ctx.db.transaction((sql) => claimFirstTenant(ctx, sql, first))
    if (claimed !== undefined) ctx.log.info({ tenantId: claimed.tenant.id }, 'the first tenant was created')
  }
  if (bootstrapApiKey === undefined) return
  await ctx.db.transaction(async (sql) => {
    const { tenant, owner } = await ensurePlaceholder(ctx, sql)
    await ensureBootstrapKey(ctx, sql, { tenantId: tenant.id, userId: owner.id }, bootstrapApiKey)
  })
}
