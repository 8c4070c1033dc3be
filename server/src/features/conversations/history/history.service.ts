import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { HistoryProgress } from '../../../engine/events.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { toTimestamp } from '../../../wire.ts'
import type { SessionTransition } from '../../sessions/lifecycle/sessions.schema.ts'
import { getSession, getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { getChat } from '../messages/messages.service.ts'
import {
  type historyAnswer,
  historyProgressed,
  noKnownMessage,
  type requestHistoryAnswer,
} from './history.schema.ts'
import { addPiece, deleteSyncs, findOldestMessage, listSyncs } from './history.store.ts'
import type { HistorySyncRow } from './history.tables.ts'

/** Stores how far the history of a session has come and publishes it. */
export function applyHistory(ctx: Context, progress: HistoryProgress): Promise<void> {
  return ctx.db.transaction(async (sql) => {
    const row = await addPiece(sql, progress, ctx.clock.now())
    if (row === undefined) return
    const { tenantId, sessionId, kind, percent, isComplete, messages, chats, contacts } = row
    const payload = { tenantId, sessionId, kind, percent, isComplete, messages, chats, contacts }
    await ctx.events.publish(sql, historyProgressed, payload)
  })
}

/** A session that waits for a code is linked anew, and its history comes from the beginning. */
export async function dropFinished(
  _ctx: Context,
  sql: Sql,
  transitions: readonly SessionTransition[],
): Promise<void> {
  for (const { tenantId, sessionId, status } of transitions)
    if (status === 'qr_code') await deleteSyncs(sql, tenantId, sessionId)
}

/** After this long without a piece nothing more is expected: the phone may be off, or has nothing older. */
const quietMs = 10 * 60_000

/** The first kind is complete in itself and others follow it; each counts to 100 on its own. */
function statusOf(rows: readonly HistorySyncRow[], nowMs: number): 'none' | 'syncing' | 'complete' {
  if (rows.length === 0) return 'none'
  const isQuiet = rows.every((row) => nowMs - row.updatedAt.getTime() > quietMs)
  const isFollowed = rows.some((row) => row.kind !== 'initial')
  return isQuiet || (isFollowed && rows.every((row) => row.isComplete)) ? 'complete' : 'syncing'
}

/** How far the history of a session has come; 404 for an unknown one. */
export async function getHistory(ctx: Context, sessionId: string): Promise<z.infer<typeof historyAnswer>> {
  await getSession(ctx, sessionId)
  const rows = await listSyncs(ctx.db.sql, tenantOf(ctx), sessionId)
  const sum = (field: 'messages' | 'chats' | 'contacts') => rows.reduce((total, row) => total + row[field], 0)
  const status = statusOf(rows, ctx.clock.nowMs())
  const current = rows.findLast((row) => !row.isComplete)
  return {
    session_id: sessionId,
    status,
    percent: status === 'complete' ? 100 : (current?.percent ?? null),
    messages: sum('messages'),
    chats: sum('chats'),
    contacts: sum('contacts'),
    parts: rows.map((row) => ({
      kind: row.kind,
      percent: row.percent,
      is_complete: row.isComplete,
      messages: row.messages,
      chats: row.chats,
      contacts: row.contacts,
      started_at: toTimestamp(row.startedAt),
      updated_at: toTimestamp(row.updatedAt),
    })),
  }
}

/** Asks the phone for messages of a chat before the oldest one known; they arrive like any other history. */
export async function requestHistory(
  ctx: Context,
  sessionId: string,
  input: { chat_id: string; count: number },
): Promise<z.infer<typeof requestHistoryAnswer>> {
  const session = await getSession(ctx, sessionId)
  const chat = await getChat(ctx, sessionId, input.chat_id)
  await getWorkingSession(ctx, sessionId)
  const oldest = await findOldestMessage(ctx.db.sql, session.tenantId, chat.id)
  if (oldest === undefined) throw noKnownMessage.create()
  const digits = oldest.senderPhone ?? oldest.senderLid
  const isFromOther = chat.kind === 'group' && oldest.direction === 'inbound' && digits !== null
  const before = {
    waMessageId: oldest.waMessageId,
    isFromMe: oldest.direction === 'outbound',
    sender: isFromOther ? `${digits}@c.us` : null,
    at: new Date(oldest.at),
  }
  await ctx.engine.requestHistory(sessionId, chat.waChatId, before, input.count)
  return { status: 'requested', wa_chat_id: chat.waChatId, count: input.count }
}
