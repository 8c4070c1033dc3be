import type { RecipientStatus } from '../bulk/bulk.tables.ts'

/** How long somebody has to answer after reading (else after delivery, else after sending), in milliseconds. */
export const answerWindowMs = 72 * 3_600_000

/** What of a recipient says how far the campaign came with them. */
export interface OutcomeState {
  status: RecipientStatus
  sentAt: Date | null
  deliveredAt: Date | null
  readAt: Date | null
  repliedAt: Date | null
}

/** Something that has become known of a recipient who was written to. */
export interface Fact {
  deliveredAt?: Date | null
  readAt?: Date | null
  repliedAt?: Date | null
  /** Asked at this moment not to be written to again, in answer to the campaign. */
  optedOutAt?: Date | null
  /** Whoever read before this moment and has not answered has let the time pass. */
  unansweredSince?: Date
}

const unwritten: ReadonlySet<RecipientStatus> = new Set(['pending', 'failed', 'skipped'])

/** What a recipient counts in the funnel of the job: each counter by 0 or 1. */
export interface FunnelCounts {
  delivered: number
  read: number
  replied: number
  readUnknown: number
  ignored: number
  optedOut: number
}

/** The counters in one order for code and SQL. */
export const funnelNames = ['delivered', 'read', 'replied', 'readUnknown', 'ignored', 'optedOut'] as const

/** What a recipient counts; whoever was not written to counts nothing. */
export function countOf({ status, sentAt, deliveredAt, readAt, repliedAt }: OutcomeState): FunnelCounts {
  const count = (isCounted: boolean): number => (sentAt !== null && isCounted ? 1 : 0)
  return {
    delivered: count(deliveredAt !== null),
    read: count(readAt !== null),
    replied: count(repliedAt !== null),
    readUnknown: count(deliveredAt !== null && readAt === null),
    ignored: count(status === 'ignored'),
    optedOut: count(status === 'opted_out'),
  }
}

function statusOf(state: OutcomeState, fact: Fact): RecipientStatus {
  if (state.status === 'opted_out' || (fact.optedOutAt ?? null) !== null) return 'opted_out'
  if (state.repliedAt !== null) return 'replied'
  if (state.status === 'ignored') return 'ignored'
  if (state.readAt !== null) {
    return fact.unansweredSince !== undefined && state.readAt <= fact.unansweredSince ? 'ignored' : 'read'
  }
  return state.deliveredAt === null ? 'sent' : 'delivered'
}

/**
 * A recipient after something has become known. Only forward: a moment that is known stays. An answer proves that the
 * message was read, and reading that it was delivered. Whoever was not written to, or failed, stays as they are; what
 * somebody writes who has opted out is no answer.
 */
export function advance(before: OutcomeState, fact: Fact): OutcomeState {
  if (before.sentAt === null || unwritten.has(before.status)) return before
  const isOut = before.status === 'opted_out'
  const repliedAt = before.repliedAt ?? (isOut ? null : (fact.repliedAt ?? null))
  const readAt = before.readAt ?? fact.readAt ?? fact.repliedAt ?? fact.optedOutAt ?? null
  const deliveredAt = before.deliveredAt ?? fact.deliveredAt ?? readAt
  const state = { ...before, deliveredAt, readAt, repliedAt }
  return { ...state, status: statusOf(state, fact) }
}

/** Whether an answer at a moment still belongs to a campaign that nobody quoted. */
export function isInWindow({ sentAt, deliveredAt, readAt }: OutcomeState, at: Date): boolean {
  const since = readAt ?? deliveredAt ?? sentAt
  return since !== null && at.getTime() <= since.getTime() + answerWindowMs
}
