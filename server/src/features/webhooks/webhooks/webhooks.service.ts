import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { resume } from './attempt.ts'
import { lookNow } from './backlog.ts'
import { findEndpoint } from './delivery.store.ts'
import { type AttemptResult, buildBody } from './delivery.ts'
import {
  openBody,
  openSecret,
  openUrl,
  postDelivery,
  requireAllowedUrl,
  sealSecret,
  sealUrl,
  showUrl,
} from './post-delivery.ts'
import { publishChange } from './subscriptions.ts'
import {
  type DeliveryStatus,
  deliverJob,
  requirePast,
  type WebhookInput,
  type WebhookRecord,
  webhookInactive,
} from './webhooks.schema.ts'
import * as store from './webhooks.store.ts'

function toRecord(ctx: Context, row: store.WebhookRow): WebhookRecord {
  return { ...row, url: showUrl(ctx, row.id, row.url), hasSecret: row.secret !== null }
}

async function requireWebhook(ctx: Context, sql: Sql, id: string): Promise<store.WebhookRow> {
  const row = await store.findWebhook(sql, tenantOf(ctx), id)
  if (row === undefined) throw unknownThing('Webhook')
  return row
}

/** All webhooks of the caller's tenant. */
export async function getWebhooks(ctx: Context): Promise<WebhookRecord[]> {
  const rows = await store.listWebhooks(ctx.db.sql, tenantOf(ctx))
  return rows.map((row) => toRecord(ctx, row))
}

/** One webhook, or 404. */
export async function getWebhook(ctx: Context, id: string): Promise<WebhookRecord> {
  return toRecord(ctx, await requireWebhook(ctx, ctx.db.sql, id))
}

/** Registers an address; refuses one that this server must not call. */
export async function createWebhook(
  ctx: Context,
  input: WebhookInput & { url: string; events: string[] },
): Promise<WebhookRecord> {
  await requireAllowedUrl(ctx, input.url)
  const tenantId = tenantOf(ctx)
  const id = ctx.ids.uuid()
  const at = ctx.clock.now()
  const row = await ctx.db.transaction(async (sql) => {
    const inserted = await store.insertWebhook(sql, {
      id,
      tenantId,
      name: input.name ?? new URL(input.url).hostname,
      url: sealUrl(ctx, id, input.url),
      events: input.events,
      secret: sealSecret(ctx, id, input.secret ?? null),
      isActive: input.isActive ?? true,
      createdAt: at,
      updatedAt: at,
    })
    await publishChange(ctx, sql, tenantId)
    return inserted
  })
  return toRecord(ctx, row)
}

/** Changes what is given; switching it on again, or to another address, clears the failures before. */
export async function updateWebhook(ctx: Context, id: string, input: WebhookInput): Promise<WebhookRecord> {
  const tenantId = tenantOf(ctx)
  const before = await requireWebhook(ctx, ctx.db.sql, id)
  if (input.url !== undefined) await requireAllowedUrl(ctx, input.url)
  const isRevived = input.isActive === true && !before.isActive
  const isMoved = input.url !== undefined && input.url !== showUrl(ctx, id, before.url)
  return ctx.db.transaction(async (sql) => {
    const row = await store.updateWebhook(sql, tenantId, id, {
      ...(input.name === undefined ? {} : { name: input.name }),
      ...(input.url === undefined ? {} : { url: sealUrl(ctx, id, input.url) }),
      ...(input.events === undefined ? {} : { events: input.events }),
      ...(input.isActive === undefined ? {} : { isActive: input.isActive }),
      ...(input.secret === undefined ? {} : { secret: sealSecret(ctx, id, input.secret) }),
      ...(isRevived || isMoved ? store.withoutFailures : {}),
      updatedAt: ctx.clock.now(),
    })
    if (row === undefined) throw unknownThing('Webhook')
    await publishChange(ctx, sql, tenantId)
    // What waited for the address that failed leaves for the new one.
    if (before.failingSince !== null && row.failingSince === null)
      await resume(ctx, sql, { tenantId, webhookId: id }, before.failingSince)
    return toRecord(ctx, row)
  })
}

/** Deletes a webhook; what waits for it is dropped with it. */
export async function removeWebhook(ctx: Context, id: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    const isDeleted = await store.deleteWebhook(sql, tenantId, id)
    if (!isDeleted) throw unknownThing('Webhook')
    await publishChange(ctx, sql, tenantId)
  })
}

/** Posts a sample now, once; also to a webhook that is switched off, since one tests before switching on. */
export async function testWebhook(ctx: Context, id: string): Promise<AttemptResult> {
  const webhook = await requireWebhook(ctx, ctx.db.sql, id)
  const deliveryId = ctx.ids.uuid()
  const event = 'webhook.test'
  const data = { webhook_id: id, message: 'test' }
  return postDelivery(ctx, {
    id: deliveryId,
    event,
    open: () => ({
      body: buildBody({ id: deliveryId, event, atMs: ctx.clock.nowMs(), data }),
      url: openUrl(ctx, id, webhook.url),
      secret: openSecret(ctx, id, webhook.secret),
    }),
  })
}

/** Seals addresses of the time before they were. */
export async function sealStoredUrls(ctx: Context): Promise<void> {
  for (const { id, url } of await store.listPlainUrls(ctx.db.sql))
    await store.replaceUrl(ctx.db.sql, id, url, sealUrl(ctx, id, url))
}

