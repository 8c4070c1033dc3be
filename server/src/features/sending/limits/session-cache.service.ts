import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import type { SessionStatus } from '../../../engine/states.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { findTenantSession } from '../../sessions/lifecycle/sessions.service.ts'

/** What sending needs to know of a session. */
export interface CachedSession {
  id: string
  tenantId: string
  status: SessionStatus
  phoneNumber: string | null
}

interface CacheEntry {
  session: CachedSession
  untilMs: number
}

/** Ownership never changes, and whether the session works the engine knows: a short memory is enough. */
const ttlMs = 5_000
const caches = defineProcessState(() => new LRUCache<string, CacheEntry>({ max: 5_000 }))

/** A session of the tenant, from memory for some seconds. */
export async function findCachedSession(
  ctx: Context,
  tenantId: string,
  id: string,
): Promise<CachedSession | undefined> {
  const cache = caches.of(ctx)
  const cached = cache.get(id)
  if (cached !== undefined && cached.untilMs > ctx.clock.monotonicMs()) {
    return cached.session.tenantId === tenantId ? cached.session : undefined
  }
  const row = await findTenantSession(ctx.db.sql, tenantId, id)
  if (row === undefined) return undefined
  const { status, phoneNumber } = row
  const session = { id, tenantId, status, phoneNumber }
  cache.set(id, { session, untilMs: ctx.clock.monotonicMs() + ttlMs })
  return session
}

/** Reads the session again next time. */
export function invalidateSession(ctx: Context, id: string): void {
  caches.of(ctx).delete(id)
}
