import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { ChatId } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { seal, unseal } from '../../../platform/secrets.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import type { MessageObject } from '../../conversations/messages/messages.schema.ts'
import { submit } from '../../sending/outbox/submit.service.ts'
import type { ApprovalReason } from '../replies/replies.schema.ts'
import { draftDecided, type draftSchema, type draftsQuery, replyDrafted } from './reply-drafts.schema.ts'
import * as store from './reply-drafts.store.ts'

/** What a draft holds, sealed. */
interface DraftContent {
  text: string
  sources: readonly string[]
}

const contentPurpose = (id: string): string => `ai_chat_drafts.content ${id}`

function openContent(ctx: Context, { id, content }: store.NamedDraft): DraftContent {
  return JSON.parse(unseal(ctx.config, contentPurpose(id), content).toString()) as DraftContent
}

function draftToWire(ctx: Context, row: store.NamedDraft): z.output<typeof draftSchema> {
  const { text, sources } = openContent(ctx, row)
  return {
    id: row.id,
    session_id: row.sessionId,
    chat_id: row.chatId,
    wa_chat_id: row.waChatId,
    reply: text,
    rag_sources: [...sources],
    approval_reasons: row.reasons,
    status: row.status,
    created_at: toTimestamp(row.createdAt),
    decided_at: toTimestampOrNull(row.decidedAt),
    decided_by: row.decidedBy,
    message_id: row.sentMessageId,
  }
}

/** An answer that a person has to send. */
export interface NewChatDraft extends DraftContent {
  tenantId: string
  sessionId: string
  chatId: string
  waChatId: ChatId
  reasons: readonly ApprovalReason[]
  replyToId: string | null
}

/** Keeps a draft in place of the one that waits in its chat, within a transaction. */
export async function keepChatDraft(ctx: Context, sql: Sql, draft: NewChatDraft): Promise<void> {
  const { tenantId, sessionId, chatId, waChatId, reasons, replyToId, text, sources } = draft
  const id = ctx.ids.uuid()
  const createdAt = ctx.clock.now()
  await store.supersedeDraftRows(sql, tenantId, [chatId], createdAt)
  await store.insertDraftRow(sql, {
    id,
    tenantId,
    sessionId,
    chatId,
    status: 'pending',
    content: seal(ctx.config, contentPurpose(id), Buffer.from(JSON.stringify({ text, sources }))),
    reasons: [...reasons],
    replyToId,
    createdAt,
  })
  await ctx.events.publish(sql, replyDrafted, { tenantId, sessionId, draftId: id, chatId: waChatId, reasons })
}

/** Ends the drafts of some chats, within a transaction: something newer was said. */
export function supersedeDrafts(ctx: Context, sql: Sql, chatIds: readonly string[]): Promise<void> {
  return store.supersedeDraftRows(sql, tenantOf(ctx), chatIds, ctx.clock.now())
}

/** Two chats became one: what waits in the one that goes, ends, since it was written without the other's words. */
export async function moveDrafts(
  ctx: Context,
  sql: Sql,
  fromChatId: string,
  toChatId: string,
): Promise<void> {
  await supersedeDrafts(ctx, sql, [fromChatId])
  await store.moveDraftRows(sql, tenantOf(ctx), fromChatId, toChatId)
}

/** Drafts of the caller's tenant. */
export async function listDrafts(ctx: Context, query: z.output<typeof draftsQuery>) {
  const { limit, offset, status, session_id: sessionId } = query
  const filter = { tenantId: tenantOf(ctx), status, sessionId }
  const { rows, total } = await store.listDraftRows(ctx.db.sql, filter, { limit, offset })
  return { drafts: rows.map((row) => draftToWire(ctx, row)), total, limit, offset }
}

async function getDraft(ctx: Context, id: string): Promise<store.NamedDraft> {
  const draft = await store.findDraftRow(ctx.db.sql, tenantOf(ctx), id)
  if (draft === undefined) throw unknownThing('Draft')
  return draft
}

function requirePending(draft: store.NamedDraft): void {
  if (draft.status !== 'pending')
    throw draftDecided.create({ message: `The draft is ${draft.status} already` })
}

const userOf = ({ caller }: Context): string | null => (caller.kind === 'user' ? caller.userId : null)

/** Sends a draft, perhaps with another text, as whoever approves it; once. */
export async function sendDraft(
  ctx: Context,
  id: string,
  message: string | undefined,
): Promise<MessageObject> {
  const draft = await getDraft(ctx, id)
  requirePending(draft)
  if (draft.waChatId === null) throw unknownThing('Chat')
  const { tenantId, sessionId, waChatId, replyToId } = draft
  const sent = await submit(ctx, {
    sessionId,
    chatId: waChatId,
    content: { kind: 'text', text: message ?? openContent(ctx, draft).text },
    // A person has read it and sends it: it is that person's, and waits for no second word.
    origin: 'api',
    metadata: { ai_draft_id: id },
    ...(replyToId === null ? {} : { replyTo: replyToId }),
    alongside: async (sql, { id: sentMessageId }) => {
      const change = {
        status: 'sent',
        decidedAt: ctx.clock.now(),
        decidedBy: userOf(ctx),
        sentMessageId,
      } as const
      return (await store.decideDraftRow(sql, tenantId, id, change)) ? undefined : draftDecided.create()
    },
  })
  return sent.message
}

/** Drops a draft. */
export async function discardDraft(ctx: Context, id: string) {
  const draft = await getDraft(ctx, id)
  requirePending(draft)
  const change = { status: 'discarded', decidedAt: ctx.clock.now(), decidedBy: userOf(ctx) } as const
  if (!(await store.decideDraftRow(ctx.db.sql, draft.tenantId, id, change))) throw draftDecided.create()
  return draftToWire(ctx, await getDraft(ctx, id))
}
