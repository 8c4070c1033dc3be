import type { EventName } from './queries.ts'

/** Every event that can be subscribed to, by what it is about; one that the API gains or loses is a type error. */
export const eventGroups = {
  messages: [
    'message.received',
    'message.sent',
    'message.delivered',
    'message.read',
    'message.failed',
    'message.edited',
    'message.deleted',
    'poll.vote',
    'approval.pending',
    'call.received',
    'status.received',
    'history.progress',
  ],
  groups: ['group.updated', 'group.message', 'group.message.analyzed'],
  leads: ['lead.detected', 'lead.status_changed', 'review.collected'],
  outreach: [
    'bulk_send.completed',
    'report.executed',
    'channel.post.published',
    'scheduled_message.executed',
  ],
  ai: ['ai.reply.drafted', 'ai.handed_over', 'knowledge.indexed'],
  agents: ['agent.message.received'],
  sessions: ['session.connected', 'session.disconnected', 'session.status'],
} as const satisfies Record<string, readonly EventName[]>

type Listed = (typeof eventGroups)[keyof typeof eventGroups][number]

/** The groups in their order. */
export const eventGroupNames = Object.keys(eventGroups) as (EventName extends Listed
  ? keyof typeof eventGroups
  : never)[]
