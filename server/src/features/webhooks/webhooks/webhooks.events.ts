import { type Context, tenantOf } from '../../../context.ts'
import { type EventHandler, onEvent } from '../../../feature.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { EventPayload } from '../../../platform/events/events.ts'
import type { PublicEvent } from '../../../public-event.ts'
import { isDelivered } from './callbacks.ts'
import { buildBody } from './delivery.ts'
import { sealBody } from './post-delivery.ts'
import { findSubscriptions } from './subscriptions.ts'
import { deliverJob } from './webhooks.schema.ts'
import { insertDeliveries } from './webhooks.store.ts'

/** A payload and whom it goes to. */
interface Addressed {
  payload: EventPayload
  webhookIds: readonly string[]
}

/** Who of the tenant wants which payload; from memory, since every message asks and most tenants have nobody. */
async function findAddressed(
  ctx: Context,
  sql: Sql,
  { name, subscribers }: PublicEvent,
  payloads: readonly EventPayload[],
): Promise<Addressed[]> {
  const { byEvent, groups } = await findSubscriptions(ctx, sql, tenantOf(ctx))
  const webhookIds = byEvent.get(name) ?? []
  if (subscribers.monitoredGroup === undefined || groups.size === 0) {
    return webhookIds.length === 0 ? [] : payloads.map((payload) => ({ payload, webhookIds }))
  }
  return payloads.flatMap((payload) => {
    const groupId = subscribers.monitoredGroup?.(payload)
    // The endpoint of a monitored group has the group's id.
    const ids = groupId !== undefined && groups.has(groupId) ? [...webhookIds, groupId] : webhookIds
    return ids.length === 0 ? [] : { payload, webhookIds: ids }
  })
}

/** Stores a delivery for everyone who wants the event, with its job, in the publisher's transaction. */
async function enqueueDeliveries(
  ctx: Context,
  sql: Sql,
  event: PublicEvent,
  payloads: readonly EventPayload[],
): Promise<void> {
  const addressed = await findAddressed(ctx, sql, event, payloads)
  if (addressed.length === 0) return
  const tenantId = tenantOf(ctx)
  const at = ctx.clock.now()
  const deliveries = addressed.flatMap(({ payload, webhookIds }) => {
    const data = event.toWire(payload)
    return webhookIds.map((webhookId) => {
      const id = ctx.ids.uuid()
      const body = buildBody({ id, event: event.name, atMs: at.getTime(), data })
      return { id, tenantId, webhookId, event: event.name, body: sealBody(ctx, id, body) }
    })
  })
  const stored = await insertDeliveries(sql, deliveries, at)
  const jobs = deliveries
    .filter(({ id }) => stored.has(id))
    .map(({ id, webhookId }) => ({ tenantId, webhookId, deliveryId: id, round: 1 }))
  await ctx.jobs.addMany(sql, deliverJob, jobs)
}

/** One handler per event that webhooks may get, whichever feature publishes it. */
export function webhooksEvents(declared: readonly PublicEvent[]): EventHandler[] {
  return declared
    .filter(isDelivered)
    .map((event) => onEvent(event, (ctx, sql, payloads) => enqueueDeliveries(ctx, sql, event, payloads)))
}
