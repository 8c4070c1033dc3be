import type { Context } from '../../../context.ts'
import { parsePhone } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type AppError, planLimitReached } from '../../../platform/errors.ts'
import type { FileDigest } from '../../../platform/files/blob-crypto.ts'
import { dayOf, monthOf } from '../../account/usage/usage.schema.ts'
import {
  releaseMessages,
  releaseUnsent,
  reserveMessages,
  reservePosts,
} from '../../account/usage/usage.service.ts'
import { type ChatRef, resolveChats } from '../../conversations/chats/chats.service.ts'
import { mergeContactsWith } from '../../conversations/inbound/merge-contacts.service.ts'
import { linkFiles } from '../../conversations/media/blobs.service.ts'
import { holdMessages, removeRefused } from '../../conversations/messages/outgoing.service.ts'
import { findDuplicates, refuseDuplicate } from '../../safety/antispam/antispam.service.ts'
import { budgetRefusal, chargeBudget } from '../limits/cold-contacts.service.ts'
import { type Draft, isOwnChat } from './draft.ts'
import { messageHeld } from './outbox.schema.ts'
import { insertOutgoing, putOff } from './outbox.store.ts'
import { type DraftRow, type StoredMessage, storedOf } from './stored-message.ts'

/** A draft with the row it becomes. */
export interface NewMessage {
  draft: Draft
  row: DraftRow
  /** Its file, when that was just kept. */
  file?: FileDigest | undefined
}

/** What became of it: stored, known under its idempotency key, or refused. */
export type StoreResult =
  | { kind: 'stored'; message: StoredMessage }
  | { kind: 'duplicate' }
  | { kind: 'refused'; error: AppError }

/** Chats for messages to people nobody has spoken to; made in the transaction that stores the message. */
async function chatsOf(ctx: Context, sql: Sql, items: readonly NewMessage[]): Promise<ChatRef[]> {
  const chats = new Map<NewMessage, ChatRef>()
  const missing = items.filter(({ draft }) => draft.chat === undefined)
  for (const [sessionId, own] of Map.groupBy(missing, ({ draft }) => draft.outgoing.sessionId)) {
    const addresses = own.map(({ draft }) => {
      const { chatId } = draft.outgoing
      const phone = draft.kind === 'person' ? (parsePhone(chatId) ?? null) : null
      return { chatId, person: phone === null ? null : { phone, lid: null, pushName: null } }
    })
    const tenantId = own[0]?.draft.tenantId ?? ''
    const resolved = await resolveChats(ctx, sql, tenantId, sessionId, addresses, mergeContactsWith(ctx))
    own.forEach((item, index) => {
      const found = resolved[index]
      if (found !== undefined) chats.set(item, found.chat)
    })
  }
  return items.map((item) => {
    const chat = item.draft.chat ?? chats.get(item)
    if (chat === undefined) throw new Error('a chat vanished while it was looked up')
    return chat
  })
}

/** Step 5: what went to the same chat a short while ago does not go again. */
async function refuseDuplicates(
  ctx: Context,
  sql: Sql,
  items: readonly NewMessage[],
  chats: readonly ChatRef[],
  results: (StoreResult | undefined)[],
): Promise<void> {
  const candidates = items.flatMap(({ draft, row }, index) => {
    const chat = chats[index]
    if (results[index]?.kind !== 'stored' || chat === undefined || isOwnChat(draft)) return []
    const { tenantId, outgoing, settings } = draft
    if (draft.kind === 'channel') return []
    return [
      {
        tenantId,
        messageId: row.id,
        chatId: chat.id,
        content: outgoing.content,
        settings: settings.antispam,
      },
    ]
  })
  const duplicates = await findDuplicates(ctx, sql, candidates)
  if (duplicates.size === 0) return
  for (const [index, { draft, row }] of items.entries()) {
    if (!duplicates.has(row.id)) continue
    results[index] = { kind: 'refused', error: refuseDuplicate(ctx, draft.tenantId) }
  }
}

async function chargeBudgets(
  ctx: Context,
  sql: Sql,
  items: readonly NewMessage[],
  chats: readonly ChatRef[],
  results: (StoreResult | undefined)[],
): Promise<void> {
  const now = ctx.clock.now()
  for (const [index, { draft }] of items.entries()) {
    const chat = chats[index]
    if (results[index]?.kind !== 'stored' || chat === undefined || draft.coldBudget === null) continue
    // A held message starts no conversation yet; its approval is charged.
    if (draft.isHeld) continue
    const { tenantId, coldBudget: budget } = draft
    const charge = { tenantId, sessionId: chat.sessionId, chatId: chat.id, day: dayOf(now.getTime()), budget }
    if (!(await chargeBudget(sql, charge)))
      results[index] = { kind: 'refused', error: budgetRefusal(budget, now) }
  }
}

/** Posts to channels count apart from messages. */
const isPost = ({ kind }: Draft): boolean => kind === 'channel'

/** Without a limit there is nothing to refuse: the message is counted with the statement that stores it. */
const isCountedOnly = (draft: Draft): boolean =>
  draft.quota === null && draft.outgoing.isQuotaReserved !== true && !isPost(draft)

/** Whether it takes its place in the month by a statement of its own. */
const takesQuota = (draft: Draft): boolean =>
  isPost(draft) || (draft.quota !== null && draft.outgoing.isQuotaReserved !== true)

