import type { Context } from '../../../context.ts'
import type { JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type Batcher, createBatcher } from '../../../platform/database/write-batcher.ts'
import { done, type JobOutcome } from '../../../platform/jobs/jobs.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { attempt, follow, inactiveText, lookAt, readDelivery } from './attempt.ts'
import * as store from './delivery.store.ts'
import { downAtStrikes, isUnreachable, probeRhythm } from './delivery.ts'
import { endpointSlots } from './endpoint-slots.ts'
import { deliverJob, resumeJob } from './webhooks.schema.ts'

/** Should the process that let deliveries wait be gone, another one looks after them so much later. */
const lookAgainMs = 5000
/** Nothing runs whose end would look for what waits. */
const lookSoonMs = 1000

/** So often the oldest probes before it takes turns with another: it may be the cause itself. */
const oldestAlone = { unreachable: 6, refused: 1 }

interface Parking extends store.Parked, store.EndpointKey {
  /** When the endpoint is looked after. */
  lookAtMs: number
}

interface Backlog {
  readonly parking: Batcher<Parking, undefined>
  /** Endpoints whose deliveries are just being let go. */
  readonly releasing: Set<string>
}

const backlogs = defineProcessState(
  (ctx: Context): Backlog => ({
    parking: createBatcher(ctx.db, { write: (sql, items: Parking[]) => storeParked(ctx, sql, items) }),
    releasing: new Set(),
  }),
  (backlog) => backlog.parking.flush(),
)

async function storeParked(ctx: Context, sql: Sql, items: Parking[]): Promise<undefined[]> {
  await store.insertWaiting(sql, items)
  const soonest = new Map<string, Parking>()
  for (const item of items) {
    const known = soonest.get(item.webhookId)
    if (known === undefined || item.lookAtMs < known.lookAtMs) soonest.set(item.webhookId, item)
  }
  for (const item of soonest.values()) await lookAt(ctx, sql, item, item.lookAtMs)
  return items.map(() => undefined)
}

/** A moment after `delayMs` at least, the same for those that ask soon after each other. */
function momentAfter(ctx: Context, delayMs: number): number {
  return Math.ceil((ctx.clock.nowMs() + delayMs) / delayMs) * delayMs
}

/** Sees to what waits for an endpoint now. */
export async function lookNow(ctx: Context, sql: Sql, endpoint: store.EndpointKey): Promise<void> {
  await ctx.jobs.addMany(sql, resumeJob, [endpoint])
}

/**
 * Lets a delivery wait in the database, for the probe of an endpoint that is down; its endpoint's slots know that it is
 * turned away.
 */
export async function park(
  ctx: Context,
  { tenantId, webhookId, deliveryId, round }: store.Parked & store.EndpointKey,
  probeAt?: Date,
): Promise<void> {
  const slots = endpointSlots.of(ctx)
  // Never at once: who looks must see what is stored here.
  const soonMs = momentAfter(ctx, lookSoonMs)
  const busyMs = slots.isBusy(webhookId) ? momentAfter(ctx, lookAgainMs) : soonMs
  const lookAtMs = probeAt === undefined ? busyMs : Math.max(probeAt.getTime(), soonMs)
  try {
    await backlogs.of(ctx).parking.add({ tenantId, webhookId, deliveryId, round, lookAtMs })
  } finally {
    slots.noteParked(webhookId)
  }
}

/**
 * Lets as many go, oldest first, as this process has room for: each gets its job back in the same transaction. Answers
 * whether more may wait.
 */
export async function release(ctx: Context, endpoint: store.EndpointKey): Promise<boolean> {
  const { tenantId, webhookId } = endpoint
  const { releasing } = backlogs.of(ctx)
  if (releasing.has(webhookId)) return true
  const room = endpointSlots.of(ctx).roomFor(webhookId)
  if (room === undefined) return true
  releasing.add(webhookId)
  try {
    const released = await ctx.db.transaction(async (sql) => {
      const rows = await store.updateReleased(sql, endpoint, { limit: room.count, downAt: downAtStrikes })
      const jobs = rows.map(({ id, round }) => ({
        tenantId,
        webhookId,
        deliveryId: id,
        round,
        way: 'released' as const,
      }))
      await ctx.jobs.addMany(sql, deliverJob, jobs)
      return jobs.length
    })
    room.settle(released)
    return released === room.count
  } finally {
    releasing.delete(webhookId)
  }
}

