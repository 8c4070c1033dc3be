import type { MessageType } from '../../engine/content.ts'
import type { ChatId } from '../../engine/ids.ts'
import { defineEvent } from '../../platform/events.ts'

/** What every message event says. Text is complete here; only the stored copy is shortened (contract section 8). */
export interface MessageEvent {
  tenantId: string
  sessionId: string
  messageId: string
  /** The WhatsApp chat id, `<digits>@c.us` and so on: `chat_id` in webhook payloads. */
  chatId: ChatId
  /** The internal chat record. */
  chatRecordId: string
  waMessageId: string
  messageType: MessageType
  text: string
  isGroup: boolean
}

/** An inbound message, stored a moment ago. */
export interface MessageReceived extends MessageEvent {
  /** `+E.164` of who wrote it; null when WhatsApp hides the number. */
  senderPhone: string | null
  senderName: string | null
  senderContactId: string | null
  hasMedia: boolean
  /** Digits of the mentioned phones or LIDs, as they came. */
  mentions: readonly string[]
  quotedWaMessageId: string | null
  /** ISO 8601. */
  waTimestamp: string
  /** Queued by WhatsApp while the session was offline. */
  isOffline: boolean
}

/** How far an outbound message has come. */
export interface MessageProgress extends MessageEvent {
  status: 'sent' | 'delivered' | 'read' | 'failed'
  /** Set for `failed`: a code such as `ack_463`. */
  error: string | null
  /** What the sender wants to find again: the origin, a bulk job ...; `{"origin":"phone"}` for the own phone. */
  metadata: Record<string, unknown> | null
}

/** Once per inbound message, in the transaction that stores it; never for what the own phone wrote. */
export const messageReceived = defineEvent<MessageReceived>('message.received')
/** WhatsApp took the message (or the own phone wrote one: `metadata.origin` is then `phone`). */
export const messageSent = defineEvent<MessageProgress>('message.sent')
/** The message reached the other phone; once. */
export const messageDelivered = defineEvent<MessageProgress>('message.delivered')
/** The message was read; once. */
export const messageRead = defineEvent<MessageProgress>('message.read')
/** WhatsApp refused the message or it was lost; once, and never after `message.sent`. */
export const messageFailed = defineEvent<MessageProgress>('message.failed')
