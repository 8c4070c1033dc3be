import type { Context } from '../../../context.ts'
import type { Database, Sql } from '../../../platform/database/database.ts'
import { ageScores, countContacts, countPart, dropCountsOfGoneChats } from './contacts-counted.store.ts'
import { enqueueCounts } from './enqueue-counts.ts'
import {
  listChatIds,
  listMarkedTenants,
  markChats,
  markContacts,
  markCountedDays,
  markMessages,
  markRest,
  takeContactMarks,
  takeMarks,
} from './marks.store.ts'
import { addUpNextMonth, type Counted, dropAllMonths, dropMonths } from './months.store.ts'
import { markedEveryMs } from './noted-changes.ts'
import { ageScoresJob, everyId, rebuildJob } from './rollups.schema.ts'
import {
  listMessageIds,
  listRezonedTenants,
  listTenantIds,
  lockTenantRollups,
  lockWatermark,
  markLabelChanges,
  moveWatermark,
  noteCounted,
  takeWantedRebuilds,
  wantRebuild,
} from './rollups.store.ts'
import { addOldSeries, addUpSeries } from './series.store.ts'
import { addUpDays, addUpSlots, countSlots, type Span } from './slots.store.ts'

/** Until when everything is counted, by the oldest mark: what was noted since waits in memory for its own. */
export function countedUntil(oldestMark: Date | null, now: Date): Date {
  return new Date((oldestMark ?? now).getTime() - markedEveryMs)
}

/** A transaction that began earlier than this has ended: ids are made at its beginning. */
const settledMs = 60_000
const messagePage = 2_000
const chatPage = 200
/** Contacts are counted together until they have said so much. */
const contactPage = { limit: 100, mostMessages: 5_000 }
const scorePage = 2_000
const beginning = new Date(0)

