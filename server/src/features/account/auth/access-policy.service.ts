import type { AccessPolicy } from '../../../access.ts'
import type { Context } from '../../../context.ts'
import { unauthorized } from '../../../platform/errors.ts'
import { verifyKey } from '../api-keys/api-keys.service.ts'
import { recordChange } from '../audit/audit.service.ts'
import { getLimits } from '../plans/plans.service.ts'
import { countRequest } from '../usage/usage.service.ts'
import { authenticateLogin } from './logins.service.ts'

/** For a plan whose rate is unlimited: far above what a process can serve. */
const unlimitedPerMinute = 1_000_000

/**
 * What transports ask before they run an operation, answered from identities, plans and usage. `checkGate` comes from
 * above: what is left of a plan only those know who may count everything.
 */
export function createAccessPolicy(root: Context, checkGate: AccessPolicy['checkGate']): AccessPolicy {
  return {
    authenticate(ctx, credential, ip) {
      return credential.kind === 'key'
        ? verifyKey(ctx, credential.key, ip)
        : authenticateLogin(ctx, credential.token, ip)
    },
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
