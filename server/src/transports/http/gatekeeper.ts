import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccessPolicy } from '../../access.ts'
import type { Caller, Context } from '../../context.ts'
import { clientNetwork } from '../../platform/client-address.ts'
import type { RateLimits } from '../../platform/rate-limits/rate-limits.ts'
import { type AccessRules, admitCaller } from '../call-operation.ts'
import { readCredential, refuse } from './credentials.ts'
import { addressOf, type CountRules, createPublicCounts } from './public-counts.ts'
import { announceWindow, requireAllowed } from './rate-limit.ts'

/** Who may use something, and how whoever asks without being known is counted. */
export type EntryRules = AccessRules & CountRules

/** What the gatekeeper works with. */
export interface GatekeeperParts {
  policy: AccessPolicy
  createContext(caller: Caller): Context
  rateLimits: RateLimits
  /** Requests per minute of one address on public operations. */
  publicPerMinute: number
  /** Refused credentials per minute of one address. */
  refusedPerMinute: number
}

/** Authenticates, counts and authorises: the part of the way that operations and streams share. */
export interface Gatekeeper {
  /** The context of whoever presents a credential, counted; refuses with 401 or 429. What they may do is asked later. */
  enter(
    request: FastifyRequest,
    reply: FastifyReply,
    rules: EntryRules,
    queryToken?: string,
  ): Promise<Context>
  /** The context of a caller who may run something with this access; refuses with 401, 403 or 429. */
  admit(
    request: FastifyRequest,
    reply: FastifyReply,
    rules: EntryRules,
    queryToken?: string,
  ): Promise<Context>
  /** Who presents the request's credential, without counting: long-lived streams ask again and again. */
  authenticate(request: FastifyRequest, queryToken?: string): Promise<Context>
  /** Calls back when what the caller may do might have changed; the function returned ends that. */
  watch(caller: Caller, onChange: () => void): () => void
  /** Counts a refusal of an operation that counts nothing else; refuses with 429 whoever has had too many. */
  countRefusal(request: FastifyRequest, reply: FastifyReply, rules: EntryRules, error: unknown): Promise<void>
  /** Counts a refusal that has been answered already, of a door that counts nothing else. */
  countAnswered(request: FastifyRequest, rules: CountRules): Promise<void>
  /** Writes the rate-limit headers of an answer that no operation gave. */
  announce(request: FastifyRequest, reply: FastifyReply): void
}

/** Builds the gatekeeper; everything is decided per request, nothing is kept but the counts. */
export function createGatekeeper(parts: GatekeeperParts): Gatekeeper {
  const { policy, createContext, rateLimits } = parts
  const counts = createPublicCounts(rateLimits, parts)

  async function authenticate(request: FastifyRequest, queryToken?: string): Promise<Context> {
    const credential = readCredential(request.headers, queryToken)
    if (credential === undefined) throw refuse()
    const ip = addressOf(request)
    return createContext(await policy.authenticate(createContext({ kind: 'anonymous', ip }), credential, ip))
  }

  async function enter(request: FastifyRequest, reply: FastifyReply, rules: EntryRules, queryToken?: string) {
    if (rules.access === 'public') {
      await counts.admit(request, reply, rules)
      return createContext({ kind: 'anonymous', ip: addressOf(request) })
    }
    let ctx: Context
    try {
      ctx = await authenticate(request, queryToken)
    } catch (error) {
      await counts.countBadCredential(request, reply, error)
      throw error
    }
    const { caller } = ctx
    if (caller.kind === 'user' || caller.kind === 'key') {
      policy.countRequest(caller.tenantId)
      const state = await rateLimits.take(caller.tenantId, await policy.requestsPerMinute(ctx))
      announceWindow(reply, state)
      requireAllowed(state)
    }
    return ctx
  }

  return {
    enter,
    async admit(request, reply, rules, queryToken) {
      const ctx = await enter(request, reply, rules, queryToken)
      if (rules.access !== 'public') await admitCaller(policy, ctx, rules)
      return ctx
    },
    authenticate,
    watch: (caller, onChange) => policy.watch?.(caller, onChange) ?? (() => undefined),
    countRefusal: counts.countRefusal,
    countAnswered: counts.countAnswered,
    announce: (request, reply) =>
      announceWindow(
        reply,
        rateLimits.peek(`public ${clientNetwork(addressOf(request))}`, parts.publicPerMinute),
      ),
  }
}
