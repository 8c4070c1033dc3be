import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Operation } from '../../operation.ts'
import { clientAddress, clientNetwork } from '../../platform/client-address.ts'
import { AppError, tooManyRequests } from '../../platform/errors.ts'
import type { RateLimits } from '../../platform/rate-limits/rate-limits.ts'
import { announceWindow, requireAllowed } from './rate-limit.ts'

/** What of an operation says how it is counted. */
export type CountRules = Partial<Pick<Operation, 'id' | 'countsRefusals'>> & {
  /** Requests per minute of one address, instead of the usual number. */
  perMinute?: number
  /** The refusal is written before it can be counted, so whoever has had too many is refused at the next request. */
  refusesAhead?: true
}

/** The address that a request came from. */
export const addressOf = (request: FastifyRequest) => clientAddress(request.ip, request.socket.remoteAddress)

/** Each operation has a count of its own: whoever guesses passwords keeps nobody's login from being prolonged. */
const publicKey = (request: FastifyRequest, { id = '' }: CountRules) =>
  `public ${clientNetwork(addressOf(request))} ${id}`

/** How requests of people are counted that nobody knows yet: by their address. */
export interface PublicCounts {
  /** Counts a request, or only says how many are left where refusals alone are counted; refuses with 429. */
  admit(request: FastifyRequest, reply: FastifyReply, rules: CountRules): Promise<void>
  /** Counts a refusal of an operation that counts nothing else; refuses with 429 whoever has had too many. */
  countRefusal(request: FastifyRequest, reply: FastifyReply, rules: CountRules, error: unknown): Promise<void>
  /** Counts a refusal that has been answered already. */
  countAnswered(request: FastifyRequest, rules: CountRules): Promise<void>
  /** Counts a credential that is none. */
  countBadCredential(request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<void>
}

/** Counts per minute and address. */
export function createPublicCounts(
  rateLimits: RateLimits,
  { publicPerMinute, refusedPerMinute }: { publicPerMinute: number; refusedPerMinute: number },
): PublicCounts {
  async function count(reply: FastifyReply, key: string, perMinute: number): Promise<void> {
    const state = await rateLimits.take(key, perMinute)
    announceWindow(reply, state)
    requireAllowed(state)
  }
  return {
    async admit(request, reply, rules) {
      const key = publicKey(request, rules)
      const perMinute = rules.perMinute ?? publicPerMinute
      if (rules.countsRefusals !== true) return count(reply, key, perMinute)
      const state = rateLimits.peek(key, perMinute)
      announceWindow(reply, state)
      if (rules.refusesAhead === true && state.remaining <= 0) requireAllowed({ ...state, isAllowed: false })
    },
    async countAnswered(request, rules) {
      if (rules.countsRefusals === true)
        await rateLimits.take(publicKey(request, rules), rules.perMinute ?? publicPerMinute)
    },
    // What is shown and right is let through however much is guessed beside it, at the same address.
    async countRefusal(request, reply, rules, error) {
      if (rules.countsRefusals !== true || !(error instanceof AppError)) return
      if (error.status < 500 && error.status !== tooManyRequests.status)
        await count(reply, publicKey(request, rules), publicPerMinute)
    },
    async countBadCredential(request, reply, error) {
      if (!(error instanceof AppError) || error.status !== 401) return
      await count(reply, `refused ${clientNetwork(addressOf(request))}`, refusedPerMinute)
    },
  }
}
