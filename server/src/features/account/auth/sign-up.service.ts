import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { createSettings } from '../settings/settings.service.ts'
import { createTenant, type TenantRow } from '../tenants/tenants.service.ts'
import { hashPassword } from '../users/passwords.service.ts'
import { emailTaken } from '../users/users.schema.ts'
import { createUser, findAccount, type UserRow } from '../users/users.service.ts'
import { signUpClosed } from './auth.schema.ts'
import { type SignInOrigin, startLogin } from './logins.service.ts'

/** What a new tenant with its owner is made of. */
export interface NewAccount {
  email: string
  fullName: string
  tenantName: string
  passwordHash: string | null
  isEmailVerified: boolean
}

/** Tenant, settings and owner together or not at all; 409 when the address is taken. */
export async function createAccount(
  ctx: Context,
  sql: Sql,
  account: NewAccount,
): Promise<{ tenant: TenantRow; owner: UserRow }> {
  const { email, fullName, passwordHash, isEmailVerified } = account
  const tenant = await createTenant(ctx, sql, account.tenantName)
  await createSettings(ctx, sql, tenant.id)
  const owner = await createUser(ctx, sql, {
    tenantId: tenant.id,
    email,
    fullName,
    role: 'owner',
    passwordHash,
    isEmailVerified,
  })
  return { tenant, owner }
}

/** A stranger makes a tenant, where the installation allows it. */
export async function signUp(
  ctx: Context,
  account: { email: string; password: string; fullName: string; tenantName: string },
  origin: SignInOrigin,
) {
  if (ctx.config.signUp !== 'open') throw signUpClosed.create()
  if ((await findAccount(ctx.db.sql, account.email)) !== undefined) throw emailTaken.create()
  const { password, ...rest } = account
  const passwordHash = await hashPassword(ctx, password)
  return ctx.db.transaction(async (sql) => {
    const { owner } = await createAccount(ctx, sql, { ...rest, passwordHash, isEmailVerified: false })
    return startLogin(ctx, sql, owner, origin)
  })
}