/** Probes an endpoint that fails, and lets go what waits for one that works. */
export async function resumeEndpoint(
  ctx: Context,
  payload: store.EndpointKey & { recoveredFrom?: string },
  run: JobRun,
): Promise<JobOutcome> {
  const endpoint = { tenantId: payload.tenantId, webhookId: payload.webhookId }
  const state = await store.findEndpoint(ctx.db.sql, endpoint)
  if (state === undefined) return done
  if (!state.isActive) {
    await store.failWaiting(ctx.db.sql, endpoint, inactiveText)
    return done
  }
  if (payload.recoveredFrom !== undefined) await bringForward(ctx, endpoint, new Date(payload.recoveredFrom))
  if (state.strikes < downAtStrikes) {
    endpointSlots.of(ctx).noteMore(endpoint.webhookId)
    if (await release(ctx, endpoint)) await lookAt(ctx, ctx.db.sql, endpoint, momentAfter(ctx, lookAgainMs))
  }
  if (state.failingSince !== null) await probe(ctx, endpoint, state, run)
  return done
}

/** What was tried in vain while the endpoint failed does not wait for its schedule. */
async function bringForward(ctx: Context, endpoint: store.EndpointKey, since: Date): Promise<void> {
  const { tenantId, webhookId } = endpoint
  const rows = await store.listTried(ctx.db.sql, endpoint, { since, now: ctx.clock.now() })
  const jobs = rows.map(({ id, round }) => ({
    tenantId,
    webhookId,
    deliveryId: id,
    round,
    way: 'early' as const,
  }))
  await ctx.jobs.addMany(ctx.db.sql, deliverJob, jobs)
}

type EndpointState = NonNullable<Awaited<ReturnType<typeof store.findEndpoint>>>

/** Tries one delivery when the time has come; the next probe is arranged before, so that no crash ends the chain. */
async function probe(
  ctx: Context,
  endpoint: store.EndpointKey,
  { failingSince, probeAt }: EndpointState,
  run: JobRun,
): Promise<void> {
  const nowMs = ctx.clock.nowMs()
  const candidate = await choose(ctx, endpoint)
  if (candidate === undefined || failingSince === null) return
  if (probeAt !== null && probeAt.getTime() > nowMs) {
    await follow(ctx, ctx.db.sql, endpoint, { failingSince, probeAt })
    return
  }
  const { part, leastMs, mostMs } = probeRhythm
  const gapMs = Math.min(Math.max((nowMs - failingSince.getTime()) * part, leastMs), mostMs)
  const next = new Date(nowMs + gapMs * (1 + 0.2 * ctx.ids.random()))
  const isMine = await ctx.db.transaction(async (sql) => {
    const isTaken = await store.updateProbe(sql, endpoint, { now: new Date(nowMs), next })
    if (isTaken) await follow(ctx, sql, endpoint, { failingSince, probeAt: next })
    return isTaken
  })
  // All slots are taken by attempts: the end of one of them says as much.
  const slots = endpointSlots.of(ctx)
  if (!isMine || !slots.hasSlot(endpoint.webhookId)) return
  const delivery = await readDelivery(ctx, { tenantId: endpoint.tenantId, deliveryId: candidate.id })
  if (delivery === undefined || delivery.round !== candidate.round || !delivery.isActive) return
  const slot = await slots.enter(endpoint.webhookId, { isNew: false, signal: run.signal })
  if (!('begin' in slot)) return
  try {
    await attempt(ctx, {
      tenantId: endpoint.tenantId,
      delivery,
      slot,
      signal: run.signal,
      outOfTurn: 'probe',
    })
  } finally {
    slot.leave()
  }
}

/**
 * The oldest, as a rule. But the delivery itself may be what the endpoint stumbles over, and must not stand in the way of
 * the others: then one that was not tried for long takes its turn.
 */
async function choose(ctx: Context, endpoint: store.EndpointKey) {
  const now = ctx.clock.now()
  const oldest = await store.findProbe(ctx.db.sql, endpoint, now, 'age')
  if (oldest === undefined) return undefined
  if (oldest.probes < oldestAlone[isUnreachable(oldest.statusCode) ? 'unreachable' : 'refused']) return oldest
  const last = await store.findProbe(ctx.db.sql, endpoint, now, 'last')
  if (last?.id !== oldest.id) return oldest
  return (await store.findProbe(ctx.db.sql, endpoint, now, 'longest ago')) ?? oldest
}
