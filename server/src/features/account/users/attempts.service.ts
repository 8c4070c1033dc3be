import { createHash } from 'node:crypto'
import type { Context } from '../../../context.ts'
import { clientNetwork } from '../../../platform/client-address.ts'
import { countAttempts, deleteAttempts, deleteOldAttempts, uncountAttempt } from './attempts.store.ts'
import { tooManyAttempts } from './users.schema.ts'

const minuteMs = 60_000

/**
 * Limits per window. The one of an account over all addresses does not apply to an address that signed in to
 * it before: so nobody can keep an owner out by guessing, however many machines do it.
 */
const limits = {
  accountFromAddress: { most: 10, windowMs: 5 * minuteMs },
  address: { most: 50, windowMs: 5 * minuteMs },
  account: { most: 100, windowMs: 15 * minuteMs },
}

/** Whose password is tried from where. */
export interface AttemptBy {
  email: string
  ip: string
  /** Whether this address signed in to the account before; asked only when it matters. */
  isKnownAddress(): Promise<boolean>
}

/** A counted attempt; a right password gives it back. */
export interface Attempt {
  succeed(): Promise<void>
}

/** Stands for an address without keeping it; a whole IPv6 network of 64 bits counts as one. */
export function hashAddress(ip: string): string {
  return hashSubject('address', clientNetwork(ip))
}

function hashSubject(kind: string, text: string): string {
  return createHash('sha256').update(`${kind}\n${text}`).digest('base64url')
}

/**
 * Counts a password attempt before the password is looked at, so that parallel guesses are counted too.
 * Refuses with 429 and `Retry-After`; the wait never grows and never exceeds a quarter of an hour.
 */
export async function beginAttempt(ctx: Context, by: AttemptBy): Promise<Attempt> {
  const email = by.email.toLowerCase()
  const address = hashAddress(by.ip)
  const account = hashSubject('account', email)
  const both = hashSubject('both', `${email}\n${address}`)
  const kinds = new Map([
    [both, limits.accountFromAddress],
    [address, limits.address],
    [account, limits.account],
  ])
  const nowMs = ctx.clock.nowMs()
  const now = ctx.clock.now()
  const starts = [...kinds].map(([subject, { windowMs }]) => {
    return { subject, windowEndsAt: new Date(nowMs + windowMs) }
  })
  const rows = await countAttempts(ctx.db.sql, starts, now)
  const over = rows.filter((row) => row.attempts > (kinds.get(row.subject)?.most ?? 0))
  const binding =
    over.length > 0 && (await by.isKnownAddress()) ? over.filter((row) => row.subject !== account) : over
  if (binding.length > 0) {
    const waitMs = Math.max(...binding.map((row) => row.windowEndsAt.getTime() - nowMs))
    throw tooManyAttempts.create({
      headers: { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1000))) },
    })
  }
  return {
    async succeed() {
      await deleteAttempts(ctx.db.sql, both)
      await uncountAttempt(ctx.db.sql, account)
      await uncountAttempt(ctx.db.sql, address)
    },
  }
}

/** Removes what no longer counts. */
export function sweepAttempts(ctx: Context): Promise<void> {
  return deleteOldAttempts(ctx.db.sql, ctx.clock.now())
}
