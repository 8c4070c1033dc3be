import type { Context } from '../../../context.ts'
import { contentText, messageTypeOf, type OutboundContent } from '../../../engine/content.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { notFound, validationFailed } from '../../../platform/errors.ts'
import { seal, unseal } from '../../../platform/secrets.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { monthOf } from '../../account/usage/usage.schema.ts'
import { releaseMessages } from '../../account/usage/usage.service.ts'
import type { ChatRef } from '../../conversations/chats/chats.service.ts'
import { previewOf, storableText } from '../../conversations/messages/message-text.service.ts'
import { type MessageObject, messageFailed } from '../../conversations/messages/messages.schema.ts'
import { findMessageById, messageToWire } from '../../conversations/messages/messages.service.ts'
import { fullTextPurpose } from '../../conversations/messages/purposes.service.ts'
import { quoteStored } from '../../conversations/messages/quoting.service.ts'
import { budgetRefusal, chargeBudget, dayOf } from '../limits/cold-contacts.service.ts'
import { changeWaiting } from '../limits/send-windows.service.ts'
import { type Draft, newDraft } from './draft.ts'
import { contentPurpose, type Origin, type StoredContent } from './outbox.schema.ts'
import { dropHeld, findHeld, letHeldGo, type WaitingMessage } from './outbox.store.ts'
import { runtimeOf } from './outbox-writer.ts'
import { pipeline } from './pipeline.ts'
import type { ToStore } from './store-messages.ts'
import { sendStored } from './submit.service.ts'

/** A held message that passed the rest of the pipeline and may be let go. */
export interface Release {
  draft: Draft
  row: ToStore['row']
  chat: ChatRef
}

function open(ctx: Context, held: WaitingMessage): StoredContent {
  return JSON.parse(unseal(ctx.config, contentPurpose(held.id), held.content).toString()) as StoredContent
}

/** The content with another text; 422 for kinds whose text nobody wrote. */
function withText(content: OutboundContent, text: string): OutboundContent {
  if (content.kind === 'text') return { ...content, text }
  if ('file' in content && content.caption !== undefined) return { ...content, caption: text }
  const errors = [{ field: 'message', message: `a message of the kind ${content.kind} has no text to edit` }]
  throw validationFailed.create({ message: `message: ${errors[0]?.message}`, details: { errors } })
}

/** Steps that were passed when the message was accepted and that time does not change. */
const passedSteps: ReadonlySet<string> = new Set(['reply_to', 'approval'])

/**
 * Takes a held message through the pipeline again, with the word of a person and perhaps another text. What has changed
 * since refuses it: the session, the policy, an opt-out, the budget for new conversations. Whoever prepares must commit
 * or abandon it. Undefined when somebody has decided already.
 */
export async function prepareRelease(
  ctx: Context,
  tenantId: string,
  messageId: string,
  text: string | undefined,
): Promise<Release | undefined> {
  const held = await findHeld(ctx.db.sql, tenantId, messageId)
  if (held === undefined) return undefined
  const stored = open(ctx, held)
  const settings = await getSettings(ctx, tenantId)
  const draft = newDraft(
    tenantId,
    {
      sessionId: held.sessionId,
      chatId: held.waChatId,
      content: text === undefined ? stored.content : withText(stored.content, text),
      origin: held.origin as Origin,
      replyTo: held.replyToId ?? undefined,
      ...(held.metadata === null ? {} : { metadata: held.metadata }),
    },
    settings,
    null,
  )
  draft.approval = text === undefined ? 'as_it_is' : 'edited'
  if (held.replyToId !== null) {
    // The quoted message may have expired meanwhile; the answer goes without it then.
    draft.quoted = await quoteStored(ctx, tenantId, held.replyToId).catch(() => undefined)
  }
  for (const step of pipeline) if (!passedSteps.has(step.name)) await step.pass(ctx, draft)
  const { chat } = draft
  if (chat === undefined) {
    cancelRelease(ctx, { draft })
    throw notFound.create()
  }
  return { draft, row: rowOf(ctx, held, draft), chat }
}

