import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import type { SessionStatus } from '../../../engine/states.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { findTenantSession } from '../../sessions/lifecycle/sessions.service.ts'

/** What sending needs to know of a session. */
export interface SessionFacts {
  id: string
  tenantId: string
  status: SessionStatus
  phoneNumber: string | null
}

interface Kept {
  facts: SessionFacts
  untilMs: number
}

/** Ownership never changes, and whether the session works the engine knows: a short memory is enough. */
const keepMs = 5_000
const caches = defineProcessState(() => new LRUCache<string, Kept>({ max: 5_000 }))

/** A session of the tenant, from memory for some seconds. */
export async function findSessionFacts(
  ctx: Context,
  tenantId: string,
  id: string,
): Promise<SessionFacts | undefined> {
  const cache = caches.of(ctx)
  const known = cache.get(id)
  if (known !== undefined && known.untilMs > ctx.clock.monotonicMs()) {
    return known.facts.tenantId === tenantId ? known.facts : undefined
  }
  const row = await findTenantSession(ctx.db.sql, tenantId, id)
  if (row === undefined) return undefined
  const { status, phoneNumber } = row
  const facts = { id, tenantId, status, phoneNumber }
  cache.set(id, { facts, untilMs: ctx.clock.monotonicMs() + keepMs })
  return facts
}

/** Reads the session again next time. */
export function forgetSessionFacts(ctx: Context, id: string): void {
  caches.of(ctx).delete(id)
}
