import type { Context } from '../../context.ts'
import { onEvent } from '../../feature.ts'
import type { Sql } from '../../platform/database.ts'
import type { EventType } from '../../platform/events.ts'
import {
  type MessageProgress,
  type MessageReceived,
  messageDelivered,
  messageFailed,
  messageRead,
  messageReceived,
  messageSent,
} from '../messages/messages.schema.ts'
import {
  type SessionTransition,
  sessionConnected,
  sessionDisconnected,
  sessionStatusChanged,
} from '../sessions/sessions.schema.ts'
import type { WebhookEvent } from './webhooks.schema.ts'
import { enqueueDeliveries } from './webhooks.service.ts'

/** The `data` of `message.received` (contract section 8). */
export function toReceivedData(message: MessageReceived) {
  return {
    session_id: message.sessionId,
    chat_id: message.chatId,
    message: message.text,
    direction: 'inbound',
    message_id: message.messageId,
    wa_message_id: message.waMessageId,
    message_type: message.messageType,
    sender_phone: message.senderPhone,
    sender_name: message.senderName,
    is_group: message.isGroup,
    has_media: message.hasMedia,
  }
}

/** The `data` of the events that tell how far an outbound message has come. */
export function toProgressData(message: MessageProgress) {
  return {
    session_id: message.sessionId,
    chat_id: message.chatId,
    message: message.text,
    direction: 'outbound',
    message_id: message.messageId,
    wa_message_id: message.waMessageId,
    status: message.status,
    metadata: message.metadata,
    error: message.error,
  }
}

/** The `data` of session events. */
export function toSessionData(transition: SessionTransition) {
  return {
    session_id: transition.sessionId,
    name: transition.name,
    status: transition.status,
    previous_status: transition.previousStatus,
    phone_number: transition.phoneNumber,
    reason: transition.cause,
    status_reason: transition.statusReason,
  }
}

function deliver<P extends { tenantId: string }>(
  type: EventType<P>,
  event: WebhookEvent,
  toData: (payload: P) => Record<string, unknown>,
) {
  return onEvent(type, (ctx: Context, sql: Sql, payloads: readonly P[]) =>
    enqueueDeliveries(ctx, sql, { event, payloads, toData }),
  )
}

export const webhooksEvents = [
  deliver(messageReceived, 'message.received', toReceivedData),
  deliver(messageSent, 'message.sent', toProgressData),
  deliver(messageDelivered, 'message.delivered', toProgressData),
  deliver(messageRead, 'message.read', toProgressData),
  deliver(messageFailed, 'message.failed', toProgressData),
  deliver(sessionStatusChanged, 'session.status', toSessionData),
  deliver(sessionConnected, 'session.connected', toSessionData),
  deliver(sessionDisconnected, 'session.disconnected', toSessionData),
]
