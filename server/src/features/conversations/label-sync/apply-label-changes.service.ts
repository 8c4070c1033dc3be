import type { Context } from '../../../context.ts'
import type { LabelChange } from '../../../engine/events.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { findChat } from '../chats/chats.service.ts'
import { colorOfIndex } from '../labels/label-colors.service.ts'
import { adoptLabel, dropLabel, findLabelNamed, type LabelRow, lockLabel } from '../labels/labels.service.ts'
import { applyChatMark, clearLabelInSession, listLinks, releaseLink } from './label-sync.store.ts'
import { requestPushes } from './push-labels.service.ts'
import { keepLabelChange } from './wa-labels.service.ts'

type LabelNews = Extract<LabelChange, { kind: 'label' }>
type ChatNews = Extract<LabelChange, { kind: 'chat' }>

/** Longest name a label has here; WhatsApp's own limit is not known. */
const longestName = 100

/** The name that a label of WhatsApp has here; empty when it has none. */
export function nameHere(name: string): string {
  return [...name.trim()].slice(0, longestName).join('').trim()
}

/**
 * Keeps what was done to labels on a phone, and does it here where the label is synced. Of two changes the newer one
 * counts; where ours is the newer one it is brought to the phone.
 */
export async function applyLabelNews(ctx: Context, changes: readonly LabelChange[]): Promise<void> {
  await retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      for (const change of changes) await applyOne(ctx, sql, change)
    }),
  )
}

async function applyOne(ctx: Context, sql: Sql, change: LabelChange): Promise<void> {
  const { tenantId, sessionId, waLabelId } = change
  await keepLabelChange(sql, change)
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
async function applyLabel(ctx: Context, sql: Sql, news: LabelNews, labelId: string): Promise<boolean> {
  const label = await lockLabel(sql, news.tenantId, labelId)
  if (label === undefined) return false
  const name = nameHere(news.name)
  const isSame = !news.isDeleted && name === label.name && news.colorIndex === label.colorIndex
  if (isSame || news.at.getTime() <= label.changedAt.getTime()) return isSame
  if (news.isDeleted) return applyDeletion(ctx, sql, news, label)
  const isNameFree =
    name === label.name || (name !== '' && (await findLabelNamed(sql, news.tenantId, name)) === undefined)
  await adoptLabel(ctx, sql, label, {
    name: isNameFree ? name : label.name,
    // The exact colour chosen here stays as long as it is the same one on WhatsApp.
    color: news.colorIndex === label.colorIndex ? label.color : colorOfIndex(news.colorIndex),
    colorIndex: news.colorIndex,
    changedAt: news.at,
  })
  return isNameFree && name === news.name
}

/** Deleted on a phone: it is gone from that session, and altogether when no other session has it. */
async function applyDeletion(ctx: Context, sql: Sql, news: LabelNews, label: LabelRow): Promise<boolean> {
  const place = { tenantId: news.tenantId, sessionId: news.sessionId, labelId: label.id }
  const holders = await releaseLink(sql, place)
  if (holders === 0) await dropLabel(ctx, sql, label.id)
  else await clearLabelInSession(sql, place)
  return false
}

async function applyChat(ctx: Context, sql: Sql, news: ChatNews, labelId: string): Promise<boolean> {
  const { tenantId, sessionId, chatId, isLabelled, at } = news
  const chat = await findChat(ctx, tenantId, sessionId, chatId, sql)
  // Nothing was ever said there: what is kept of the account is taken over with the chat's first message.
  if (chat === undefined) return true
  const mark = { tenantId, labelId, chatId: chat.id, isSet: isLabelled, at }
  return (await applyChatMark(sql, mark)) === isLabelled
}
