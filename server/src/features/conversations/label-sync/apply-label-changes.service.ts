import type { Context } from '../../../context.ts'
import type { LabelChange } from '../../../engine/events.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { findChat } from '../chats/chats.service.ts'
import { colorOfIndex } from '../labels/label-colors.service.ts'
import { chatLabelledOnPhone } from '../labels/labels.schema.ts'
import { adoptLabel, dropLabel, findLabelNamed, type LabelRow, lockLabel } from '../labels/labels.service.ts'
import { applyChatMark, clearLabelInSession, listLinks, releaseLink } from './label-sync.store.ts'
import { requestPushes } from './push-labels.service.ts'
import { storeLabelChange } from './wa-labels.service.ts'

type LabelUpdate = Extract<LabelChange, { kind: 'label' }>
type ChatLabelUpdate = Extract<LabelChange, { kind: 'chat' }>

/** Longest name a label has here; WhatsApp's own limit is not known. */
const longestName = 100

/** The name that a label of WhatsApp has here; empty when it has none. */
export function nameHere(name: string): string {
  return firstCharacters(name.trim(), longestName).trim()
}

/**
 * Keeps what was done to labels on a phone, and does it here where the label is synced. Of two changes the newer one
 * counts; where ours is the newer one it is brought to the phone.
 */
export async function applyLabelChanges(ctx: Context, changes: readonly LabelChange[]): Promise<void> {
  await retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      for (const change of changes) await applyOne(ctx, sql, change)
    }),
  )
}

async function applyOne(ctx: Context, sql: Sql, change: LabelChange): Promise<void> {
  const { tenantId, sessionId, waLabelId } = change
  await storeLabelChange(sql, change)
  const [link] = await listLinks(sql, tenantId, sessionId, waLabelId)
  if (link === undefined) return
  let isSame = false
  if (link.labelId !== null) {
    if (change.kind === 'chat') isSame = await applyChat(ctx, sql, change, link.labelId)
    else isSame = await applyLabel(ctx, sql, change, link.labelId)
  }
  if (!isSame) await requestPushes(ctx, sql, tenantId, [sessionId])
}

/** Answers whether label and account say the same now. */
async function applyLabel(ctx: Context, sql: Sql, update: LabelUpdate, labelId: string): Promise<boolean> {
  const label = await lockLabel(sql, update.tenantId, labelId)
  if (label === undefined) return false
  const name = nameHere(update.name)
  const isSame = !update.isDeleted && name === label.name && update.colorIndex === label.colorIndex
  if (isSame || update.at.getTime() <= label.changedAt.getTime()) return isSame
  if (update.isDeleted) return applyDeletion(ctx, sql, update, label)
  const isNameFree =
    name === label.name || (name !== '' && (await findLabelNamed(sql, update.tenantId, name)) === undefined)
  await adoptLabel(ctx, sql, label, {
    name: isNameFree ? name : label.name,
    // The exact colour chosen here stays as long as it is the same one on WhatsApp.
    color: update.colorIndex === label.colorIndex ? label.color : colorOfIndex(update.colorIndex),
    colorIndex: update.colorIndex,
    changedAt: update.at,
  })
  return isNameFree && name === update.name
}

/** Deleted on a phone: it is gone from that session, and altogether when no other session has it. */
async function applyDeletion(ctx: Context, sql: Sql, update: LabelUpdate, label: LabelRow): Promise<boolean> {
  const link = { tenantId: update.tenantId, sessionId: update.sessionId, labelId: label.id }
  const holders = await releaseLink(sql, link)
  if (holders === 0) await dropLabel(ctx, sql, label.id)
  else await clearLabelInSession(sql, link)
  return false
}

async function applyChat(ctx: Context, sql: Sql, update: ChatLabelUpdate, labelId: string): Promise<boolean> {
  const { tenantId, sessionId, chatId, isLabelled, at } = update
  const chat = await findChat(ctx, tenantId, sessionId, chatId, sql)
  // Nothing was ever said there: what is kept of the account is taken over with the chat's first message.
  if (chat === undefined) return true
  const mark = { tenantId, labelId, chatId: chat.id, isSet: isLabelled, at }
  const isSet = await applyChatMark(sql, mark)
  await ctx.events.publish(sql, chatLabelledOnPhone, {
    tenantId,
    sessionIds: [sessionId],
    chatIds: [chat.id],
  })
  return isSet === isLabelled
}