/** The smallest id that a message made so long ago can have. */
function idBefore(ctx: Context, ms: number): string {
  const madeMs = Number.parseInt(ctx.ids.uuid().replaceAll('-', '').slice(0, 12), 16)
  const hex = (madeMs - ms).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

/** Marks the next settled messages behind the watermark; whether there are more. */
async function followPage(ctx: Context): Promise<boolean> {
  return ctx.db.transaction(async (sql) => {
    const untilId = idBefore(ctx, settledMs)
    const afterId = await lockWatermark(sql)
    if (afterId === undefined) {
      await moveWatermark(sql, untilId)
      for (const tenantId of await listTenantIds(sql)) await enqueueRebuild(ctx, sql, tenantId, beginning)
      return false
    }
    if (afterId >= untilId) return false
    const ids = await listMessageIds(sql, { afterId, untilId, limit: messagePage })
    if (ids.length > 0) await markMessages(sql, ids, { now: ctx.clock.now(), areNew: true })
    const isMore = ids.length === messagePage
    await moveWatermark(sql, isMore ? (ids.at(-1) ?? untilId) : untilId)
    return isMore
  })
}

/**
 * Finds what nobody noted: messages behind the watermark, tenants whose zone changed or whose rebuild an operator asked
 * for; and has counted what is marked.
 */
export async function followMessages(ctx: Context, signal?: AbortSignal): Promise<void> {
  while (await followPage(ctx)) if (signal?.aborted === true) return
  await ctx.db.transaction(async (sql) => {
    for (const tenantId of await takeWantedRebuilds(sql)) await enqueueRebuild(ctx, sql, tenantId, beginning)
    const due = await listMarkedTenants(sql, ctx.clock.now())
    await enqueueCounts(ctx, sql, [...due, ...(await listRezonedTenants(sql))])
  })
}

async function countSpan(sql: Sql, counted: Counted, span: Span): Promise<void> {
  const { tenantId, timeZone } = counted
  await countSlots(sql, tenantId, span)
  await addUpSlots(sql, tenantId, span)
  await addUpDays(sql, tenantId, timeZone, span)
  await addUpSeries(sql, tenantId, span)
  await dropMonths(sql, counted, span)
  await noteCounted(sql, tenantId, timeZone)
}

/** Counts the next marked time of a tenant, about a day of one session; whether there was any. */
function countNextSpan(ctx: Context, tenantId: string): Promise<boolean> {
  return ctx.db.transaction(async (sql) => {
    const tenant = await lockTenantRollups(sql, tenantId)
    if (tenant === undefined) return false
    const counted = { tenantId, timeZone: tenant.timeZone, now: ctx.clock.now() }
    if (tenant.countedZone !== tenant.timeZone) {
      await addUpDays(sql, tenantId, tenant.timeZone)
      await dropAllMonths(sql, counted)
      await noteCounted(sql, tenantId, tenant.timeZone)
      return true
    }
    const span = await takeMarks(sql, tenantId)
    if (span !== undefined) await countSpan(sql, counted, span)
    return span !== undefined
  })
}

/** Counts the next marked contacts of a tenant; whether there were any. */
function countNextContacts(ctx: Context, tenantId: string): Promise<boolean> {
  return ctx.db.transaction(async (sql) => {
    if ((await lockTenantRollups(sql, tenantId)) === undefined) return false
    const now = ctx.clock.now()
    const contactIds = await takeContactMarks(sql, tenantId, { now, ...contactPage })
    if (contactIds.length === 0) return false
    const unfinished = await countPart(sql, tenantId, contactIds)
    if (unfinished !== undefined) await markRest(sql, tenantId, unfinished, now)
    const rest = contactIds.filter((id) => id !== unfinished)
    if (rest.length > 0) await countContacts(sql, tenantId, rest, now)
    return true
  })
}

/** Puts the next month of a tenant together, or writes series that are missing; whether there was any. */
function countNextMonth(ctx: Context, tenantId: string): Promise<boolean> {
  return ctx.db.transaction(async (sql) => {
    if ((await lockTenantRollups(sql, tenantId)) === undefined) return false
    if (await addUpNextMonth(sql, tenantId, ctx.clock.now())) return true
    return addOldSeries(sql, tenantId)
  })
}

/**
 * Counts the next that is marked of a tenant, a time and some contacts, each by itself, or else a month of what is counted;
 * whether there was any.
 */
export async function countNext(ctx: Context, tenantId: string): Promise<boolean> {
  const isTimeCounted = await countNextSpan(ctx, tenantId)
  if ((await countNextContacts(ctx, tenantId)) || isTimeCounted) return true
  return countNextMonth(ctx, tenantId)
}

/** Has everything of a tenant counted anew from the raw data, or what is newer than a moment. */
export async function enqueueRebuild(ctx: Context, sql: Sql, tenantId: string, since: Date): Promise<void> {
  await ctx.jobs.add(sql, rebuildJob, { tenantId, since: since.toISOString(), afterChatId: null })
}

/** Marks the next chats of a rebuild, and goes on with those after them in a job of its own. */
export async function rebuildPage(
  ctx: Context,
  tenantId: string,
  { since, afterChatId }: { since: Date; afterChatId: string | null },
): Promise<void> {
  const now = ctx.clock.now()
  await ctx.db.transaction(async (sql) => {
    if (afterChatId === null) {
      await markCountedDays(sql, tenantId, since, now)
      await markLabelChanges(sql, tenantId, now)
      await dropCountsOfGoneChats(sql, tenantId)
    }
    const page = { afterId: afterChatId ?? everyId, limit: chatPage, since }
    const chatIds = await listChatIds(sql, tenantId, page)
    if (chatIds.length > 0) await markChats(sql, tenantId, { chatIds, since }, now)
    const last = chatIds.length < chatPage ? undefined : chatIds.at(-1)
    if (last === undefined) await enqueueCounts(ctx, sql, [tenantId])
    else await ctx.jobs.add(sql, rebuildJob, { tenantId, since: since.toISOString(), afterChatId: last })
  })
}

/** Marks what contacts said after they were merged. */
export async function recountContacts(ctx: Context, tenantId: string, contactIds: readonly string[]) {
  await ctx.db.transaction(async (sql) => {
    await markContacts(sql, tenantId, contactIds, ctx.clock.now())
    await enqueueCounts(ctx, sql, [tenantId])
  })
}

/** Marks what was said in chats whose labels changed. */
export async function recountLabels(ctx: Context, tenantId: string): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    await markLabelChanges(sql, tenantId, ctx.clock.now())
    await enqueueCounts(ctx, sql, [tenantId])
  })
}

const nightlyDays = 35
const dayMs = 24 * 60 * 60_000

/** Has the last weeks of every tenant counted anew, on Sundays everything, and the scores aged. */
export async function startNight(ctx: Context): Promise<void> {
  const now = ctx.clock.now()
  const since = now.getUTCDay() === 0 ? beginning : new Date(now.getTime() - nightlyDays * dayMs)
  await ctx.db.transaction(async (sql) => {
    for (const tenantId of await listTenantIds(sql)) {
      await enqueueRebuild(ctx, sql, tenantId, since)
      await ctx.jobs.add(sql, ageScoresJob, { tenantId, after: null })
    }
  })
}

/** Ages a page of a tenant's scores, and goes on with the next in a job of its own. */
export async function agePage(
  ctx: Context,
  tenantId: string,
  after: readonly string[] | null,
): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    // Whoever counts contacts has their rows in another order.
    await lockTenantRollups(sql, tenantId)
    const [sessionId = everyId, contactId = everyId] = after ?? []
    const page = { after: [sessionId, contactId] as const, now: ctx.clock.now(), limit: scorePage }
    const next = await ageScores(sql, tenantId, page)
    if (next !== undefined) await ctx.jobs.add(sql, ageScoresJob, { tenantId, after: next })
  })
}

/** Asks the program for a rebuild of everything, from outside; it begins within ten minutes. Answers how many tenants. */
export function askForRebuild(db: Pick<Database, 'sql'>): Promise<number> {
  return wantRebuild(db.sql)
}
