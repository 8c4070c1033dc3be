import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { holdsScope, type Scope } from '../../../scopes.ts'
import { toTimestamp } from '../../../wire.ts'
import { toWireDelivery } from '../webhooks/webhooks.schema.ts'
import { openDelivery, restartDeliveries } from '../webhooks/webhooks.service.ts'
import {
  deliveriesSelected,
  type deliveryHoursAnswer,
  type deliveryHoursQuery,
  type deliveryLogAnswer,
  type deliveryLogQuery,
  type deliveryRequest,
  firstHour,
  hourMs,
  mostResent,
  type resendAnswer,
  type resendBody,
  tooManyDeliveries,
} from './delivery-log.schema.ts'
import * as store from './delivery-log.store.ts'

function logToWire(row: store.LogRow) {
  const createdAt = new Date(row.createdAt)
  const nextAttemptAt = row.nextAttemptAt === null ? null : new Date(row.nextAttemptAt)
  return {
    ...toWireDelivery({ ...row, createdAt, nextAttemptAt }),
    webhook_id: row.webhookId,
    webhook_name: row.webhookName,
  }
}

/** One page of the deliveries of the caller's tenant, newest first. */
export async function listDeliveryLog(
  ctx: Context,
  input: z.output<typeof deliveryLogQuery>,
): Promise<z.output<typeof deliveryLogAnswer>> {
  const tenantId = tenantOf(ctx)
  const { limit, offset, ...filter } = input
  const rows = await store.listLog(ctx.db.sql, tenantId, filter, { limit, offset })
  const found = await store.countLog(ctx.db.sql, tenantId, filter)
  const count = (status: store.LogRow['status']) => found.get(status) ?? 0
  const counts = { delivered: count('delivered'), failed: count('failed'), pending: count('pending') }
  const total =
    filter.status === undefined ? counts.delivered + counts.failed + counts.pending : counts[filter.status]
  return { deliveries: rows.map(logToWire), counts, total, limit, offset }
}

/** How many deliveries began in each hour, and what became of them. */
export async function countHours(
  ctx: Context,
  { hours, webhook_id, event }: z.output<typeof deliveryHoursQuery>,
): Promise<z.output<typeof deliveryHoursAnswer>> {
  const first = firstHour(ctx.clock.now(), hours)
  const filter = { webhook_id, event, since: new Date(first) }
  const rows = await store.countHours(ctx.db.sql, tenantOf(ctx), filter)
  const found = Map.groupBy(rows, ({ hour }) => hour)
  return {
    hours: Array.from({ length: hours }, (_, index) => {
      const at = first + index * hourMs
      const counts = new Map(found.get(at / 1000)?.map(({ status, count }) => [status, count]))
      return {
        hour: toTimestamp(new Date(at)),
        delivered: counts.get('delivered') ?? 0,
        failed: counts.get('failed') ?? 0,
        pending: counts.get('pending') ?? 0,
      }
    }),
  }
}

/** What a delivery posts; the body only for who may read what its event tells. */
export async function getRequest(
  ctx: Context,
  key: { webhookId: string; deliveryId: string },
  scopes: ReadonlyMap<string, Scope>,
): Promise<z.output<typeof deliveryRequest>> {
  const sealed = await store.findSealed(ctx.db.sql, tenantOf(ctx), key)
  if (sealed === undefined) throw unknownThing('Delivery')
  const scope = scopes.get(sealed.event) ?? 'webhooks:read'
  const { caller } = ctx
  const isReadable = (caller.kind === 'user' || caller.kind === 'key') && holdsScope(caller.scopes, scope)
  const { url, body } = openDelivery(ctx, { ...key, ...sealed })
  return {
    method: 'POST',
    url,
    content_type: 'application/json',
    body: isReadable ? (JSON.parse(body.toString()) as Record<string, unknown>) : null,
    required_scope: scope,
  }
}

/**
 * Sends deliveries again that are named or found by a filter; what it finds has to be exactly as many as somebody
 * confirmed.
 */
export async function resendSelected(
  ctx: Context,
  input: z.output<typeof resendBody>,
): Promise<z.output<typeof resendAnswer>> {
  const { delivery_ids: ids, filter = {}, expected_count: expected } = input
  return ctx.db.transaction(async (sql) => {
    const found = await store.listSelected(sql, tenantOf(ctx), { ids, filter }, mostResent + 1)
    if (found.length > mostResent) throw tooManyDeliveries.create()
    if (ids === undefined && found.length !== expected) {
      const message = `The filter finds ${found.length} deliveries now, not ${expected}`
      throw deliveriesSelected.create({ message, details: { count: found.length } })
    }
    let resent = 0
    const active = found.filter(({ isActive }) => isActive)
    for (const [webhookId, own] of Map.groupBy(active, (delivery) => delivery.webhookId))
      resent += await restartDeliveries(
        ctx,
        sql,
        webhookId,
        own.map(({ id }) => id),
      )
    const asked = ids === undefined ? found.length : new Set(ids).size
    return { resent, skipped: asked - resent }
  })
}
