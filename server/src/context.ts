import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Engine } from './engine/engine.ts'
import type { Clock } from './platform/clock.ts'
import type { Database } from './platform/database/database.ts'
import type { Events } from './platform/events/events.ts'
import type { Ids } from './platform/ids.ts'
import type { Jobs } from './platform/jobs/jobs.ts'
import type { Scope } from './scopes.ts'

/** Roles of a user inside a tenant; `superadmin` is platform staff. */
export type Role = 'owner' | 'admin' | 'member' | 'superadmin'

/** Who asks. Every tenant-bound caller has `tenantId`; queries take it from here and nowhere else. */
export type Caller =
  | { kind: 'anonymous'; ip: string }
  | {
      kind: 'user'
      tenantId: string
      userId: string
      role: Role
      scopes: ReadonlySet<Scope>
      /** The login this access token belongs to: revoked together with its refresh tokens. */
      loginId: string
      ip: string
    }
  | {
      kind: 'key'
      tenantId: string
      userId: string
      /** The API key, or the grant behind an OAuth token. */
      keyId: string
      /** A program that somebody gave access by OAuth: it works as a key does, but makes no keys. */
      isGrant?: true
      scopes: ReadonlySet<Scope>
      ip: string
    }
  /** A job or an event handler acting for a tenant. */
  | { kind: 'system'; tenantId: string }

/** The one argument of operations, services, jobs and event handlers. Never a feature, never a tenth field. */
export interface Context {
  db: Database
  jobs: Jobs
  events: Events
  engine: Engine
  clock: Clock
  ids: Ids
  log: Logger
  config: Config
  caller: Caller
}

/** The tenant of the caller; an anonymous caller here is a programming mistake, not a refusal. */
export function tenantOf(ctx: Context): string {
  if (ctx.caller.kind === 'anonymous') throw new Error('an anonymous caller has no tenant')
  return ctx.caller.tenantId
}
