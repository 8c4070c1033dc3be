import { createHash } from 'node:crypto'
import { Cron } from 'croner'
import type { Clock } from '../clock.ts'
import type { JobType } from './jobs.ts'

/** A timer longer than this is cut, since a JavaScript timer cannot wait longer than 24 days. */
const longestWaitMs = 60 * 60_000

/** Runs `fire` at each occurrence of a type's schedule; one that passes while nobody runs is skipped. */
export function scheduleCron(
  type: JobType<object>,
  clock: Clock,
  fire: (occurrenceId: string) => void,
): { stop(): void } {
  const options = type.options.cron
  if (options === undefined) throw new Error(`job ${type.name} has no schedule`)
  const cron = new Cron(options.expression, { timezone: options.timeZone, mode: '5-part', paused: true })
  let timer: { cancel(): void } | undefined
  const arm = (after: Date): void => {
    const next = cron.nextRun(after)
    if (next === null) return
    const waitMs = next.getTime() - clock.nowMs()
    timer = clock.schedule(Math.min(Math.max(waitMs, 0), longestWaitMs), () => {
      const isReached = clock.nowMs() >= next.getTime()
      if (isReached) fire(occurrenceId(type.name, next))
      // After a sleep of the machine the missed occurrences are skipped, not made up for.
      arm(isReached ? new Date(Math.max(next.getTime(), clock.nowMs())) : after)
    })
  }
  // An impossible time zone only shows here, and must stop the start instead of a later night.
  arm(clock.now())
  return { stop: () => timer?.cancel() }
}

/** The same on every process, so that an occurrence becomes one job however many processes run. */
function occurrenceId(name: string, at: Date): string {
  const hash = createHash('sha256').update(`${name} ${at.toISOString()}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