function rowOf(ctx: Context, held: WaitingMessage, draft: Draft): ToStore['row'] {
  const { content } = draft.outgoing
  const text = storableText(contentText(content))
  const stored = Buffer.from(JSON.stringify({ content, text } satisfies StoredContent))
  return {
    id: held.id,
    tenant_id: held.tenantId,
    session_id: held.sessionId,
    wa_message_id: held.waMessageId,
    message_type: messageTypeOf(content),
    content_preview: previewOf(text),
    content_full: draft.settings.storeFullText
      ? seal(ctx.config, fullTextPurpose(held.id), Buffer.from(text)).toString('base64')
      : null,
    details: null,
    has_media: 'file' in content,
    origin: held.origin,
    metadata: held.metadata,
    is_cold: draft.isCold,
    reply_to_id: held.replyToId,
    idempotency_key: null,
    idempotency_hash: null,
    answered_pending: true,
    content: seal(ctx.config, contentPurpose(held.id), stored).toString('base64'),
    waits_for: draft.waitsFor,
    created_at: new Date(held.createdAt).toISOString(),
  }
}

/** Gives back the place in the line that preparing took. */
function cancelRelease(ctx: Context, { draft }: Pick<Release, 'draft'>): void {
  if (draft.waitsFor !== null) changeWaiting(ctx, draft.outgoing.sessionId, -1)
}

/** Lets a held message go within a transaction; false when somebody decided meanwhile. */
export async function commitRelease(ctx: Context, sql: Sql, release: Release): Promise<boolean> {
  const { draft, row, chat } = release
  const at = ctx.clock.now()
  if (draft.coldBudget !== null) {
    const charge = { tenantId: draft.tenantId, sessionId: chat.sessionId, chatId: chat.id }
    const budget = draft.coldBudget
    if (!(await chargeBudget(sql, { ...charge, day: dayOf(at), budget }))) throw budgetRefusal(budget, at)
  }
  // From its commit on the row is visible to whoever works on the outbox: it is ours.
  if (draft.waitsFor === null) runtimeOf(ctx).handling.add(row.id)
  return letHeldGo(sql, {
    id: row.id,
    tenantId: draft.tenantId,
    content: Buffer.from(row.content, 'base64'),
    contentPreview: row.content_preview,
    contentFull: row.content_full === null ? null : Buffer.from(row.content_full, 'base64'),
    isCold: row.is_cold,
    waitsFor: row.waits_for,
    at,
  })
}

/** Hands over what was let go and answers the message as it is then. */
export async function sendReleased(ctx: Context, release: Release): Promise<MessageObject> {
  const { draft, row, chat } = release
  runtimeOf(ctx).handling.delete(row.id)
  const { message } = await sendStored(ctx, draft, { draft, row }, { kind: 'stored', chat })
  const stored = await findMessageById(ctx, draft.tenantId, row.id)
  if (stored === undefined) return message
  // As with every send, what the recipient did meanwhile is told by events.
  const { status, sent_at } = message
  return { ...messageToWire(ctx, stored), status, sent_at, delivered_at: null, read_at: null }
}

/** Whoever prepared in vain leaves the message to others. */
export function abandonRelease(ctx: Context, release: Release): void {
  runtimeOf(ctx).handling.delete(release.row.id)
  cancelRelease(ctx, release)
}

/**
 * Ends a held message unsent within a transaction: `error` is `approval_rejected` or `approval_expired`. Its quota is
 * given back and `message.failed` told. False when somebody decided meanwhile.
 */
export async function discardHeld(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  messageId: string,
  error: string,
): Promise<boolean> {
  const held = await findHeld(sql, tenantId, messageId)
  if (held === undefined || !(await dropHeld(sql, tenantId, messageId, error))) return false
  await releaseMessages(sql, tenantId, monthOf(new Date(held.createdAt).getTime()), 1)
  const { content, text } = open(ctx, held)
  await ctx.events.publish(sql, messageFailed, {
    tenantId,
    sessionId: held.sessionId,
    messageId,
    chatId: held.waChatId,
    chatRecordId: held.chatId,
    waMessageId: held.waMessageId,
    messageType: messageTypeOf(content),
    text,
    isGroup: held.kind === 'group',
    metadata: held.metadata,
    status: 'failed',
    error,
  })
  return true
}
