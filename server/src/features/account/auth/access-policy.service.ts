import type { AccessPolicy } from '../../../access.ts'
import type { Caller, Context } from '../../../context.ts'
import { unauthorized } from '../../../platform/errors.ts'
import { verifyKey } from '../api-keys/api-keys.service.ts'
import { recordChange } from '../audit/audit.service.ts'
import { getLimits } from '../plans/plans.service.ts'
import { type Subject, watchChanges } from '../tenants/changes.service.ts'
import { countRequest } from '../usage/usage.service.ts'
import { authenticateLogin } from './logins.service.ts'

/** For a plan whose rate is unlimited: far above what a process can serve. */
const unlimitedPerMinute = 1_000_000

/** What comes from above: what is left of a plan, and to which programs people have given access. */
export interface FromAbove {
  checkGate: AccessPolicy['checkGate']
  /** Who presents an OAuth token; refuses with 401 or 403. */
  authenticateToken(ctx: Context, token: string, ip: string): Promise<Caller>
}

/** What transports ask before they run an operation, answered from identities, plans and usage. */
export function createAccessPolicy(root: Context, { checkGate, authenticateToken }: FromAbove): AccessPolicy {
  return {
    authenticate(ctx, credential, ip) {
      if (credential.kind === 'key') return verifyKey(ctx, credential.key, ip)
      if (credential.kind === 'token') return authenticateToken(ctx, credential.token, ip)
      return authenticateLogin(ctx, credential.token, ip)
    },
    watch: (caller, onChange) => watchChanges(root, subjectsOf(caller), onChange),
    checkGate,
    async requestsPerMinute(ctx) {
      if (ctx.caller.kind === 'anonymous') throw unauthorized.create()
      const limits = await getLimits(ctx, ctx.caller.tenantId)
      return limits.api_requests_per_minute ?? unlimitedPerMinute
    },
    recordChange,
    countRequest: (tenantId) => countRequest(root, tenantId),
  }
}

/** What a caller's rights depend on. */
function subjectsOf(caller: Caller): Subject[] {
  if (caller.kind === 'anonymous' || caller.kind === 'system') return []
  const own: Subject = caller.kind === 'user' ? `login:${caller.loginId}` : `key:${caller.keyId}`
  return [own, `user:${caller.userId}`, `tenant:${caller.tenantId}`]
}
