import type { Context } from '../../../context.ts'
import { tooManyRequests } from '../../../platform/errors.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { createRateLimits } from '../../../platform/rate-limits/rate-limits.ts'

/** A browser that brings twenty tabs back asks twenty times, and somebody may do that again; only a loop asks more. */
export const refreshesPerMinute = 120

const rates = defineProcessState(
  ({ db, clock, log }: Context) => createRateLimits({ db, clock, log }),
  (limits) => limits.close(),
)

/** Counts a refresh of a login, whichever address it comes from. Refuses with 429 before the token is used up. */
export async function requireRefreshRate(ctx: Context, loginId: string): Promise<void> {
  const state = await rates.of(ctx).take(`refresh ${loginId}`, refreshesPerMinute)
  if (state.isAllowed) return
  const seconds = state.resetSeconds
  throw tooManyRequests.create({
    message: `This login was prolonged ${refreshesPerMinute} times within a minute. Try again in ${seconds} s`,
    headers: { 'retry-after': String(seconds) },
  })
}
