import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import { afterCommit, type Database, type Sql } from '../../../platform/database/database.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { changesChannel, listSubscriptions, notifyChange } from './webhooks.store.ts'

/** Who of a tenant wants what; only who is active. */
export interface Subscriptions {
  /** Ids of the webhooks that name an event. */
  byEvent: ReadonlyMap<string, readonly string[]>
  /** Ids of the monitored groups that have an address of their own. */
  groups: ReadonlySet<string>
}

type Row = Awaited<ReturnType<typeof listSubscriptions>>[number]

function toSubscriptions(rows: readonly Row[]): Subscriptions {
  const byEvent = new Map<string, string[]>()
  const groups = new Set<string>()
  for (const { id, events, monitoredGroupId } of rows) {
    if (monitoredGroupId !== null) groups.add(monitoredGroupId)
    for (const event of new Set(events)) {
      const ids = byEvent.get(event)
      if (ids === undefined) byEvent.set(event, [id])
      else ids.push(id)
    }
  }
  return { byEvent, groups }
}

/** In case a notification was lost, an answer is not trusted longer than this. */
const maxAgeMs = 30_000

/**
 * Which webhooks a tenant has, in memory: every message asks, and most tenants have none. Nothing is kept while
 * nobody listens for changes, so an answer is never older than the last notification.
 */
class SubscriptionCache {
  readonly #byTenant = new LRUCache<string, { subscriptions: Subscriptions; readAtMs: number }>({
    max: 10_000,
  })
  /** Grows with every change: what was read before must not be kept after. */
  #generation = 0
  #listener: { close(): Promise<void> } | undefined

  async listen(db: Database): Promise<void> {
    this.#listener ??= await db.listen(
      changesChannel,
      (tenantId) => this.invalidate(tenantId),
      () => this.#clear(),
    )
  }

  async stop(): Promise<void> {
    const listener = this.#listener
    this.#listener = undefined
    this.#clear()
    await listener?.close()
  }

  invalidate(tenantId: string): void {
    this.#generation += 1
    this.#byTenant.delete(tenantId)
  }

  #clear(): void {
    this.#generation += 1
    this.#byTenant.clear()
  }

  async get(sql: Sql, tenantId: string, nowMs: number): Promise<Subscriptions> {
    const cached = this.#byTenant.get(tenantId)
    if (cached !== undefined && nowMs - cached.readAtMs < maxAgeMs) return cached.subscriptions
    const generation = this.#generation
    const rows = await listSubscriptions(sql, tenantId)
    const subscriptions = toSubscriptions(rows)
    const mayCache = this.#listener !== undefined && generation === this.#generation
    if (mayCache) this.#byTenant.set(tenantId, { subscriptions, readAtMs: nowMs })
    return subscriptions
  }
}

const caches = defineProcessState(
  () => new SubscriptionCache(),
  (cache) => cache.stop(),
)

/** What the active webhooks of a tenant subscribe to; reads through `sql` what is not known. */
export function findSubscriptions(ctx: Context, sql: Sql, tenantId: string): Promise<Subscriptions> {
  return caches.of(ctx).get(sql, tenantId, ctx.clock.monotonicMs())
}

/** Publishes, inside the transaction that changes them, that a tenant's webhooks changed. */
export async function publishChange(ctx: Context, sql: Sql, tenantId: string): Promise<void> {
  await notifyChange(sql, tenantId)
  const cache = caches.of(ctx)
  afterCommit(sql, () => cache.invalidate(tenantId))
}

/** Listens for changes from now on, so that answers may be kept. */
export async function startSubscriptions(ctx: Context): Promise<void> {
  await caches.of(ctx).listen(ctx.db)
}
