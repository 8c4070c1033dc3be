import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { chatKind, parseChatId, parsePhone } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { notFound, unknownThing } from '../../../platform/errors.ts'
import { uuidField } from '../../../wire.ts'
import {
  findChatsById,
  findChatsByWaId,
  holdLabels,
  type LabelledChat,
  listChatsOfLabel,
  listLabelIdsOfChats,
  lockChats,
  replaceLabelsOfChats,
} from './chat-labels.store.ts'
import { chatLabelled, type LabelObject, type labelledChatsAnswer } from './labels.schema.ts'
import { getLabel, listLabels } from './labels.service.ts'

/** The chats that a caller's id means: one by our id, those of all sessions by WhatsApp's. 404 for none. */
async function requireChats(ctx: Context, sql: Sql, text: string): Promise<LabelledChat[]> {
  const tenantId = tenantOf(ctx)
  const id = uuidField.safeParse(text)
  const waChatId = parseChatId(text)
  let chats: LabelledChat[] = []
  if (id.success) chats = await findChatsById(sql, tenantId, id.data)
  else if (waChatId !== undefined) {
    const digits = chatKind(waChatId) === 'person' ? (parsePhone(waChatId) ?? null) : null
    chats = await findChatsByWaId(sql, tenantId, waChatId, digits)
  }
  if (chats.length === 0) throw unknownThing('Chat')
  return chats
}

const idsOf = (chats: readonly LabelledChat[]) => chats.map(({ id }) => id)

/** Labels of a chat; of several chats under one WhatsApp id all that any of them has. */
export async function getChatLabels(ctx: Context, chatId: string): Promise<LabelObject[]> {
  const chats = await requireChats(ctx, ctx.db.sql, chatId)
  const ids = await listLabelIdsOfChats(ctx.db.sql, tenantOf(ctx), idsOf(chats))
  return listLabels(ctx, ids)
}

/** Gives a chat, or all chats under one WhatsApp id, exactly these labels. */
export async function setChatLabels(
  ctx: Context,
  chatId: string,
  labelIds: readonly string[],
): Promise<LabelObject[]> {
  const tenantId = tenantOf(ctx)
  const wanted = [...new Set(labelIds)]
  await retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      const chats = await requireChats(ctx, sql, chatId)
      await lockChats(sql, tenantId, idsOf(chats))
      const known = await holdLabels(sql, tenantId, wanted)
      if (known.length < wanted.length) throw notFound.create({ message: 'label_ids: no such label' })
      await replaceLabelsOfChats(sql, tenantId, idsOf(chats), wanted, ctx.clock.now())
      const sessionIds = [...new Set(chats.map(({ sessionId }) => sessionId))].sort()
      await ctx.events.publish(sql, chatLabelled, { tenantId, sessionIds, chatIds: idsOf(chats) })
    }),
  )
  return listLabels(ctx, wanted)
}

/** One page of the chats that have a label, the most recent first. */
export async function getChatsOfLabel(
  ctx: Context,
  id: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<z.infer<typeof labelledChatsAnswer>> {
  const label = await getLabel(ctx, id)
  const rows = await listChatsOfLabel(ctx.db.sql, tenantOf(ctx), id, limit, offset)
  const chats = rows.map(({ id: chat, waChatId, name, isGroup, sessionId }) => ({
    id: chat,
    wa_chat_id: waChatId,
    name,
    is_group: isGroup,
    session_id: sessionId,
  }))
  return { chats, total: label.chat_count, limit, offset }
}
