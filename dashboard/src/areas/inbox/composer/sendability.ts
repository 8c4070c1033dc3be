import type { Chat, Session } from '../shapes.ts'

/** Why a conversation cannot be written in, or what to know before one does. */
export interface Obstacle {
  /** Whether sending is refused; otherwise it only says what to know. */
  isBarrier: boolean
  reason:
    | 'session_failed'
    | 'session_stopped'
    | 'session_starting'
    | 'session_qr_code'
    | 'reach_out_locked'
    | 'message_capped'
    | 'quota'
    | 'opted_out'
  until?: string | null
}

interface Situation {
  session: Session | undefined
  chat: Pick<Chat, 'is_group' | 'last_inbound_at'>
  isOptedOut: boolean
  usage: { messages_sent: number; limit_messages: number | null } | undefined
}

/** The first thing that stands in the way, worst first; said before anybody types. */
export function obstacleTo({ session, chat, isOptedOut, usage }: Situation): Obstacle | undefined {
  if (session !== undefined && session.status !== 'working') {
    return { isBarrier: true, reason: `session_${session.status}` }
  }
  const limit = usage?.limit_messages ?? null
  if (usage !== undefined && limit !== null && usage.messages_sent >= limit) {
    return { isBarrier: true, reason: 'quota' }
  }
  // Both hold for people who have not written first; whoever wrote can be answered.
  const isNew = !chat.is_group && chat.last_inbound_at === null
  if (session !== undefined && isNew) {
    const {
      reach_out_locked_until: lockedUntil,
      is_message_capped: isCapped,
      message_cap_until,
    } = session.limits
    if (lockedUntil !== null) return { isBarrier: true, reason: 'reach_out_locked', until: lockedUntil }
    if (isCapped) return { isBarrier: true, reason: 'message_capped', until: message_cap_until }
  }
  return isOptedOut ? { isBarrier: false, reason: 'opted_out' } : undefined
}
