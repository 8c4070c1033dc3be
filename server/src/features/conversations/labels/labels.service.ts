import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks, sqlStateOf } from '../../../platform/database/sql-state.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { requireBelowLimit } from '../../account/plans/plans.service.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { addLabelToChat } from './chat-labels.store.ts'
import { indexOfColor } from './label-colors.service.ts'
import {
  chatLabelled,
  type LabelChangeInput,
  type LabelObject,
  labelCreated,
  labelDeleted,
  labelNameTaken,
  labelUpdated,
} from './labels.schema.ts'
import * as store from './labels.store.ts'
import type { LabelRow } from './labels.tables.ts'

export type { LabelRow } from './labels.tables.ts'

const uniqueViolation = '23505'

function toObject(row: store.LabelView): LabelObject {
  return {
    id: row.id,
    name: row.name,
    color: row.color,
    description: row.description,
    chat_count: row.chatCount,
    synced: row.isSynced,
    created_at: toTimestamp(new Date(row.createdAt)),
    updated_at: toTimestamp(new Date(row.updatedAt)),
    wa_label_id: row.waLabelId,
    synced_session_ids: row.sessionIds,
  }
}

/** Labels of the caller's tenant by name; with ids only those. */
export async function listLabels(
  ctx: Context,
  ids?: readonly string[],
  sql: Sql = ctx.db.sql,
): Promise<LabelObject[]> {
  return (await store.listLabelViews(sql, tenantOf(ctx), ids)).map(toObject)
}

/** One label of the caller's tenant, or 404. */
export async function getLabel(ctx: Context, id: string): Promise<LabelObject> {
  const [label] = await listLabels(ctx, [id])
  if (label === undefined) throw unknownThing('Label')
  return label
}

/** One label of a tenant, inside the caller's transaction. */
export function findLabel(
  _ctx: Context,
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<LabelRow | undefined> {
  return store.findLabelRow(sql, tenantId, id)
}

/** How many labels a tenant has: for the plan gate `max_labels`. */
export function countLabels(sql: Sql, tenantId: string): Promise<number> {
  return store.countLabelRows(sql, tenantId)
}

/**
 * Puts a label on a chat (both by our ids) inside the caller's transaction; it reaches WhatsApp by itself when the label
 * is synced. Says whether the chat has got it now; a label or chat that is gone changes nothing.
 */
export async function labelChat(
  ctx: Context,
  sql: Sql,
  wanted: { tenantId: string; chatId: string; labelId: string },
): Promise<boolean> {
  const sessionId = await addLabelToChat(sql, wanted, ctx.clock.now())
  if (sessionId === undefined) return false
  const { tenantId, chatId } = wanted
  await ctx.events.publish(sql, chatLabelled, { tenantId, sessionIds: [sessionId], chatIds: [chatId] })
  return true
}

/** Adds a label inside the caller's transaction; 403 when the plan has no room for it. */
export async function addLabel(
  ctx: Context,
  sql: Sql,
  input: { name: string; color: string; description?: string | null | undefined; changedAt?: Date },
): Promise<string> {
  const tenantId = tenantOf(ctx)
  await lockTenant(sql, tenantId)
  await requireBelowLimit(ctx, sql, 'max_labels', await countLabels(sql, tenantId))
  const { name, color, description = null } = input
  const [id, now] = [ctx.ids.uuid(), ctx.clock.now()]
  const colorIndex = indexOfColor(color)
  const changedAt = input.changedAt ?? now
  const times = { changedAt, createdAt: now, updatedAt: now }
  await store.insertLabel(sql, { id, tenantId, name, color, colorIndex, description, ...times })
  await ctx.events.publish(sql, labelCreated, { tenantId, labelId: id })
  return id
}

/** A new label; 409 for a name that is taken. */
export async function createLabel(
  ctx: Context,
  input: { name: string; color: string; description?: string | null | undefined },
): Promise<LabelObject> {
  const id = await refuseTakenName(() => ctx.db.transaction((sql) => addLabel(ctx, sql, input)))
  return getLabel(ctx, id)
}

async function refuseTakenName<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await retryDeadlocks(work)
  } catch (cause) {
    if (sqlStateOf(cause) !== uniqueViolation) throw cause
    throw labelNameTaken.create({ cause })
  }
}

/** Changes a label; where it is synced the change goes to WhatsApp by itself. */
export async function updateLabel(ctx: Context, id: string, input: LabelChangeInput): Promise<LabelObject> {
  const tenantId = tenantOf(ctx)
  await refuseTakenName(() =>
    ctx.db.transaction(async (sql) => {
      const row = await store.findLabelForUpdate(sql, tenantId, id)
      if (row === undefined) throw unknownThing('Label')
      const now = ctx.clock.now()
      const { name = row.name, color = row.color, description = row.description } = input
      const colorIndex = indexOfColor(color)
      const isChanged = name !== row.name || colorIndex !== row.colorIndex
      const changedAt = isChanged ? now : row.changedAt
      const next = { name, color, colorIndex, description, changedAt, updatedAt: now }
      await store.updateLabelRow(sql, tenantId, id, next)
      if (isChanged) await ctx.events.publish(sql, labelUpdated, { tenantId, labelId: id })
    }),
  )
  return getLabel(ctx, id)
}

/** Deletes a label here and, where it is synced, on WhatsApp. */
export async function removeLabel(ctx: Context, id: string): Promise<void> {
  await retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      if (!(await dropLabel(ctx, sql, id))) throw unknownThing('Label')
    }),
  )
}

/** Deletes a label inside the caller's transaction; false when there is none. */
export async function dropLabel(ctx: Context, sql: Sql, id: string): Promise<boolean> {
  const tenantId = tenantOf(ctx)
  if (!(await store.deleteLabelRow(sql, tenantId, id))) return false
  await ctx.events.publish(sql, labelDeleted, { tenantId, labelId: id })
  return true
}

/** One label that nobody else changes until the transaction ends. */
export function lockLabel(sql: Sql, tenantId: string, id: string): Promise<LabelRow | undefined> {
  return store.findLabelForUpdate(sql, tenantId, id)
}

/** The label of a tenant with a name. */
export function findLabelNamed(sql: Sql, tenantId: string, name: string): Promise<LabelRow | undefined> {
  return store.findLabelByName(sql, tenantId, name)
}

/** Takes over what WhatsApp says about a label, inside the caller's transaction. */
export async function adoptLabel(
  ctx: Context,
  sql: Sql,
  row: LabelRow,
  changes: { name: string; color: string; colorIndex: number; changedAt: Date },
): Promise<void> {
  const next = { ...changes, updatedAt: ctx.clock.now() }
  await store.updateLabelRow(sql, row.tenantId, row.id, next)
  await ctx.events.publish(sql, labelUpdated, { tenantId: row.tenantId, labelId: row.id })
}