function quotaRefusal({ quota, kind }: Draft): AppError {
  const [what, name] =
    kind === 'channel' ? ['posts', 'max_channel_posts_per_month'] : ['messages', 'max_messages_per_month']
  const message = `The plan allows ${quota} ${what} per month (${name}), all of them are used`
  return planLimitReached.create({ message })
}

/** Reserves the month's quota for what was stored; whoever came last gets no room. */
async function reserveQuotas(
  ctx: Context,
  sql: Sql,
  items: readonly NewMessage[],
  results: (StoreResult | undefined)[],
) {
  const wanting = items
    .map((item, index) => ({ draft: item.draft, index }))
    .filter(({ draft, index }) => results[index]?.kind === 'stored' && takesQuota(draft))
  const month = monthOf(ctx.clock.nowMs())
  const keyOf = (draft: Draft) => `${draft.tenantId} ${isPost(draft)}`
  const byTenant = [...Map.groupBy(wanting, ({ draft }) => keyOf(draft))].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [, own] of byTenant) {
    const [first] = own
    if (first === undefined) continue
    const reserve = isPost(first.draft) ? reservePosts : reserveMessages
    const admitted = await reserve(sql, first.draft.tenantId, month, own.length, first.draft.quota)
    for (const { index, draft } of own.slice(admitted)) {
      results[index] = { kind: 'refused', error: quotaRefusal(draft) }
    }
  }
}

/** What senders write together with their message; they may refuse it, and it gives back what it took. */
async function writeAlongside(
  ctx: Context,
  sql: Sql,
  items: readonly NewMessage[],
  results: (StoreResult | undefined)[],
): Promise<void> {
  for (const [index, { draft, row }] of items.entries()) {
    const { alongside } = draft.outgoing
    if (alongside === undefined || results[index]?.kind !== 'stored') continue
    const error = await alongside(sql, { id: row.id, waMessageId: row.wa_message_id })
    if (error === undefined) continue
    results[index] = { kind: 'refused', error }
    if (!takesQuota(draft)) continue
    const { tenantId, kind } = draft
    await releaseUnsent(sql, { tenantId, createdAtMs: ctx.clock.nowMs(), chatKind: kind, metadata: null })
  }
}

/** Marks what a rule put off and what waits for a person's word, and publishes the latter. */
async function setAside(
  ctx: Context,
  sql: Sql,
  items: readonly NewMessage[],
  results: readonly (StoreResult | undefined)[],
): Promise<void> {
  const stored = items.filter((_, index) => results[index]?.kind === 'stored')
  for (const { draft, row } of stored) {
    if (draft.notBefore !== null) await putOff(sql, draft.tenantId, row.id, draft.notBefore)
  }
  const held = stored.filter(({ draft }) => draft.isHeld)
  if (held.length === 0) return
  await holdMessages(
    sql,
    held.map(({ row }) => row),
  )
  const events = held.map(({ draft, row }) => ({
    tenantId: draft.tenantId,
    sessionId: row.session_id,
    messageId: row.id,
    chatId: draft.outgoing.chatId,
    origin: draft.outgoing.origin,
    contentPreview: row.content_preview,
  }))
  await ctx.events.publishMany(sql, messageHeld, events)
}

/** Ties the files of what was stored to it, so that they stay until it has left. */
async function linkContents(
  sql: Sql,
  items: readonly NewMessage[],
  inserted: ReadonlySet<string>,
): Promise<void> {
  const links = items.flatMap(({ row, file, draft: { tenantId, outgoing } }) =>
    'file' in outgoing.content && inserted.has(row.id)
      ? [{ tenantId, id: outgoing.content.file.blob, messageId: row.id, ...file }]
      : [],
  )
  for (const [tenantId, own] of Map.groupBy(links, (link) => link.tenantId))
    await linkFiles(sql, tenantId, own)
}

/**
 * Stores messages before they are handed over: record, what has to leave, quota and budget in one transaction. From
 * here on a crash leads to the message being sent under the same id.
 */
export async function storeMessages(
  ctx: Context,
  sql: Sql,
  items: readonly NewMessage[],
): Promise<StoreResult[]> {
  const chats = await chatsOf(ctx, sql, items)
  const month = monthOf(ctx.clock.nowMs())
  const rows = items.map(({ row, draft }, index) => {
    const counted_month = isCountedOnly(draft) ? `${month}-01` : null
    return { ...row, chat_id: (chats[index] as ChatRef).id, counted_month }
  })
  const inserted = await insertOutgoing(sql, rows)
  await linkContents(sql, items, inserted)
  const results: (StoreResult | undefined)[] = items.map(({ draft, row }, index) =>
    inserted.has(row.id)
      ? { kind: 'stored', message: storedOf(draft, row, chats[index] as ChatRef) }
      : { kind: 'duplicate' },
  )
  await refuseDuplicates(ctx, sql, items, chats, results)
  await chargeBudgets(ctx, sql, items, chats, results)
  await reserveQuotas(ctx, sql, items, results)
  await writeAlongside(ctx, sql, items, results)
  const refused = items.filter((_, index) => results[index]?.kind === 'refused').map(({ row }) => row)
  if (refused.length > 0) await removeRefused(sql, refused)
  for (const [index, { draft }] of items.entries()) {
    if (results[index]?.kind !== 'refused' || !isCountedOnly(draft)) continue
    await releaseMessages(sql, draft.tenantId, month, 1)
  }
  await setAside(ctx, sql, items, results)
  return results as StoreResult[]
}
