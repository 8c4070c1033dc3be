import { and, asc, count, desc, eq, inArray, isNull, like, lt, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { DeliveryStatus } from './webhooks.schema.ts'
import { webhookAttempts, webhookDeliveries, webhooks } from './webhooks.tables.ts'

/** The channel that notifies every process whose webhooks changed. */
export const changesChannel = 'moltflow_webhooks'

/** A webhook as stored, its secret still encrypted. */
export type WebhookRow = typeof webhooks.$inferSelect

/** A webhook to store. */
export type NewWebhook = Pick<
  WebhookRow,
  'id' | 'tenantId' | 'name' | 'url' | 'events' | 'secret' | 'isActive' | 'createdAt' | 'updatedAt'
>

const deliveryColumns = {
  id: webhookDeliveries.id,
  event: webhookDeliveries.event,
  status: webhookDeliveries.status,
  statusCode: webhookDeliveries.statusCode,
  attempts: webhookDeliveries.attempts,
  durationMs: webhookDeliveries.durationMs,
  error: webhookDeliveries.error,
  createdAt: webhookDeliveries.createdAt,
  nextAttemptAt: webhookDeliveries.nextAttemptAt,
  probes: webhookDeliveries.probes,
}

/** An endpoint of which nothing bad is known. */
export const withoutFailures = {
  failureCount: 0,
  failingSince: null,
  lastFailureAt: null,
  lastError: null,
  strikes: 0,
  probeAt: null,
}

const ofEndpoint = (tenantId: string, id: string) => and(eq(webhooks.tenantId, tenantId), eq(webhooks.id, id))

/** The endpoint of a monitored group is shown and changed with its group alone. */
const isShown = isNull(webhooks.monitoredGroupId)

const ofWebhook = (tenantId: string, id: string) => and(ofEndpoint(tenantId, id), isShown)

const ofDeliveries = (tenantId: string, webhookId: string) =>
  and(eq(webhookDeliveries.tenantId, tenantId), eq(webhookDeliveries.webhookId, webhookId))

/** A tenant's webhooks, oldest first. */
export function listWebhooks(sql: Sql, tenantId: string): Promise<WebhookRow[]> {
  return sql
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.tenantId, tenantId), isShown))
    .orderBy(asc(webhooks.createdAt), asc(webhooks.id))
}

/** One webhook of a tenant. */
export async function findWebhook(sql: Sql, tenantId: string, id: string): Promise<WebhookRow | undefined> {
  const [row] = await sql.select().from(webhooks).where(ofWebhook(tenantId, id))
  return row
}

/** Stores a new webhook. */
export async function insertWebhook(sql: Sql, webhook: NewWebhook): Promise<WebhookRow> {
  const [row] = await sql.insert(webhooks).values(webhook).returning()
  if (row === undefined) throw new Error('an insert without a conflict returned no row')
  return row
}

/** Changes a webhook; undefined when the tenant has none with this id. */
export async function updateWebhook(
  sql: Sql,
  tenantId: string,
  id: string,
  change: Partial<Omit<WebhookRow, 'id' | 'tenantId' | 'createdAt'>>,
): Promise<WebhookRow | undefined> {
  const [row] = await sql.update(webhooks).set(change).where(ofWebhook(tenantId, id)).returning()
  return row
}

/** Switches an active webhook off; whether it was on, so that only one of several attempts publishes it. */
export async function deactivateWebhook(
  sql: Sql,
  change: { tenantId: string; id: string; at: Date; lastError: string },
): Promise<boolean> {
  const rows = await sql
    .update(webhooks)
    .set({ isActive: false, lastError: change.lastError, updatedAt: change.at })
    .where(and(ofEndpoint(change.tenantId, change.id), eq(webhooks.isActive, true)))
    .returning({ id: webhooks.id })
  return rows.length > 0
}

/** Deletes a webhook with its deliveries; whether there was one. */
export async function deleteWebhook(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql.delete(webhooks).where(ofWebhook(tenantId, id)).returning({ id: webhooks.id })
  return rows.length > 0
}

/** Notifies every process, when the transaction commits, that the webhooks of a tenant changed. */
export async function notifyChange(sql: Sql, tenantId: string): Promise<void> {
  await sql.execute(raw`select pg_notify(${changesChannel}, ${tenantId})`)
}

