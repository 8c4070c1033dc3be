import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import {
  getSession,
  getWorkingSession,
  listTenantSessions,
} from '../../sessions/lifecycle/sessions.service.ts'
import { colorOfIndex } from '../labels/label-colors.service.ts'
import type { LabelObject } from '../labels/labels.schema.ts'
import {
  addLabel,
  adoptLabel,
  findLabelNamed,
  getLabel,
  type LabelRow,
  listLabels,
  lockLabel,
} from '../labels/labels.service.ts'
import { nameHere } from './apply-label-changes.service.ts'
import {
  type businessCheckAnswer,
  type importAnswer,
  sessionNotBusiness,
  sessionProblem,
} from './label-sync.schema.ts'
import { importChatMarks, insertLink, listLinks, nextWaLabelId } from './label-sync.store.ts'
import { pushLabels, requestPushes } from './push-labels.service.ts'
import { listAccountLabels } from './wa-labels.service.ts'
import type { WaLabelRow } from './wa-labels.tables.ts'

/** The session to sync with: the one named, or the only one that could be meant. */
async function requireBusinessSession(ctx: Context, sessionId: string | undefined): Promise<string> {
  if (sessionId !== undefined) {
    const session = await getWorkingSession(ctx, sessionId)
    if (!session.isBusiness) throw sessionNotBusiness.create()
    return session.id
  }
  const sessions = await listTenantSessions(ctx)
  const able = sessions.filter(({ status, isBusiness }) => status === 'working' && isBusiness)
  const [only] = able
  if (only !== undefined && able.length === 1) return only.id
  throw sessionProblem(
    only === undefined
      ? 'needed, since no session with WhatsApp Business is working'
      : `needed, since ${able.length} sessions with WhatsApp Business are working`,
  )
}

/**
 * Puts a label and its chats on the WhatsApp of a session. A label there with the same name becomes this one. Should
 * WhatsApp not answer now, a job goes on with it.
 */
export async function syncLabel(ctx: Context, id: string, named: string | undefined): Promise<LabelObject> {
  await getLabel(ctx, id)
  const tenantId = tenantOf(ctx)
  const sessionId = await requireBusinessSession(ctx, named)
  await retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      const label = await lockLabel(sql, tenantId, id)
      if (label === undefined) throw unknownThing('Label')
      // Also keeps anybody else from choosing an id for a label of this account.
      await requestPushes(ctx, sql, tenantId, [sessionId])
      await linkLabel(ctx, sql, sessionId, label)
    }),
  )
  await pushLabels(ctx, tenantId, sessionId)
  return getLabel(ctx, id)
}

async function linkLabel(ctx: Context, sql: Sql, sessionId: string, label: LabelRow): Promise<void> {
  const { tenantId, id: labelId } = label
  const links = await listLinks(sql, tenantId, sessionId)
  if (links.some((link) => link.labelId === labelId)) return
  const taken = new Set(links.map(({ waLabelId }) => waLabelId))
  const account = await listAccountLabels(ctx, sessionId, sql)
  const twin = account.labels.find((row) => nameHere(row.name) === label.name && !taken.has(row.waLabelId))
  const waLabelId = twin?.waLabelId ?? (await nextWaLabelId(sql, tenantId, sessionId))
  const link = { tenantId, sessionId, waLabelId, labelId }
  await insertLink(sql, link, ctx.clock.now())
  await importChatMarks(sql, link)
}

type Imported = 'imported' | 'updated' | 'skipped'

/** Brings the labels of an account here, with their chats: all of them or, when the plan has no room, none. */
export async function importLabels(
  ctx: Context,
  named: string | undefined,
): Promise<z.infer<typeof importAnswer>> {
  const tenantId = tenantOf(ctx)
  const sessionId = await requireBusinessSession(ctx, named)
  const counts = await retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      await lockTenant(sql, tenantId)
      const counts: Record<Imported, number> = { imported: 0, updated: 0, skipped: 0 }
      const { labels } = await listAccountLabels(ctx, sessionId, sql)
      for (const row of labels) counts[await importOne(ctx, sql, row)] += 1
      // Chats that have these labels here and not there.
      await requestPushes(ctx, sql, tenantId, [sessionId])
      return counts
    }),
  )
  const links = await listLinks(ctx.db.sql, tenantId, sessionId)
  const labels = await listLabels(
    ctx,
    links.flatMap(({ labelId }) => labelId ?? []),
  )
  return { ...counts, labels }
}

async function importOne(ctx: Context, sql: Sql, row: WaLabelRow): Promise<Imported> {
  const { tenantId, sessionId, waLabelId, colorIndex, changedAt } = row
  const name = nameHere(row.name)
  const [known] = await listLinks(sql, tenantId, sessionId, waLabelId)
  // Deleted here, which its phone will learn; or without a name to know it by.
  if (known?.labelId === null || name === '') return 'skipped'
  if (known !== undefined) return refreshLabel(ctx, sql, row, known.labelId)
  const color = colorOfIndex(colorIndex)
  const twin = await findLabelNamed(sql, tenantId, name)
  const now = ctx.clock.now()
  if (twin === undefined) {
    const labelId = await addLabel(ctx, sql, { name, color, changedAt })
    await insertLink(sql, { tenantId, sessionId, waLabelId, labelId }, now)
    await importChatMarks(sql, { tenantId, sessionId, waLabelId, labelId })
    return 'imported'
  }
  const link = { tenantId, sessionId, waLabelId, labelId: twin.id }
  if (!(await insertLink(sql, link, now))) return 'skipped'
  if (twin.colorIndex !== colorIndex)
    await adoptLabel(ctx, sql, twin, { name, color, colorIndex, changedAt: now })
  await importChatMarks(sql, link)
  return 'updated'
}

/** A label that is synced already: its changes are applied as they come, so there is rarely anything to do. */
async function refreshLabel(ctx: Context, sql: Sql, row: WaLabelRow, labelId: string): Promise<Imported> {
  const { tenantId, sessionId, waLabelId, colorIndex, changedAt } = row
  const label = await lockLabel(sql, tenantId, labelId)
  if (label === undefined) return 'skipped'
  const isNew = colorIndex !== label.colorIndex && changedAt.getTime() > label.changedAt.getTime()
  const color = colorOfIndex(colorIndex)
  if (isNew) await adoptLabel(ctx, sql, label, { name: label.name, color, colorIndex, changedAt })
  const chats = await importChatMarks(sql, { tenantId, sessionId, waLabelId, labelId })
  return isNew || chats > 0 ? 'updated' : 'skipped'
}

/** Which sessions have WhatsApp Business; with an id only that one, or 404. */
export async function checkBusiness(
  ctx: Context,
  sessionId: string | undefined,
): Promise<z.infer<typeof businessCheckAnswer>> {
  const rows = sessionId === undefined ? await listTenantSessions(ctx) : [await getSession(ctx, sessionId)]
  const sessions = rows.map(({ id, name, isBusiness }) => ({
    session_id: id,
    name,
    is_business: isBusiness,
  }))
  return { is_business: sessions.some((session) => session.is_business), sessions }
}
