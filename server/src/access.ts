import type { Caller, Context } from './context.ts'
import type { Operation, PlanGate } from './operation.ts'

/** A credential as it came in. */
export type Credential =
  | { kind: 'bearer'; token: string }
  | { kind: 'key'; key: string }
  /** An OAuth token: opaque, bound to what somebody allowed a program. */
  | { kind: 'token'; token: string }

/** What OAuth access tokens begin with: no key does, and a JWT has dots. */
export const oauthTokenPrefix = 'mo_'

/** What transports ask before they run an operation; the composition root builds it from features. */
export interface AccessPolicy {
  /** Who presents the credential; refuses with 401, or 403 for a suspended user. `ctx` has an anonymous caller. */
  authenticate(ctx: Context, credential: Credential, ip: string): Promise<Caller>
  /**
   * Calls back when what the caller may do might have changed, on whichever process it did; the function returned ends
   * that. Long-lived streams ask it, so that a credential that was taken away ends them.
   */
  watch?(caller: Caller, onChange: () => void): () => void
  /** Refuses with 403 naming the feature or limit. */
  checkGate(ctx: Context, gate: PlanGate): Promise<void>
  /** Requests per minute of the caller's tenant; from a cache on the hot path. */
  requestsPerMinute(ctx: Context): Promise<number>
  /**
   * Keeps who changed what, before the change is answered; called after every operation that succeeded. `input` is
   * what was checked, `result` what the operation returned.
   */
  recordChange?(
    ctx: Context,
    operation: Operation,
    input: Readonly<Record<string, unknown>>,
    result: unknown,
  ): Promise<void>
  /** Counts one API call of a tenant; kept in memory and written now and then. */
  countRequest(tenantId: string): void
}
