import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccessPolicy } from '../../access.ts'
import type { Caller, Context } from '../../context.ts'
import type { Operation, PlanGate } from '../../operation.ts'
import { clientNetwork } from '../../platform/client-address.ts'
import { forbidden, missingScope } from '../../platform/errors.ts'
import type { RateLimits } from '../../platform/rate-limits/rate-limits.ts'
import { holdsScope } from '../../scopes.ts'
import { readCredential, refuse } from './credentials.ts'
import { addressOf, createPublicCounts } from './public-counts.ts'
import { announceWindow, requireAllowed } from './rate-limit.ts'

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
  /** The context of a caller who may run something with this access; refuses with 401, 403 or 429. */
  admit(
    request: FastifyRequest,
    reply: FastifyReply,
    rules: AccessRules,
    queryToken?: string,
  ): Promise<Context>
  /** Who presents the request's credential, without counting: long-lived streams ask again and again. */
  authenticate(request: FastifyRequest, queryToken?: string): Promise<Context>
  /** Counts a refusal of an operation that counts nothing else; refuses with 429 whoever has had too many. */
  countRefusal(
    request: FastifyRequest,
    reply: FastifyReply,
    rules: AccessRules,
    error: unknown,
  ): Promise<void>
  /** Writes the rate-limit headers of an answer that no operation gave. */
  announce(request: FastifyRequest, reply: FastifyReply): void
}

/** The parts of an operation or stream that say who may use it. */
export type AccessRules = Pick<Operation, 'access' | 'roles' | 'keys' | 'gate' | 'countsRefusals'> &
  Partial<Pick<Operation, 'id'>>

/** What of a gate is asked before scopes: whether there is room shows only when something is to be added. */
function withoutLimit({ limit: _, ...gate }: PlanGate): PlanGate {
  return gate
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

  async function admit(
    request: FastifyRequest,
    reply: FastifyReply,
    rules: AccessRules,
    queryToken?: string,
  ) {
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
    const { gate } = rules
    if (gate?.consent !== undefined) await policy.checkGate(ctx, withoutLimit(gate))
    authorise(caller, rules)
    return ctx
  }

  return {
    admit,
    authenticate,
    countRefusal: counts.countRefusal,
    announce: (request, reply) =>
      announceWindow(
        reply,
        rateLimits.peek(`public ${clientNetwork(addressOf(request))}`, parts.publicPerMinute),
      ),
  }
}

/** Refuses a caller whose scopes, kind or role are not enough. */
export function authorise(caller: Caller, rules: AccessRules): void {
  if (caller.kind === 'anonymous' || caller.kind === 'system') throw refuse()
  if (typeof rules.access !== 'string') {
    const { access } = rules
    const isAllowed = access.every((scope) => holdsScope(caller.scopes, scope))
    if (!isAllowed) throw missingScope.create({ headers: { 'x-required-scopes': access.join(' ') } })
  }
  if (caller.kind === 'key') {
    if (rules.keys === 'refused')
      throw forbidden.create({ message: 'This needs a signed-in user, not an API key' })
    return
  }
  if (rules.roles !== undefined && !rules.roles.includes(caller.role)) {
    throw forbidden.create({ message: `This needs the role ${rules.roles.join(' or ')}` })
  }
}
