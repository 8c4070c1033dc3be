import type { components } from '../../api/schema.d.ts'

type Job = components['schemas']['BulkJob']
type Progress = components['schemas']['BulkProgress']
type Analytics = components['schemas']['CampaignAnalytics']

/** How far a campaign came with somebody. */
export const stages = ['waiting', 'sent', 'delivered', 'read', 'replied', 'failed', 'left_out'] as const
/** One of them. */
export type Stage = (typeof stages)[number]

/** How many stand at each stage. They add up to all, and each is what listing that stage gives. */
export function stageCounts({
  sent,
  delivered,
  read,
  replied,
  failed,
  skipped,
  pending,
}: Progress): Record<Stage, number> {
  return {
    replied,
    read: read - replied,
    delivered: delivered - read,
    sent: sent - delivered,
    failed,
    left_out: skipped,
    waiting: pending,
  }
}

/** The stages from the furthest on, as the bar shows them. */
export const barOrder = ['replied', 'read', 'delivered', 'sent', 'failed', 'left_out', 'waiting'] as const

/** Colours of the stages; left out is hatched, to come is paper. */
export const stageColours: Readonly<Record<Stage, string>> = {
  replied: 'var(--ramp-1)',
  read: 'var(--ramp-2)',
  delivered: 'var(--ramp-3)',
  sent: 'var(--ramp-4)',
  failed: 'var(--bad)',
  left_out: 'repeating-linear-gradient(45deg, var(--text-3) 0 1.5px, var(--surface) 1.5px 4px)',
  waiting: 'var(--surface-3)',
}

/** How a campaign stands by its own counters, for when nothing is streamed; `last` has what they do not tell. */
export function progressOf(job: Job, last?: Progress): Progress {
  const { total_recipients: total, sent_count: sent, failed_count: failed, skipped_count: skipped } = job
  return {
    sent,
    total,
    failed,
    skipped,
    status: job.status,
    pending: Math.max(0, total - sent - failed - skipped),
    delivered: job.delivered_count,
    read: job.read_count,
    replied: job.replied_count,
    ignored: last?.ignored ?? 0,
    opted_out: last?.opted_out ?? 0,
    read_unknown: last?.read_unknown ?? 0,
    next_send_at: job.next_send_at,
    waits_for: job.waits_for,
    expected_end_at: null,
    error: job.error,
  }
}

/** Whether nothing of it changes any more but what people do with their message. */
export const isOver = (status: Job['status']) => ['completed', 'cancelled', 'failed'].includes(status)

/** A reason with its number. */
export interface Reason {
  code: string
  count: number
  kind: 'skipped' | 'opted_out' | 'failed'
}

/** Why people got nothing, most frequent first. Whoever had opted out is told by the counters alone. */
export function reasonsOf(
  { skips, failures }: Pick<Analytics, 'skips' | 'failures'>,
  { skipped }: Progress,
): Reason[] {
  const known = skips.reduce((sum, { count }) => sum + count, 0)
  const optedOut = Math.max(0, skipped - known)
  const reasons: Reason[] = [
    ...skips.map(({ reason, count }): Reason => ({ code: reason, count, kind: 'skipped' })),
    ...(optedOut > 0 ? [{ code: 'opted_out', count: optedOut, kind: 'opted_out' as const }] : []),
    ...failures.map(({ reason, count }): Reason => ({ code: reason, count, kind: 'failed' })),
  ]
  return reasons.toSorted((a, b) => b.count - a.count)
}

const minuteMs = 60_000

/** Messages of the last hour. */
export function sentInLastHour(timing: Analytics['timing'], now: number): number {
  return timing.reduce(
    (sum, { minute, sent }) => sum + (now - Date.parse(minute) < 60 * minuteMs ? sent : 0),
    0,
  )
}

/** The growing number of messages, and where it is expected to go. */
export interface PaceLine {
  at: number[]
  sent: (number | null)[]
  expected: (number | null)[]
}

/** The line of the pace chart: what was sent by when, then a dashed one to the expected end. */
export function paceLine(
  timing: Analytics['timing'],
  progress: Progress,
  startedAt: string | null,
  now: number,
): PaceLine {
  const line: PaceLine = { at: [], sent: [], expected: [] }
  const add = (at: number, sent: number | null, expected: number | null) => {
    line.at.push(at)
    line.sent.push(sent)
    line.expected.push(expected)
  }
  const first = timing[0]
  // Of a very long campaign only the last minutes are told: what went before them is their beginning.
  let count = progress.sent + progress.failed - timing.reduce((sum, { sent }) => sum + sent, 0)
  count = Math.max(0, count)
  const begin = Math.min(
    startedAt === null ? now : Date.parse(startedAt),
    first === undefined ? now : Date.parse(first.minute),
  )
  add(begin, count, null)
  for (const { minute, sent } of timing) {
    count += sent
    add(Math.max(Date.parse(minute) + minuteMs, (line.at.at(-1) ?? 0) + 1), count, null)
  }
  const { expected_end_at: end } = progress
  if (end === null || progress.status !== 'running') return line
  const from = Math.max(now, (line.at.at(-1) ?? 0) + 1)
  add(from, count, count)
  add(Math.max(Date.parse(end), from + minuteMs), null, count + progress.pending)
  return line
}
