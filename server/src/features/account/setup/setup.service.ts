import { createHash } from 'node:crypto'
import type { Context } from '../../../context.ts'
import type { SignInOrigin } from '../auth/logins.service.ts'
import { startLogin } from '../auth/logins.service.ts'
import { changeSettings } from '../settings/settings.service.ts'
import { hashPassword } from '../users/passwords.service.ts'
import { claimFirstTenant, isUnclaimed } from './first-tenant.service.ts'
import { type Setup, setupDone, setupLinkInvalid } from './setup.schema.ts'
import { deleteOldSetupTokens, deleteSetupTokens, hasSetupToken, insertSetupToken } from './setup.store.ts'

const tokenBytes = 32
const linkLifeMs = 24 * 3_600_000

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/**
 * A new link to the set-up page while nobody can sign in, else undefined. The token stands behind `#`, which
 * browsers never send, so it is in no server's log. Links of other processes keep working for a day.
 */
export async function createSetupLink(ctx: Context): Promise<string | undefined> {
  if (!(await isUnclaimed(ctx))) return undefined
  const token = ctx.ids.token(tokenBytes)
  const now = ctx.clock.now()
  await deleteOldSetupTokens(ctx.db.sql, now)
  await insertSetupToken(ctx.db.sql, hashToken(token), new Date(now.getTime() + linkLifeMs))
  return `${ctx.config.publicUrl}/setup#token=${token}`
}

/** Whether somebody can sign in, so that there is nothing left to set up. */
export async function isSetUp(ctx: Context): Promise<boolean> {
  return !(await isUnclaimed(ctx))
}

/** Makes the first person with the token of a set-up link and signs them in; all links end with it. */
export async function setUp(ctx: Context, setup: Setup, origin: SignInOrigin) {
  // Before the costly hash, so that guessing tokens costs the guesser more than the server.
  if (!(await isUnclaimed(ctx))) throw setupDone.create()
  const tokenHash = hashToken(setup.token)
  // A link that somebody else has used a moment ago is none any more.
  if (!(await hasSetupToken(ctx.db.sql, tokenHash, ctx.clock.now())))
    throw (await isUnclaimed(ctx)) ? setupLinkInvalid.create() : setupDone.create()
  const { email, fullName, tenantName, isChatHistoryOpen } = setup
  const passwordHash = await hashPassword(ctx, setup.password)
  return ctx.db.transaction(async (sql) => {
    const first = await claimFirstTenant(ctx, sql, { email, fullName, tenantName, passwordHash })
    if (first === undefined) throw setupDone.create()
    const { tenant, owner } = first
    const by = { userId: owner.id, ...origin }
    await changeSettings(ctx, sql, tenant.id, { chatHistoryAccessEnabled: isChatHistoryOpen }, by)
    await deleteSetupTokens(sql)
    return startLogin(ctx, sql, owner, origin)
  })
}
