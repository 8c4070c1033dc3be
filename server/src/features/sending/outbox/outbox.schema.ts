import type { OutboundContent } from '../../../engine/content.ts'
import type { ChatId } from '../../../engine/ids.ts'
import type { Door } from '../../../operation.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type AppError, defineError } from '../../../platform/errors.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import type { FileDigest } from '../../../platform/files/blob-crypto.ts'
import type { MessageDetails, MessageObject } from '../../conversations/messages/messages.schema.ts'

export const notAllowedNumber = defineError(
  'not_an_allowed_number',
  403,
  'The recipient is not among the allowed_numbers',
)
export const quotedElsewhere = defineError(
  'quoted_elsewhere',
  422,
  'reply_to: the message is in another chat',
)
export const idempotencyMismatch = defineError(
  'idempotency_mismatch',
  422,
  'Idempotency-Key: it was used with another request',
)

/** Published to all processes: a message waits for whoever holds its session. */
export const outboxQueued = defineEvent<{ tenantId: string; sessionId: string }>('outbox.queued')

/** A message waits for a person's word. */
export const messageHeld = defineEvent<{
  tenantId: string
  sessionId: string
  messageId: string
  /** The WhatsApp chat id. */
  chatId: ChatId
  origin: Origin
  contentPreview: string
}>('outbox.held')

/** The doors a message can come through. */
export type Origin = 'api' | 'bulk' | 'schedule' | 'report' | 'auto_reply' | 'agent' | 'tool'

const originOfDoor: Record<Door, Origin> = { rest: 'api', mcp: 'tool', a2a: 'agent' }

/** Who wrote a message, by the protocol that brought it. */
export function originOf({ door }: { door: Door }): Origin {
  return originOfDoor[door]
}

/** What is known of a message as soon as it is stored. */
export interface StoredReference {
  id: string
  waMessageId: string
}

/** One message to send, whoever sends it. */
export interface OutgoingMessage {
  sessionId: string
  chatId: ChatId
  content: OutboundContent
  origin: Origin
  /** The content's file is still being kept: the message is stored when it is, with what is known of the file then. */
  stored?: Promise<FileDigest>
  /** What the message holds beside its text, when the content does not tell: of a forwarded message. */
  details?: MessageDetails
  /** Our id of the message to quote, in the same chat. */
  replyTo?: string | undefined
  /** Comes back in the message's events. */
  metadata?: Record<string, unknown>
  /** A bulk job reserved its quota in advance. */
  isQuotaReserved?: boolean
  /**
   * Runs in the transaction that stores the message, when nothing else refused it: what is written here is there exactly
   * when the message is. May refuse it too.
   */
  alongside?: (sql: Sql, message: StoredReference) => Promise<AppError | undefined>
  idempotency?: { key: string; bodyHash: string } | undefined
  /** Our id, from a sender that has noted it before: a message that has it already is not sent again. */
  messageId?: string
  /** Answer as soon as the message is stored. */
  isAsync?: boolean
}

/** How far a message had come when the caller was answered. */
export interface Submitted {
  message: MessageObject
  /** 202 when the caller did not want to wait. */
  status: 201 | 202
}
