import { createHash } from 'node:crypto'
import type { Context } from '../../../context.ts'
import { recordChangeBy } from '../audit/audit.service.ts'
import { type SignInOrigin, startLogin } from '../auth/logins.service.ts'
import { findSetupTenant } from '../tenants/tenants.service.ts'
import { hashPassword } from '../users/passwords.service.ts'
import { findAccount, findTenantOwner, findTenantUser, replacePassword } from '../users/users.service.ts'
import { recoveryLinkInvalid } from './setup.schema.ts'
import { deleteRecoveryToken, findRecoveryToken, insertRecoveryToken } from './setup.store.ts'

const tokenBytes = 32
const linkLifeMs = 24 * 3_600_000

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** What a program needs that makes a link without a running server. */
export type LinkMaker = Pick<Context, 'db' | 'clock' | 'ids' | 'config'>

/**
 * A link that lets a person choose a new password, once, within a day: for whoever can run programs on the machine
 * and so could read the database anyway. Without an address the first owner; undefined when there is no such person.
 */
export async function createRecoveryLink(
  maker: LinkMaker,
  email?: string,
): Promise<{ email: string; link: string } | undefined> {
  const { db, clock, ids, config } = maker
  const tenant = email === undefined ? await findSetupTenant(db.sql) : undefined
  const user =
    email === undefined
      ? tenant && (await findTenantOwner(db.sql, tenant.id))
      : await findAccount(db.sql, email)
  // An owner without a password is the one that waits for the set-up link.
  if (!user?.passwordHash) return undefined
  const token = ids.token(tokenBytes)
  await insertRecoveryToken(db.sql, {
    tokenHash: hashToken(token),
    tenantId: user.tenantId,
    userId: user.id,
    expiresAt: new Date(clock.now().getTime() + linkLifeMs),
  })
  return { email: user.email, link: `${config.publicUrl}/setup#recover=${token}` }
}

/** Gives the person of a recovery link a new password and signs them in; all their other logins and the link end. */
export async function recoverPassword(
  ctx: Context,
  { token, password }: { token: string; password: string },
  origin: SignInOrigin,
) {
  const tokenHash = hashToken(token)
  const found = await findRecoveryToken(ctx.db.sql, tokenHash, ctx.clock.now())
  if (!found?.tenantId || !found.userId) throw recoveryLinkInvalid.create()
  const { tenantId, userId } = found
  const passwordHash = await hashPassword(ctx, password)
  return ctx.db.transaction(async (sql) => {
    const user = await findTenantUser(sql, tenantId, userId)
    if (user === undefined || !(await deleteRecoveryToken(sql, tokenHash))) throw recoveryLinkInvalid.create()
    await replacePassword(ctx, sql, user, passwordHash)
    await recordChangeBy(ctx, sql, { tenantId, userId, action: 'setup.recover', ip: origin.ip })
    ctx.log.warn({ tenantId, userId }, 'a password was replaced with a recovery link')
    return startLogin(ctx, sql, user, origin)
  })
}
