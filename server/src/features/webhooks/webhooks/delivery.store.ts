import { and, asc, eq, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { AttemptResult } from './delivery.ts'
import type { DeliveryStatus } from './webhooks.schema.ts'
import { webhookDeliveries, webhooks } from './webhooks.tables.ts'

/** Which delivery, of whom. */
export interface DeliveryKey {
  tenantId: string
  deliveryId: string
}

/** Which endpoint, of whom. */
export interface EndpointKey {
  tenantId: string
  webhookId: string
}

const ofEndpoint = ({ tenantId, webhookId }: EndpointKey) =>
  and(eq(webhookDeliveries.tenantId, tenantId), eq(webhookDeliveries.webhookId, webhookId))

const instant = (at: Date | null) => raw`${at?.toISOString() ?? null}::timestamptz`

/** Everything the attempts of these deliveries need; missing are those that are no longer pending, or gone. */
export function listPendingDeliveries(sql: Sql, keys: readonly DeliveryKey[]) {
  const tenantIds = raw.param(keys.map((key) => key.tenantId))
  const ids = raw.param(keys.map((key) => key.deliveryId))
  return sql
    .select({
      id: webhookDeliveries.id,
      webhookId: webhookDeliveries.webhookId,
      event: webhookDeliveries.event,
      body: webhookDeliveries.body,
      round: webhookDeliveries.round,
      roundFailures: webhookDeliveries.roundFailures,
      nextAttemptAt: webhookDeliveries.nextAttemptAt,
      isWaiting: webhookDeliveries.isWaiting,
      probes: webhookDeliveries.probes,
      triedAt: webhookDeliveries.triedAt,
      notBefore: webhookDeliveries.notBefore,
      /** Something older of this webhook still waits, and goes first. */
      hasOlder: raw<boolean>`exists (select 1 from webhook_deliveries o
        where o.webhook_id = ${webhookDeliveries.webhookId} and o.is_waiting
          and (o.created_at, o.id) < (${webhookDeliveries.createdAt}, ${webhookDeliveries.id}))`,
      name: webhooks.name,
      url: webhooks.url,
      secret: webhooks.secret,
      isActive: webhooks.isActive,
      strikes: webhooks.strikes,
      failingSince: webhooks.failingSince,
      probeAt: webhooks.probeAt,
    })
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .where(
      and(
        // The ids alone lead to the rows by their index, whatever the planner makes of the pairs.
        raw`${webhookDeliveries.id} = any(${ids}::uuid[])`,
        raw`(${webhookDeliveries.tenantId}, ${webhookDeliveries.id}) in
          (select * from unnest(${tenantIds}::uuid[], ${ids}::uuid[]))`,
        eq(webhookDeliveries.status, 'pending'),
      ),
    )
}

/** A delivery as one attempt needs it. */
export type PendingDelivery = Awaited<ReturnType<typeof listPendingDeliveries>>[number]

/** What one attempt changes. */
export interface AttemptOutcome extends DeliveryKey, EndpointKey {
  /** Counts only while the delivery is still in this round. */
  round: number
  status: DeliveryStatus
  nextAttemptAt: Date | null
  at: Date
  result: AttemptResult
  /** An attempt of the schedule; a probe that fails is none. */
  isCounted: boolean
  /** Whether a failure says something about the endpoint, and how much. */
  strike: number | undefined
  /** The receiver asked to be left alone until then. */
  notBefore: Date | null
  /** In [0, 1): spreads the probes of many endpoints. */
  random: number
}

/** What an attempt leaves behind: since when its endpoint fails and when it is probed, or what it has recovered from. */
export interface AttemptEffect {
  failingSince: Date | null
  probeAt: Date | null
  recoveredFrom: Date | null
}

/** How failures of an endpoint are timed, in milliseconds. */
export interface ProbeRhythm {
  incidentGapMs: number
  /** A probe follows after this part of the time since the first failure, within the limits. */
  part: number
  leastMs: number
  mostMs: number
}

function countFailure(
  { at: when, isCounted, strike, result, notBefore, random }: AttemptOutcome,
  rhythm: ProbeRhythm,
) {
  const at = instant(when)
  const ms = raw`interval '1 millisecond'`
  const isNew = raw`failing_since is null or last_failure_at < ${at} - ${rhythm.incidentGapMs} * ${ms}`
  const gap = raw`least(greatest((${at} - case when ${isNew} then ${at} else failing_since end) * ${rhythm.part}::float8,
    ${rhythm.leastMs} * ${ms}), ${rhythm.mostMs} * ${ms}) * ${1 + 0.2 * random}::float8`
  // In whole milliseconds, as everybody else counts: who looks in the last of them would find it due here and not there.
  const probeAt = raw`date_trunc('milliseconds', ${at} + ${gap})`
  return raw`
    update webhooks w set failure_count = failure_count + ${isCounted ? 1 : 0}::int, last_failure_at = ${at},
      last_error = case when is_active then ${result.error}::text else last_error end,
      strikes = strikes + case when d.round_failures = 1 and ${isCounted}::boolean then ${strike ?? 0}::int else 0 end,
      failing_since = case when ${isNew} then ${at} else failing_since end,
      probe_at = greatest(probe_at, ${probeAt}, ${instant(notBefore)})
    from d where w.id = d.webhook_id returning failing_since, probe_at, null::timestamptz as recovered_from`
}

/** Within one statement a query still sees the row as it was before. */
const countSuccess = ({ at }: AttemptOutcome) => raw`
    update webhooks w set failure_count = 0, failing_since = null, strikes = 0, probe_at = null,
      last_delivery_at = ${instant(at)}, last_error = case when is_active then null else last_error end
    from d where w.id = d.webhook_id and (failure_count > 0 or failing_since is not null
      or last_delivery_at is null or last_delivery_at <= ${instant(at)} - interval '1 second')
    returning null::timestamptz as failing_since, null::timestamptz as probe_at,
      (select o.failing_since from webhooks o where o.id = w.id) as recovered_from`

/**
 * Stores the attempt, moves the delivery on and counts the webhook's failures, in one statement. The webhook's row
 * is left alone when a success would only move `last_delivery_at` within the same second: it is the one row that
 * all deliveries of a webhook share. `last_error` of a webhook that was switched off says why, whatever attempts still
 * ran then.
 */
export async function recordAttempt(
  sql: Sql,
  outcome: AttemptOutcome,
  rhythm: ProbeRhythm,
): Promise<AttemptEffect> {
  const { tenantId, deliveryId, round, status, result, isCounted, notBefore } = outcome
  const at = instant(outcome.at)
  const hasFailed = result.error !== null
  const step = isCounted ? 1 : 0
  const next = isCounted ? instant(outcome.nextAttemptAt) : raw`next_attempt_at`
  const endpoint = !hasFailed
    ? countSuccess(outcome)
    : outcome.strike === undefined
      ? raw`select null::timestamptz as failing_since, null::timestamptz as probe_at, null::timestamptz as recovered_from`
      : countFailure(outcome, rhythm)
  const { rows } = await sql.execute<Record<string, Date | string | null>>(raw`
    with d as (
      update webhook_deliveries set status = ${status}, next_attempt_at = ${next}, attempts = attempts + ${step}::int,
        round_failures = round_failures + ${hasFailed ? step : 0}::int, status_code = ${result.statusCode}::int,
        duration_ms = ${result.durationMs}::int, error = ${result.error}::text, tried_at = ${at},
        is_waiting = is_waiting and not ${isCounted}::boolean, probes = probes + ${1 - step}::int,
        not_before = ${instant(notBefore)}
      where id = ${deliveryId} and tenant_id = ${tenantId} and round = ${round} and status = 'pending'
      returning id, tenant_id, webhook_id, attempts, round_failures
    ), a as (
      insert into webhook_attempts
        (delivery_id, number, tenant_id, attempted_at, status_code, response, duration_ms, error)
      select id, attempts, tenant_id, ${at}, ${result.statusCode}::int, ${result.response}::text,
        ${result.durationMs}::int, ${result.error}::text from d where ${isCounted}::boolean
    )
    ${endpoint}`)
  const dateOf = (value: Date | string | null | undefined) => (value == null ? null : new Date(value))
  const [row] = rows
  return {
    failingSince: dateOf(row?.['failing_since']),
    probeAt: dateOf(row?.['probe_at']),
    recoveredFrom: dateOf(row?.['recovered_from']),
  }
}

/** A delivery that is to wait, unless it was started anew or is over. */
export interface Parked extends DeliveryKey {
  round: number
}

/** Lets deliveries wait without a job. */
export async function insertWaiting(sql: Sql, parked: readonly Parked[]): Promise<void> {
  await sql.execute(raw`
    update webhook_deliveries d set is_waiting = true
    from unnest(${raw.param(parked.map((one) => one.tenantId))}::uuid[],
      ${raw.param(parked.map((one) => one.deliveryId))}::uuid[],
      ${raw.param(parked.map((one) => one.round))}::int[]) as p (tenant_id, id, round)
    where d.id = p.id and d.tenant_id = p.tenant_id and d.round = p.round and d.status = 'pending'`)
}

/** Ends the wait of the oldest of an endpoint, unless it is down or switched off; oldest first. */
export async function updateReleased(
  sql: Sql,
  endpoint: EndpointKey,
  { limit, downAt }: { limit: number; downAt: number },
) {
  const { rows } = await sql.execute<{ id: string; round: number; created_at: Date | string }>(raw`
    update webhook_deliveries d set is_waiting = false
    from (
      select id from webhook_deliveries
      where tenant_id = ${endpoint.tenantId} and webhook_id = ${endpoint.webhookId} and is_waiting
        and exists (select 1 from webhooks w
          where w.id = ${endpoint.webhookId} and w.tenant_id = ${endpoint.tenantId} and w.is_active and w.strikes < ${downAt})
      order by created_at, id limit ${limit} for update skip locked
    ) p where d.id = p.id returning d.id, d.round, d.created_at`)
  const timeOf = (row: { created_at: Date | string }) => new Date(row.created_at).getTime()
  return rows.sort((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1))
}

/** Ends what waits for an endpoint that was switched off. */
export async function failWaiting(sql: Sql, endpoint: EndpointKey, error: string): Promise<void> {
  await sql
    .update(webhookDeliveries)
    .set({ status: 'failed', nextAttemptAt: null, isWaiting: false, error })
    .where(and(ofEndpoint(endpoint), webhookDeliveries.isWaiting, eq(webhookDeliveries.status, 'pending')))
}

/** How an endpoint is; undefined when it is gone. */
export async function findEndpoint(sql: Sql, { tenantId, webhookId }: EndpointKey) {
  const [row] = await sql
    .select({
      isActive: webhooks.isActive,
      strikes: webhooks.strikes,
      failingSince: webhooks.failingSince,
      probeAt: webhooks.probeAt,
    })
    .from(webhooks)
    .where(and(eq(webhooks.tenantId, tenantId), eq(webhooks.id, webhookId)))
  return row
}

/** Takes the probe that is due, so that nobody else makes it; whether it was there to be taken. */
export async function updateProbe(
  sql: Sql,
  { tenantId, webhookId }: EndpointKey,
  times: { now: Date; next: Date },
): Promise<boolean> {
  const rows = await sql
    .update(webhooks)
    .set({ probeAt: times.next })
    .where(
      and(
        eq(webhooks.tenantId, tenantId),
        eq(webhooks.id, webhookId),
        eq(webhooks.isActive, true),
        raw`${webhooks.failingSince} is not null and ${webhooks.probeAt} <= ${instant(times.now)}`,
      ),
    )
    .returning({ id: webhooks.id })
  return rows.length > 0
}

const probeOrders = {
  age: [],
  last: [raw`${webhookDeliveries.triedAt} desc nulls last`],
  'longest ago': [raw`${webhookDeliveries.triedAt} asc nulls first`],
}

/** What may probe an endpoint now: the oldest, the one that was tried last, or longest ago if ever. */
export async function findProbe(sql: Sql, endpoint: EndpointKey, now: Date, by: keyof typeof probeOrders) {
  const [row] = await sql
    .select({
      id: webhookDeliveries.id,
      round: webhookDeliveries.round,
      probes: webhookDeliveries.probes,
      statusCode: webhookDeliveries.statusCode,
    })
    .from(webhookDeliveries)
    .where(
      and(
        ofEndpoint(endpoint),
        eq(webhookDeliveries.status, 'pending'),
        raw`(${webhookDeliveries.isWaiting} or ${webhookDeliveries.triedAt} is not null)`,
        raw`(${webhookDeliveries.notBefore} is null or ${webhookDeliveries.notBefore} <= ${instant(now)})`,
      ),
    )
    .orderBy(...probeOrders[by], asc(webhookDeliveries.createdAt), asc(webhookDeliveries.id))
    .limit(1)
  return row
}

/** What failed since an outage began and would wait for its schedule, oldest first. */
export function listTried(sql: Sql, endpoint: EndpointKey, times: { since: Date; now: Date }) {
  return sql
    .select({ id: webhookDeliveries.id, round: webhookDeliveries.round })
    .from(webhookDeliveries)
    .where(
      and(
        ofEndpoint(endpoint),
        eq(webhookDeliveries.status, 'pending'),
        raw`not ${webhookDeliveries.isWaiting} and ${webhookDeliveries.triedAt} >= ${instant(times.since)}`,
        raw`${webhookDeliveries.nextAttemptAt} > ${instant(times.now)}`,
        raw`(${webhookDeliveries.notBefore} is null or ${webhookDeliveries.notBefore} <= ${instant(times.now)})`,
      ),
    )
    .orderBy(asc(webhookDeliveries.createdAt), asc(webhookDeliveries.id))
}
