import type { Context } from '../../../context.ts'
import {
  contentText,
  type MessageType,
  messageTypeOf,
  type OutboundContent,
} from '../../../engine/content.ts'
import type { Submission } from '../../../engine/engine.ts'
import type { ChatId } from '../../../engine/ids.ts'
import { seal, unseal } from '../../../platform/secrets.ts'
import type { TenantSettings } from '../../account/settings/settings.schema.ts'
import type { ChatRef } from '../../conversations/chats/chats.service.ts'
import { detailsOf, sealDetails } from '../../conversations/messages/message-details.service.ts'
import type { MessageProgress } from '../../conversations/messages/message-events.schema.ts'
import { previewOf, storableText } from '../../conversations/messages/message-text.service.ts'
import { isMediaType, type MessageDetails } from '../../conversations/messages/messages.schema.ts'
import { fullTextPurpose } from '../../conversations/messages/purposes.service.ts'
import { quoteStored } from '../../conversations/messages/quoting.service.ts'
import { type Draft, isAnsweredPending, metadataOf } from './draft.ts'
import type { OutgoingMessage } from './outbox.schema.ts'
import type { NewMessageRow, WaitingMessage } from './outbox.store.ts'

/** A message that has its row: from here on a crash leads to its being sent, under the same id. */
export interface StoredMessage {
  readonly id: string
  readonly tenantId: string
  readonly sessionId: string
  readonly chat: { readonly id: string; readonly waChatId: ChatId; readonly isGroup: boolean }
  readonly waMessageId: string
  readonly messageType: MessageType
  readonly content: OutboundContent
  /** The whole text, for the events. */
  readonly text: string
  readonly quoted: Submission['quoted']
  readonly metadata: Record<string, unknown> | null
  readonly createdAt: Date
}

/** A row as the draft decides it; the transaction that stores it fills in the chat and the month. */
export type DraftRow = Omit<NewMessageRow, 'chat_id' | 'counted_month'>

/** What the outbox keeps until a message has left. */
interface SealedContent {
  content: OutboundContent
  text: string
}

/** Binds encrypted content to its message. */
const contentPurpose = (messageId: string): string => `outbox.content ${messageId}`

/** The content of a row as it was sealed, with its whole text. */
export function openContent(ctx: Context, { id, content }: WaitingMessage): SealedContent {
  return JSON.parse(unseal(ctx.config, contentPurpose(id), content).toString()) as SealedContent
}

/** What a message's rows hold of its content: bytes are base64. */
export function sealContent(
  ctx: Context,
  id: string,
  content: OutboundContent,
  settings: TenantSettings,
): Pick<DraftRow, 'content_preview' | 'content_full' | 'content'> {
  const text = storableText(contentText(content))
  const sealed = Buffer.from(JSON.stringify({ content, text } satisfies SealedContent))
  return {
    content_preview: previewOf(text),
    content_full: settings.storeFullText
      ? seal(ctx.config, fullTextPurpose(id), Buffer.from(text)).toString('base64')
      : null,
    content: seal(ctx.config, contentPurpose(id), sealed).toString('base64'),
  }
}

/** What the message holds beside its text; a forwarded one what the original held. */
export function detailsOfOutgoing({ content, details }: OutgoingMessage): MessageDetails | null {
  return details ?? detailsOf(content)
}

/** The row of a draft, under a new id and the WhatsApp id it will have. */
export function rowOf(ctx: Context, draft: Draft): DraftRow {
  const { outgoing, settings, tenantId } = draft
  const id = outgoing.messageId ?? ctx.ids.uuid()
  const messageType = messageTypeOf(outgoing.content)
  return {
    id,
    tenant_id: tenantId,
    session_id: outgoing.sessionId,
    wa_message_id: ctx.engine.newMessageId(outgoing.sessionId),
    message_type: messageType,
    ...sealContent(ctx, id, outgoing.content, settings),
    details: sealDetails(ctx, id, detailsOfOutgoing(outgoing))?.toString('base64') ?? null,
    has_media: isMediaType(messageType),
    origin: outgoing.origin,
    metadata: metadataOf(draft),
    is_cold: draft.isCold,
    reply_to_id: outgoing.replyTo ?? null,
    idempotency_key: outgoing.idempotency?.key ?? null,
    idempotency_hash: outgoing.idempotency?.bodyHash ?? null,
    answered_pending: isAnsweredPending(draft),
    waits_for: draft.waitsFor,
    created_at: ctx.clock.now().toISOString(),
  }
}

/** A draft that has become a row of a chat. */
export function storedOf(
  draft: Draft,
  row: Pick<DraftRow, 'id' | 'wa_message_id' | 'created_at'>,
  chat: ChatRef,
): StoredMessage {
  const { content, sessionId } = draft.outgoing
  return {
    id: row.id,
    tenantId: draft.tenantId,
    sessionId,
    chat: { id: chat.id, waChatId: chat.waChatId, isGroup: draft.kind === 'group' },
    waMessageId: row.wa_message_id,
    messageType: messageTypeOf(content),
    content,
    text: storableText(contentText(content)),
    quoted: draft.quoted,
    metadata: metadataOf(draft),
    createdAt: new Date(row.created_at),
  }
}

/** A message as its rows have it. */
export function storedFrom(ctx: Context, row: WaitingMessage, quoted: Submission['quoted']): StoredMessage {
  const { content, text } = openContent(ctx, row)
  return {
    id: row.id,
    tenantId: row.tenantId,
    sessionId: row.sessionId,
    chat: { id: row.chatId, waChatId: row.waChatId, isGroup: row.kind === 'group' },
    waMessageId: row.waMessageId,
    messageType: row.messageType as MessageType,
    content,
    text,
    quoted,
    metadata: row.metadata,
    createdAt: new Date(row.createdAt),
  }
}

/** What a message quotes; one that has expired meanwhile it goes without. */
export async function quotedBy(ctx: Context, row: WaitingMessage): Promise<Submission['quoted']> {
  if (row.replyToId === null) return undefined
  return quoteStored(ctx, row.tenantId, row.replyToId).catch(() => undefined)
}

/** What the events of a message say of how far it has come. */
export function progressOf(
  message: StoredMessage,
  status: MessageProgress['status'],
  error: string | null,
): MessageProgress {
  const { chat } = message
  return {
    tenantId: message.tenantId,
    sessionId: message.sessionId,
    messageId: message.id,
    chatId: chat.waChatId,
    chatRecordId: chat.id,
    waMessageId: message.waMessageId,
    messageType: message.messageType,
    text: message.text,
    isGroup: chat.isGroup,
    metadata: message.metadata,
    status,
    error,
  }
}
