import type { Context } from '../../../context.ts'
import { onEvent } from '../../../feature.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { EventType } from '../../../platform/events/events.ts'
import { toTimestamp } from '../../../wire.ts'
import { type CallReceived, callReceived } from '../../conversations/calls/calls.schema.ts'
import { type HistoryProgressed, historyProgressed } from '../../conversations/history/history.schema.ts'
import {
  type MessageChanged,
  type MessageProgress,
  type MessageReceived,
  messageDeleted,
  messageDelivered,
  messageEdited,
  messageFailed,
  messageRead,
  messageReceived,
  messageSent,
  type PollVoted,
  pollVoted,
} from '../../conversations/messages/message-events.schema.ts'
import { type GroupUpdated, groupUpdated } from '../../groups/wa-groups/wa-groups.schema.ts'
import {
  type LeadDetected,
  type LeadStatusChanged,
  leadDetected,
  leadStatusChanged,
} from '../../leads/detection/leads.schema.ts'
import { approvalPending } from '../../sending/approvals/approvals.schema.ts'
import { type StatusReceived, statusReceived } from '../../sending/status-posts/status-posts.schema.ts'
import {
  type SessionTransition,
  sessionConnected,
  sessionDisconnected,
  sessionStatusChanged,
} from '../../sessions/lifecycle/sessions.schema.ts'
import type { WebhookEvent } from './webhooks.schema.ts'
import { enqueueDeliveries, enqueueGroupDeliveries } from './webhooks.service.ts'

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
    target_message_id: message.targetMessageId,
    ...message.details,
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

/** The `data` of the events that tell that a known message was changed or taken back. */
export function toChangedData(message: MessageChanged) {
  return {
    session_id: message.sessionId,
    chat_id: message.chatId,
    message: message.text,
    direction: message.direction,
    message_id: message.messageId,
    wa_message_id: message.waMessageId,
    message_type: message.messageType,
    is_group: message.isGroup,
    changed_at: message.at,
  }
}

/** The `data` of `poll.vote`: who chose what, and where the poll stands. */
export function toVoteData(vote: PollVoted) {
  return {
    session_id: vote.sessionId,
    chat_id: vote.chatId,
    message_id: vote.messageId,
    wa_message_id: vote.waMessageId,
    direction: vote.direction,
    title: vote.text,
    voter_phone: vote.voterPhone,
    voter_name: vote.voterName,
    chosen: vote.chosen,
    options: vote.options,
    voted_at: vote.at,
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

/** The `data` of `group.updated`. */
export function toGroupData(group: GroupUpdated) {
  return {
    session_id: group.sessionId,
    wa_group_id: group.waGroupId,
    change: group.change,
    name: group.name,
    description: group.description,
    participants: group.participants.map(({ phone, chatId }) => ({ phone, wa_chat_id: chatId })),
    actor_phone: group.actorPhone,
  }
}

/** The `data` of `call.received`. */
export function toCallData(call: CallReceived) {
  return {
    session_id: call.sessionId,
    call_id: call.callId,
    caller_phone: call.callerPhone,
    caller_chat_id: call.callerChatId,
    is_video: call.isVideo,
    is_group: call.waGroupId !== null,
    wa_group_id: call.waGroupId,
    status: call.status,
    timestamp: toTimestamp(new Date(call.at)),
  }
}

/** The `data` of `status.received`. */
export function toStatusData(post: StatusReceived) {
  return {
    session_id: post.sessionId,
    wa_message_id: post.waMessageId,
    author_phone: post.authorPhone,
    author_chat_id: post.authorChatId,
    author_name: post.authorName,
    message_type: post.messageType,
    message: post.text,
    has_media: post.hasMedia,
    timestamp: toTimestamp(new Date(post.at)),
  }
}

/** The `data` of `history.progress`. */
export function toHistoryData(history: HistoryProgressed) {
  return {
    session_id: history.sessionId,
    kind: history.kind,
    percent: history.percent,
    is_complete: history.isComplete,
    messages: history.messages,
    chats: history.chats,
    contacts: history.contacts,
  }
}

/** The `data` of `lead.detected`. */
export function toLeadData(lead: LeadDetected) {
  return {
    lead_id: lead.leadId,
    contact_phone: lead.contactPhone,
    contact_name: lead.contactName,
    lead_status: 'new',
    lead_score: lead.score,
    source_group: { id: lead.groupId, name: lead.groupName },
    trigger: {
      matched_keyword: lead.matchedKeyword,
      message_preview: lead.messagePreview,
      monitor_mode: lead.monitorMode,
      detected_at: lead.detectedAt,
    },
    ai_analysis: null,
    score_signals: lead.scoreSignals,
  }
}

/** The `data` of `lead.status_changed`. */
export function toLeadStatusData(change: LeadStatusChanged) {
  return { lead_id: change.leadId, from: change.from, to: change.to, changed_by: change.changedBy }
}

/** Goes to the tenant's webhooks, and to the endpoint of the group the lead comes from. */
async function deliverLeads(ctx: Context, sql: Sql, payloads: readonly LeadDetected[]): Promise<void> {
  const told = { event: 'lead.detected' as const, payloads, toData: toLeadData }
  await enqueueDeliveries(ctx, sql, told)
  await enqueueGroupDeliveries(ctx, sql, told)
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

type HeldMessage = NonNullable<(typeof approvalPending)['payload']>

/** The `data` of `approval.pending`. */
function toApprovalData(held: HeldMessage) {
  return {
    approval_id: held.approvalId,
    message_id: held.messageId,
    session_id: held.sessionId,
    chat_id: held.chatId,
    content_preview: held.contentPreview,
    origin: held.origin,
  }
}

export const webhooksEvents = [
  deliver(messageReceived, 'message.received', toReceivedData),
  deliver(messageSent, 'message.sent', toProgressData),
  deliver(messageDelivered, 'message.delivered', toProgressData),
  deliver(messageRead, 'message.read', toProgressData),
  deliver(messageFailed, 'message.failed', toProgressData),
  deliver(messageEdited, 'message.edited', toChangedData),
  deliver(messageDeleted, 'message.deleted', toChangedData),
  deliver(pollVoted, 'poll.vote', toVoteData),
  deliver(sessionStatusChanged, 'session.status', toSessionData),
  deliver(sessionConnected, 'session.connected', toSessionData),
  deliver(sessionDisconnected, 'session.disconnected', toSessionData),
  deliver(approvalPending, 'approval.pending', toApprovalData),
  onEvent(leadDetected, deliverLeads),
  deliver(leadStatusChanged, 'lead.status_changed', toLeadStatusData),
  deliver(groupUpdated, 'group.updated', toGroupData),
  deliver(callReceived, 'call.received', toCallData),
  deliver(statusReceived, 'status.received', toStatusData),
  deliver(historyProgressed, 'history.progress', toHistoryData),
]
