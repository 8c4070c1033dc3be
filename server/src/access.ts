import type { Caller, Context } from './context.ts'
import type { PlanGate } from './operation.ts'

/** A credential as it came in. */
export type Credential = { kind: 'bearer'; token: string } | { kind: 'key'; key: string }

/** What transports ask before they run an operation; the composition root builds it from features. */
export interface AccessPolicy {
  /** Who presents the credential; refuses with 401, or 403 for a suspended user. `ctx` has an anonymous caller. */
  authenticate(ctx: Context, credential: Credential, ip: string): Promise<Caller>
  /** Refuses with 403 naming the feature or limit. */
  checkGate(ctx: Context, gate: PlanGate): Promise<void>
  /** Requests per minute of the caller's tenant; from a cache on the hot path. */
  requestsPerMinute(ctx: Context): Promise<number>
  /** Counts one API call of a tenant; kept in memory and written now and then. */
  countRequest(tenantId: string): void
}
