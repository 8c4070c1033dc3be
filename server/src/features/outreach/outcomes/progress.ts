import type { BulkJobRow, QuietHours } from '../bulk/bulk.tables.ts'

/** Milliseconds between two messages on the average: a pause of 30 to 120 s, and typing. */
const averageStepMs = 78_000
const dayMinutes = 24 * 60

/** What of a job its progress says, beside what people see of it anyway. */
export type ProgressJob = Pick<
  BulkJobRow,
  | 'status'
  | 'totalRecipients'
  | 'sentCount'
  | 'failedCount'
  | 'skippedCount'
  | 'nextSendAt'
  | 'waitsFor'
  | 'quietHours'
  | 'sendBefore'
>

/** Recipients who have not had their turn. */
export function countPending(
  job: Pick<ProgressJob, 'totalRecipients' | 'sentCount' | 'failedCount' | 'skippedCount'>,
): number {
  return Math.max(0, job.totalRecipients - job.sentCount - job.failedCount - job.skippedCount)
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** Which part of the day messages may leave in. */
function openShare(quiet: QuietHours | null): number {
  if (quiet === null) return 1
  const closed = (minutesOf(quiet.end) - minutesOf(quiet.start) + dayMinutes) % dayMinutes
  return (dayMinutes - closed) / dayMinutes
}

/**
 * When a job will be done, as far as anybody can say: the usual pause between messages, more than a day's worth of them
 * stretched by the quiet hours, and never after `send_before`. Null for a job that does not run, and for one that waits
 * for what nobody can foresee.
 */
export function estimateEnd(job: ProgressJob, now: Date, pace: number): Date | null {
  if (job.status !== 'running') return null
  if (job.nextSendAt === null && job.waitsFor !== null) return null
  const left = countPending(job)
  const from = Math.max(now.getTime(), job.nextSendAt?.getTime() ?? 0)
  const busyMs = Math.max(0, left - 1) * averageStepMs * pace
  const share = openShare(job.quietHours)
  const openMs = share * dayMinutes * 60_000
  const lastsMs = busyMs <= openMs / 2 ? busyMs : busyMs / share
  const end = new Date(from + lastsMs)
  return job.sendBefore !== null && job.sendBefore < end ? job.sendBefore : end
}