/** What the active webhooks of a tenant subscribe to, and which monitored groups have an address. */
export function listSubscriptions(sql: Sql, tenantId: string) {
  return sql
    .select({ id: webhooks.id, events: webhooks.events, monitoredGroupId: webhooks.monitoredGroupId })
    .from(webhooks)
    .where(and(eq(webhooks.tenantId, tenantId), eq(webhooks.isActive, true)))
}

/** Addresses that are not sealed yet, of all tenants. */
export function listPlainUrls(sql: Sql): Promise<{ id: string; url: string }[]> {
  return sql.select({ id: webhooks.id, url: webhooks.url }).from(webhooks).where(like(webhooks.url, '%:%'))
}

/** Replaces an address unless somebody changed it meanwhile. */
export async function replaceUrl(sql: Sql, id: string, before: string, after: string): Promise<void> {
  await sql
    .update(webhooks)
    .set({ url: after })
    .where(and(eq(webhooks.id, id), eq(webhooks.url, before)))
}

/** Makes or changes the endpoint of a monitored group; its failures before are forgotten. Its id is the group's. */
export async function upsertGroupEndpoint(
  sql: Sql,
  endpoint: { tenantId: string; groupId: string; name: string; url: string; at: Date },
): Promise<void> {
  const { tenantId, groupId, name, url, at } = endpoint
  const fresh = {
    name,
    url,
    isActive: true,
    ...withoutFailures,
    updatedAt: at,
  }
  await sql
    .insert(webhooks)
    .values({
      ...fresh,
      id: groupId,
      tenantId,
      monitoredGroupId: groupId,
      events: [],
      secret: null,
      createdAt: at,
    })
    .onConflictDoUpdate({ target: webhooks.id, set: fresh })
}

/** Removes the endpoint of a monitored group with what waits for it. */
export async function deleteGroupEndpoint(sql: Sql, tenantId: string, groupId: string): Promise<void> {
  await sql
    .delete(webhooks)
    .where(and(eq(webhooks.tenantId, tenantId), eq(webhooks.monitoredGroupId, groupId)))
}

/** A delivery to store. */
export interface NewDelivery {
  id: string
  tenantId: string
  webhookId: string
  event: string
  /** Encrypted. */
  body: Buffer
}

/**
 * Stores deliveries in one statement, except those whose webhook was deleted or switched off a moment ago, and
 * answers the ids of the stored ones. The lock keeps a webhook from being deleted before this transaction ends:
 * a vanished webhook must never fail the transaction that stores a message.
 */
export async function insertDeliveries(
  sql: Sql,
  deliveries: readonly NewDelivery[],
  at: Date,
): Promise<Set<string>> {
  const column = <K extends keyof NewDelivery>(key: K) =>
    raw.param(deliveries.map((delivery) => delivery[key]))
  const timestamp = at.toISOString()
  const { rows } = await sql.execute<{ id: string }>(raw`
    insert into webhook_deliveries (id, tenant_id, webhook_id, event, body, status, created_at, next_attempt_at)
    select d.id, d.tenant_id, d.webhook_id, d.event, d.body, 'pending', ${timestamp}::timestamptz, ${timestamp}::timestamptz
    from unnest(
      ${column('id')}::uuid[], ${column('tenantId')}::uuid[], ${column('webhookId')}::uuid[],
      ${column('event')}::text[], ${column('body')}::bytea[]
    ) as d (id, tenant_id, webhook_id, event, body)
    join webhooks w on w.id = d.webhook_id and w.tenant_id = d.tenant_id and w.is_active
    for key share of w
    returning id`)
  return new Set(rows.map((row) => row.id))
}

/** One page of a webhook's deliveries, newest first, and how many there are in all. */
export async function listDeliveries(
  sql: Sql,
  filter: {
    tenantId: string
    webhookId: string
    status: DeliveryStatus | undefined
    limit: number
    offset: number
  },
) {
  const { tenantId, webhookId, status, limit, offset } = filter
  const wanted = and(
    ofDeliveries(tenantId, webhookId),
    status === undefined ? undefined : eq(webhookDeliveries.status, status),
  )
  const rows = await sql
    .select(deliveryColumns)
    .from(webhookDeliveries)
    .where(wanted)
    .orderBy(desc(webhookDeliveries.createdAt), desc(webhookDeliveries.id))
    .limit(limit)
    .offset(offset)
  const [counted] = await sql.select({ total: count() }).from(webhookDeliveries).where(wanted)
  return { rows, total: counted?.total ?? 0 }
}

