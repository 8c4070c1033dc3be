import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { requireOpenHistory } from '../../account/settings/chat-history.service.ts'
import type { MessageChanged } from '../../conversations/messages/message-events.schema.ts'
import { previewOf, storableText } from '../../conversations/messages/message-text.service.ts'
import { getMessage } from '../../conversations/messages/messages.service.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import { getInboxChat } from '../inbox/inbox.service.ts'
import type { SearchInput, searchAnswer } from './message-search.schema.ts'
import * as store from './message-search.store.ts'
import { queryOf, wordsOf } from './words.ts'

const step = 500
/** A search reads what came since the last minute itself, but not a whole history. */
const mostInSearch = 2000
const first = '00000000-0000-7000-8000-000000000000'
/** Transactions may commit later than others whose ids are younger. */
const overlapMs = 2 * 60_000

/** An id that is older than all that were made at that time: their first 48 bits are milliseconds. */
function idBefore(id: string, ms: number): string {
  const at = Math.max(0, Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) - ms)
  const digits = at.toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`
}

/** Reads the words of the next messages; answers whether all are read now. */
export async function readWords(
  ctx: Context,
  { most = Number.POSITIVE_INFINITY, signal }: { most?: number; signal?: AbortSignal } = {},
): Promise<boolean> {
  const { sql } = ctx.db
  const readUntil = await store.findReadUntil(sql)
  let after = readUntil === undefined ? first : idBefore(readUntil, overlapMs)
  for (let read = 0; read < most && signal?.aborted !== true; read += step) {
    const texts = await store.listUnreadTexts(sql, after, step)
    const words = texts.map(({ id, tenantId, preview }) => ({ id, words: wordsOf(tenantId, preview) }))
    await store.saveWords(sql, words)
    const last = texts.at(-1)
    if (last === undefined) return true
    await store.saveReadUntil(sql, last.id)
    if (texts.length < step) return true
    after = last.id
  }
  return false
}

/** Forgets what is kept no longer; answers whether everything was looked at. */
export async function forgetWords(ctx: Context, signal?: AbortSignal): Promise<boolean> {
  let after: string | undefined = first
  while (signal?.aborted !== true) {
    after = await store.forgetNext(ctx.db.sql, after, step * 10)
    if (after === undefined) return true
  }
  return false
}

/** A message with another text is found by that, within the transaction that changes it. */
export async function followEdits(sql: Sql, messages: readonly MessageChanged[]): Promise<void> {
  const words = messages.map(({ tenantId, messageId, text }) => ({
    id: messageId,
    words: wordsOf(tenantId, previewOf(storableText(text))),
  }))
  await store.saveWords(sql, words)
}

/** A message that was taken back is found no longer. */
export async function followDeletions(sql: Sql, messages: readonly MessageChanged[]): Promise<void> {
  for (const [tenantId, own] of Map.groupBy(messages, (message) => message.tenantId))
    await store.deleteWords(
      sql,
      tenantId,
      own.map(({ messageId }) => messageId),
    )
}

/** Messages of the caller's tenant with the words that somebody typed, newest first. */
export async function searchMessages(
  ctx: Context,
  input: SearchInput,
): Promise<z.output<typeof searchAnswer>> {
  await requireOpenHistory(ctx)
  const { q, session_id: sessionId, chat_id: chatId, limit, offset } = input
  if (sessionId !== undefined) await getSession(ctx, sessionId)
  if (chatId !== undefined) await getInboxChat(ctx, chatId)
  const isComplete = await readWords(ctx, { most: mostInSearch })
  const tenantId = tenantOf(ctx)
  const query = queryOf(tenantId, q)
  if (query === undefined) return { messages: [], total: 0, limit, offset, is_complete: isComplete }
  const page = { limit, offset }
  const { rows, total } = await store.searchWords(ctx.db.sql, { tenantId, query, sessionId, chatId }, page)
  const messages = await Promise.all(
    rows.map(async ({ id, chatName, isGroup }) => ({
      ...(await getMessage(ctx, id)),
      chat_name: chatName,
      is_group: isGroup,
    })),
  )
  return { messages, total, limit, offset, is_complete: isComplete }
}
