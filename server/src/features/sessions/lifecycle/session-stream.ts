import type { EventStream, StreamSource } from '../../../feature.ts'
import { notFound } from '../../../platform/errors.ts'
import { idParams, toTimestamp } from '../../../wire.ts'
import {
  type MessageProgress,
  type MessageReceived,
  messageDelivered,
  messageFailed,
  messageRead,
  messageReceived,
  messageSent,
} from '../../conversations/messages/message-events.schema.ts'
import {
  connectionUpdated,
  type SessionTransition,
  sessionDeleted,
  sessionStatusChanged,
} from './sessions.schema.ts'
import { getSession } from './sessions.service.ts'

const progressNames: readonly string[] = [messageSent, messageDelivered, messageRead, messageFailed].map(
  (type) => type.name,
)

const names = [
  sessionStatusChanged.name,
  connectionUpdated.name,
  sessionDeleted.name,
  messageReceived.name,
  ...progressNames,
]

function statusFrame(transition: SessionTransition, timestamp: string): Record<string, unknown> {
  return {
    session_id: transition.sessionId,
    status: transition.status,
    previous_status: transition.previousStatus,
    status_reason: transition.statusReason,
    timestamp,
  }
}

function connectionFrame(transition: SessionTransition, timestamp: string): Record<string, unknown> {
  const states = {
    working: 'open',
    stopped: 'closed',
    failed: 'closed',
    qr_code: 'linking',
    starting: 'connecting',
  }
  const isLost = transition.status === 'starting' && transition.statusReason !== null
  return {
    session_id: transition.sessionId,
    state: isLost ? 'reconnecting' : states[transition.status],
    reason: transition.statusReason,
    timestamp,
  }
}

function receivedFrame(event: MessageReceived, timestamp: string): Record<string, unknown> {
  return {
    session_id: event.sessionId,
    chat_id: event.chatId,
    message: event.text,
    direction: 'inbound',
    timestamp,
    message_id: event.messageId,
    wa_message_id: event.waMessageId,
    message_type: event.messageType,
    sender_phone: event.senderPhone,
    sender_name: event.senderName,
    is_group: event.isGroup,
  }
}

function progressFrame(event: MessageProgress, timestamp: string): Record<string, unknown> {
  return {
    session_id: event.sessionId,
    chat_id: event.chatId,
    message: event.text,
    direction: 'outbound',
    timestamp,
    message_id: event.messageId,
    wa_message_id: event.waMessageId,
    status: event.status,
    error: event.error,
  }
}

/** What happens to one session, live: status, messages, connection. */
export const sessionStream: EventStream = {
  id: 'sessions.events',
  path: '/sessions/{id}/events',
  summary: 'Follow a session: status changes, messages, connection updates',
  access: ['sessions:read'],
  async open(ctx, params): Promise<StreamSource> {
    const parsed = idParams.safeParse(params)
    if (!parsed.success) throw notFound.create()
    const session = await getSession(ctx, parsed.data.id)
    const first = {
      session_id: session.id,
      status: session.status,
      status_reason: session.statusReason,
      timestamp: toTimestamp(ctx.clock.now()),
    }
    return {
      first: [{ event: sessionStatusChanged.name, data: first }],
      names,
      matches: (payload) => (payload as SessionTransition).sessionId === session.id,
      encode(name, payload, atMs) {
        const timestamp = toTimestamp(new Date(atMs))
        if (name === sessionStatusChanged.name) {
          return { event: name, data: statusFrame(payload as SessionTransition, timestamp) }
        }
        if (name === connectionUpdated.name) {
          return { event: name, data: connectionFrame(payload as SessionTransition, timestamp) }
        }
        if (name === messageReceived.name) {
          return { event: name, data: receivedFrame(payload as MessageReceived, timestamp) }
        }
        if (!progressNames.includes(name)) return undefined
        return { event: name, data: progressFrame(payload as MessageProgress, timestamp) }
      },
      endsOn: (name) => name === sessionDeleted.name,
    }
  },
}
