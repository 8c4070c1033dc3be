import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing, validationFailed } from '../../../platform/errors.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { getSession, holdSession } from '../../sessions/lifecycle/sessions.service.ts'
import { getReviewStats } from '../reviews/reviews.service.ts'
import {
  type CollectorObject,
  type CreateCollector,
  collectorInactive,
  collectorRunning,
  collectorToWire,
  scanJob,
  type UpdateCollector,
} from './collectors.schema.ts'
import * as store from './collectors.store.ts'
import type { CollectorRow } from './collectors.tables.ts'

export type { CollectorRow, RunPosition } from './collectors.tables.ts'

const defaults = { minPositiveWords: 3, minSentimentScore: 0.6, sourceType: 'all' as const }
/** A run that has not moved for so long is nobody's any more, and another may begin. */
const staleRunMs = 3_600_000

/** Collectors of the caller's tenant, oldest first. */
export async function listCollectors(ctx: Context, withInactive: boolean): Promise<CollectorObject[]> {
  return (await store.listCollectorRows(ctx.db.sql, tenantOf(ctx), withInactive)).map(collectorToWire)
}

/** One collector, or 404. */
export async function requireCollector(ctx: Context, id: string): Promise<store.CountedCollector> {
  const row = await store.findCollectorRow(ctx.db.sql, tenantOf(ctx), id)
  if (row === undefined) throw unknownThing('Collector')
  return row
}

/** One collector with its figures. */
export async function getCollector(ctx: Context, id: string) {
  const row = await requireCollector(ctx, id)
  return { ...collectorToWire(row), stats: await getReviewStats(ctx, id) }
}

/** Says, inside the transaction that changes them, that the collectors of a session changed. */
export function announceCollectors(ctx: Context, sql: Sql, sessionId: string): Promise<void> {
  return publishChange(ctx, sql, [`reviews:${sessionId}`])
}

/** What a body says, as it is stored; what it leaves out is left out. */
function settingsOf(input: UpdateCollector): Partial<CollectorRow> {
  const given: Partial<Record<keyof CollectorRow, unknown>> = {
    name: input.name,
    description: input.description === '' ? null : input.description,
    sourceType: input.source_type,
    selectedChatIds: input.selected_chat_ids,
    minPositiveWords: input.min_positive_words,
    minSentimentScore: input.min_sentiment_score,
    includeKeywords: input.include_keywords ?? input.keywords,
    excludeKeywords: input.exclude_keywords,
    languages: input.languages,
    isActive: input.is_active,
    autoApproveMinScore: input.auto_approve_min_score,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Adds a collector to a session. */
export async function createCollector(ctx: Context, input: CreateCollector): Promise<CollectorObject> {
  const { session_id: sessionId, ...settings } = input
  const session = await getSession(ctx, sessionId)
  const now = ctx.clock.now()
  const row: CollectorRow = {
    id: ctx.ids.uuid(),
    tenantId: tenantOf(ctx),
    sessionId: session.id,
    description: null,
    selectedChatIds: [],
    includeKeywords: [],
    excludeKeywords: [],
    languages: [],
    isActive: true,
    autoApproveMinScore: null,
    ...defaults,
    ...settingsOf(settings),
    name: input.name,
    runTaskId: null,
    runAfter: null,
    runMovedAt: null,
    lastRunAt: null,
    createdAt: now,
    updatedAt: now,
  }
  await ctx.db.transaction(async (sql) => {
    await holdSession(ctx, sql, row.sessionId)
    await store.insertCollector(sql, row)
    await announceCollectors(ctx, sql, row.sessionId)
  })
  return collectorToWire({ ...row, reviewCount: 0 })
}

/** Changes what is given of a collector. */
export async function updateCollector(
  ctx: Context,
  id: string,
  input: UpdateCollector,
): Promise<CollectorObject> {
  await ctx.db.transaction(async (sql) => {
    const row = await store.lockCollectorRow(sql, tenantOf(ctx), id)
    if (row === undefined) throw unknownThing('Collector')
    const changes = settingsOf(input)
    const next = { ...row, ...changes }
    if (next.sourceType === 'selected' && next.selectedChatIds.length === 0) {
      const message = 'name at least one chat when source_type is selected'
      const errors = [{ field: 'selected_chat_ids', message }]
      throw validationFailed.create({ message: `selected_chat_ids: ${message}`, details: { errors } })
    }
    await store.updateCollectorRow(sql, tenantOf(ctx), id, { ...changes, updatedAt: ctx.clock.now() })
    await announceCollectors(ctx, sql, row.sessionId)
  })
  return collectorToWire(await requireCollector(ctx, id))
}

/** Deletes a collector with its reviews; answers how many these were. */
export async function deleteCollector(ctx: Context, id: string): Promise<number> {
  return ctx.db.transaction(async (sql) => {
    const row = await store.lockCollectorRow(sql, tenantOf(ctx), id)
    const removed = await store.deleteCollectorRow(sql, tenantOf(ctx), id)
    if (row === undefined || removed === undefined) throw unknownThing('Collector')
    await announceCollectors(ctx, sql, row.sessionId)
    return removed
  })
}

/** Puts a run over the stored conversations into the queue; answers its task. */
export async function requestRun(ctx: Context, id: string): Promise<string> {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    const row = await store.lockCollectorRow(sql, tenantId, id)
    if (row === undefined) throw unknownThing('Collector')
    if (!row.isActive) throw collectorInactive.create()
    const now = ctx.clock.now()
    const isRunning = row.runTaskId !== null && now.getTime() - (row.runMovedAt?.getTime() ?? 0) < staleRunMs
    if (isRunning) throw collectorRunning.create()
    const taskId = ctx.ids.uuid()
    await store.updateCollectorRow(sql, tenantId, id, { runTaskId: taskId, runAfter: null, runMovedAt: now })
    await ctx.jobs.add(sql, scanJob, { tenantId, collectorId: id, taskId })
    return taskId
  })
}

/** The collector whose run has this task; undefined when it has ended, or the collector is gone. */
export async function findRun(
  sql: Sql,
  tenantId: string,
  collectorId: string,
  taskId: string,
): Promise<CollectorRow | undefined> {
  const row = await store.findCollectorRow(sql, tenantId, collectorId)
  return row?.runTaskId === taskId ? row : undefined
}

/** The active collectors of a session. */
export function listActiveCollectors(sql: Sql, tenantId: string, sessionId: string): Promise<CollectorRow[]> {
  return store.listActiveCollectors(sql, tenantId, sessionId)
}

/** Notes where a run stands; false when another one has taken its place. */
export function moveRun(sql: Sql, run: Parameters<typeof store.moveRun>[1]): Promise<boolean> {
  return store.moveRun(sql, run)
}

/** Ends a run. */
export function endRun(sql: Sql, run: Parameters<typeof store.endRun>[1]): Promise<void> {
  return store.endRun(sql, run)
}

/** Stops the collectors of sessions that are gone; their reviews stay. */
export async function stopCollectorsOf(
  ctx: Context,
  sql: Sql,
  sessions: readonly { tenantId: string; sessionId: string }[],
): Promise<void> {
  for (const session of sessions) {
    await store.stopCollectorsOf(sql, session, ctx.clock.now())
    await announceCollectors(ctx, sql, session.sessionId)
  }
}