/** How the address of a monitored group is kept by whoever else has to; null stays null. */
export function sealGroupUrl(ctx: Context, groupId: string, url: string | null): string | null {
  return url === null ? null : sealUrl(ctx, groupId, url)
}

/** Opens what `sealGroupUrl` made. */
export function openGroupUrl(ctx: Context, groupId: string, stored: string | null): string | null {
  return stored === null ? null : showUrl(ctx, groupId, stored)
}

/** Refuses (400) an address that must not be called. */
export function requireWebhookUrl(ctx: Context, url: string): Promise<void> {
  return requireAllowedUrl(ctx, url)
}

/** Keeps where a monitored group's events go, in the transaction that changes the group; null is nowhere. */
export async function storeGroupEndpoint(
  ctx: Context,
  sql: Sql,
  { groupId, name, url }: { groupId: string; name: string; url: string | null },
): Promise<void> {
  const tenantId = tenantOf(ctx)
  if (url === null) await store.deleteGroupEndpoint(sql, tenantId, groupId)
  else {
    const before = await findEndpoint(sql, { tenantId, webhookId: groupId })
    await store.upsertGroupEndpoint(sql, {
      tenantId,
      groupId,
      name,
      url: sealUrl(ctx, groupId, url),
      at: ctx.clock.now(),
    })
    if (before?.failingSince) await resume(ctx, sql, { tenantId, webhookId: groupId }, before.failingSince)
    else await lookNow(ctx, sql, { tenantId, webhookId: groupId })
  }
  await publishChange(ctx, sql, tenantId)
}

/** One page of a webhook's deliveries. */
export async function getDeliveries(
  ctx: Context,
  id: string,
  page: { status: DeliveryStatus | undefined; limit: number; offset: number },
) {
  await requireWebhook(ctx, ctx.db.sql, id)
  return store.listDeliveries(ctx.db.sql, { tenantId: tenantOf(ctx), webhookId: id, ...page })
}

/** One delivery with its attempts, or 404. */
export async function getDelivery(ctx: Context, id: string, deliveryId: string) {
  const tenantId = tenantOf(ctx)
  const read = async (sql: Sql) => ({
    delivery: await store.findDelivery(sql, tenantId, id, deliveryId),
    attempts: await store.listAttempts(sql, tenantId, deliveryId),
  })
  const { delivery, attempts } = await ctx.db.transaction(read, { isSnapshot: true })
  if (delivery === undefined) throw unknownThing('Delivery')
  return { delivery, attempts, payload: await readPayload(ctx, deliveryId) }
}

/** What was posted; for people alone, because a key that manages webhooks need not be one that may read chats. */
async function readPayload(ctx: Context, deliveryId: string): Promise<unknown> {
  if (ctx.caller.kind !== 'user') return null
  const sealed = await store.findBody(ctx.db.sql, tenantOf(ctx), deliveryId)
  return sealed === undefined ? null : JSON.parse(openBody(ctx, deliveryId, sealed).toString())
}

/** Sends one delivery again under its id, whatever became of it before. */
export async function resendDelivery(ctx: Context, id: string, deliveryId: string) {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    const webhook = await requireWebhook(ctx, sql, id)
    const delivery = await store.restartDelivery(sql, {
      tenantId,
      webhookId: id,
      id: deliveryId,
      at: ctx.clock.now(),
    })
    if (delivery === undefined) throw unknownThing('Delivery')
    if (!webhook.isActive) throw webhookInactive.create()
    await ctx.jobs.add(sql, deliverJob, {
      tenantId,
      webhookId: id,
      deliveryId,
      round: delivery.round,
      way: 'resent',
    })
    return delivery
  })
}

/** Sends everything since a timestamp again that was not delivered; answers how many deliveries. */
export async function recoverDeliveries(ctx: Context, id: string, since: Date): Promise<number> {
  const tenantId = tenantOf(ctx)
  const at = ctx.clock.now()
  requirePast(since, at.getTime())
  return ctx.db.transaction(async (sql) => {
    const webhook = await requireWebhook(ctx, sql, id)
    if (!webhook.isActive) throw webhookInactive.create()
    const count = await store.restartUndelivered(sql, { tenantId, webhookId: id, since, at })
    if (webhook.failingSince !== null) await store.updateWebhook(sql, tenantId, id, { probeAt: at })
    await lookNow(ctx, sql, { tenantId, webhookId: id })
    return count
  })
}

/**
 * Starts deliveries of a webhook anew, whatever became of them: they leave in their order as the endpoint has room.
 * Answers how many.
 */
export async function restartDeliveries(
  ctx: Context,
  sql: Sql,
  webhookId: string,
  ids: readonly string[],
): Promise<number> {
  const [tenantId, at] = [tenantOf(ctx), ctx.clock.now()]
  const webhook = await requireWebhook(ctx, sql, webhookId)
  const count = await store.restartNamed(sql, { tenantId, webhookId, ids, at })
  if (webhook.failingSince !== null) await store.updateWebhook(sql, tenantId, webhookId, { probeAt: at })
  await lookNow(ctx, sql, { tenantId, webhookId })
  return count
}

/** Where a delivery goes and what is posted. */
export function openDelivery(
  ctx: Context,
  sealed: { webhookId: string; deliveryId: string; url: string; body: Buffer },
): { url: string; body: Buffer } {
  const { webhookId, deliveryId, url, body } = sealed
  return { url: showUrl(ctx, webhookId, url), body: openBody(ctx, deliveryId, body) }
}
