import { statusReasons } from '../../../engine/states.ts'
import type { Attention, AttentionCode } from './overview.schema.ts'
import type { BrokenWebhook, SessionState, StoppedJob } from './overview.store.ts'
import { timestampOf } from './wire-time.ts'

type Moment = Date | string | null

/** Something that needs somebody; what is left out is null on the wire. */
export interface AttentionItem {
  code: AttentionCode
  text: string
  name?: string | null
  reason?: string | null
  since: Moment
  until?: Moment
  count?: number
  sessionId?: string
  webhookId?: string
  jobId?: string
}

/** The entry of the answer. */
export function toWire(item: AttentionItem): Attention {
  return {
    code: item.code,
    text: item.text,
    name: item.name ?? null,
    reason: item.reason ?? null,
    since: timestampOf(item.since),
    until: timestampOf(item.until),
    count: item.count ?? null,
    session_id: item.sessionId ?? null,
    webhook_id: item.webhookId ?? null,
    job_id: item.jobId ?? null,
  }
}

const limits: ReadonlySet<string> = new Set(['reach_out_locked', 'message_capped'])

function codeOf({ status, reason }: SessionState): AttentionCode | undefined {
  if (status === 'failed') return 'session_failed'
  if (status === 'qr_code') return 'session_unlinked'
  if (reason === null) return undefined
  if (limits.has(reason)) return 'session_limited'
  // A stop with a reason was nobody's wish.
  if (status === 'stopped') return reason === 'logged_out' ? 'session_unlinked' : 'session_failed'
  return status === 'starting' ? 'session_reconnecting' : undefined
}

/** What is wrong with a session. Working and renewed, or stopped by somebody, is nothing. */
export function sessionAttention(session: SessionState, now: Date): AttentionItem[] {
  const { id, name, reason, since, until, lockedUntil } = session
  const code = codeOf(session)
  const about = { name, sessionId: id }
  if (code !== undefined) {
    const text =
      reason === null
        ? code === 'session_unlinked'
          ? 'It waits for somebody to scan its code.'
          : 'It failed. Start the session again.'
        : statusReasons[reason]
    return [{ ...about, code, text, reason, since, until }]
  }
  if (lockedUntil === null || new Date(lockedUntil) <= now || session.status !== 'working') return []
  const locked = 'reach_out_locked'
  return [
    {
      ...about,
      code: 'session_limited',
      text: statusReasons[locked],
      reason: locked,
      since: null,
      until: lockedUntil,
    },
  ]
}

/** A webhook that does not take its deliveries. */
export function webhookAttention(webhook: BrokenWebhook): AttentionItem {
  const { id, name, isActive, error, since, nextTryAt, waiting } = webhook
  const about = { name, reason: error, since, webhookId: id }
  if (!isActive)
    return { ...about, code: 'webhook_switched_off', text: error ?? 'Switched off after failures.' }
  const text = `Deliveries fail since then; they wait and are repeated${error === null ? '' : `: ${error}`}.`
  return { ...about, code: 'webhook_failing', text, until: nextTryAt, count: waiting }
}

/** A campaign that was paused by itself. */
export function campaignAttention({ id, name, error, since }: StoppedJob): AttentionItem {
  return { code: 'campaign_stopped', text: `It was paused: ${error}`, name, reason: error, since, jobId: id }
}

/** Messages that wait for a person's word. */
export function approvalsAttention(held: {
  pending: number
  oldest: Moment
  firstEnd: Moment
}): AttentionItem[] {
  const { pending, oldest, firstEnd } = held
  if (pending === 0) return []
  const text = pending === 1 ? 'A message waits for approval.' : `${pending} messages wait for approval.`
  return [{ code: 'approvals_pending', text, since: oldest, until: firstEnd, count: pending }]
}