/** One delivery of a webhook. */
export async function findDelivery(sql: Sql, tenantId: string, webhookId: string, id: string) {
  const [row] = await sql
    .select(deliveryColumns)
    .from(webhookDeliveries)
    .where(and(ofDeliveries(tenantId, webhookId), eq(webhookDeliveries.id, id)))
  return row
}

/** What happened at each attempt, in order. */
export function listAttempts(sql: Sql, tenantId: string, deliveryId: string) {
  return sql
    .select()
    .from(webhookAttempts)
    .where(and(eq(webhookAttempts.tenantId, tenantId), eq(webhookAttempts.deliveryId, deliveryId)))
    .orderBy(asc(webhookAttempts.number))
}

/** Ends a delivery without an attempt, because its webhook was switched off. */
export async function failDelivery(sql: Sql, tenantId: string, id: string, error: string): Promise<void> {
  await sql
    .update(webhookDeliveries)
    .set({ status: 'failed', nextAttemptAt: null, isWaiting: false, error })
    .where(
      and(
        eq(webhookDeliveries.tenantId, tenantId),
        eq(webhookDeliveries.id, id),
        eq(webhookDeliveries.status, 'pending'),
      ),
    )
}

const newRound = (at: Date) => ({
  status: 'pending' as const,
  round: raw`${webhookDeliveries.round} + 1`,
  roundFailures: 0,
  nextAttemptAt: at,
  notBefore: null,
})

/** Starts a new round of one delivery, whatever became of it; its number, or undefined for an unknown one. */
export async function restartDelivery(
  sql: Sql,
  wanted: { tenantId: string; webhookId: string; id: string; at: Date },
) {
  const [row] = await sql
    .update(webhookDeliveries)
    .set({ ...newRound(wanted.at), isWaiting: false })
    .where(and(ofDeliveries(wanted.tenantId, wanted.webhookId), eq(webhookDeliveries.id, wanted.id)))
    .returning({ ...deliveryColumns, round: webhookDeliveries.round })
  return row
}

/**
 * Starts a new round of what has failed since a timestamp, or waits: it leaves in its order as the endpoint has room.
 * Answers how many.
 */
export async function restartUndelivered(
  sql: Sql,
  filter: { tenantId: string; webhookId: string; since: Date; at: Date },
): Promise<number> {
  const at = filter.at.toISOString()
  const { rowCount } = await sql
    .update(webhookDeliveries)
    .set({ ...newRound(filter.at), isWaiting: true })
    .where(
      and(
        ofDeliveries(filter.tenantId, filter.webhookId),
        raw`${webhookDeliveries.createdAt} >= ${filter.since.toISOString()}::timestamptz`,
        raw`(${webhookDeliveries.status} = 'failed' or ${webhookDeliveries.status} = 'pending'
          and (${webhookDeliveries.nextAttemptAt} > ${at}::timestamptz or ${webhookDeliveries.isWaiting}))`,
      ),
    )
  return rowCount ?? 0
}

/** Starts a new round of deliveries by their ids: they leave in their order as the endpoint has room. Answers how many. */
export async function restartNamed(
  sql: Sql,
  wanted: { tenantId: string; webhookId: string; ids: readonly string[]; at: Date },
): Promise<number> {
  const { rowCount } = await sql
    .update(webhookDeliveries)
    .set({ ...newRound(wanted.at), isWaiting: true })
    .where(
      and(
        ofDeliveries(wanted.tenantId, wanted.webhookId),
        raw`${webhookDeliveries.id} = any(${raw.param([...wanted.ids])}::uuid[])`,
      ),
    )
  return rowCount ?? 0
}

/**
 * Deletes what is older than its retention, with its attempts, of all tenants: upkeep on behalf of nobody. Up to
 * `limit` rows, so that no transaction grows long; answers how many.
 */
export async function deleteExpiredDeliveries(sql: Sql, before: Date, limit: number): Promise<number> {
  const expired = sql
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(lt(webhookDeliveries.createdAt, before))
    .limit(limit)
  const rows = await sql
    .delete(webhookDeliveries)
    .where(inArray(webhookDeliveries.id, expired))
    .returning({ id: webhookDeliveries.id })
  return rows.length
}

/** The sealed body of a delivery. */
export async function findBody(sql: Sql, tenantId: string, id: string): Promise<Buffer | undefined> {
  const [row] = await sql
    .select({ body: webhookDeliveries.body })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.tenantId, tenantId), eq(webhookDeliveries.id, id)))
  return row?.body
}
