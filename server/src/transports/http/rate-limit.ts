import type { FastifyReply } from 'fastify'
import { tooManyRequests } from '../../platform/errors.ts'
import type { RateState } from '../../platform/rate-limits/rate-limits.ts'

/** Writes the headers every answer carries (contract section 4). */
export function announceWindow(reply: FastifyReply, state: RateState): void {
  reply.header('x-ratelimit-limit', state.limit)
  reply.header('x-ratelimit-remaining', Math.max(state.remaining, 0))
  reply.header('x-ratelimit-reset', Math.ceil(state.resetAtMs / 1000))
}

/** Refuses with 429 when the window is used up. */
export function requireAllowed(state: RateState): void {
  if (state.isAllowed) return
  const seconds = state.resetSeconds
  throw tooManyRequests.create({
    message: `Too many requests: ${state.limit} per minute. Try again in ${seconds} s`,
    headers: { 'retry-after': String(seconds) },
  })
}
