import type { GlyphName, Tone } from '../../kit/icon.tsx'
import { State } from '../../kit/icon.tsx'
import type { Execution, Schedule } from './queries.ts'
import { useText } from './words.ts'

const looks: Readonly<Record<Schedule['status'], readonly [GlyphName, Tone]>> = {
  active: ['dot', 'ok'],
  paused: ['pause', 'warn'],
  completed: ['ok', 'ok'],
  cancelled: ['stop', 'off'],
}

/** How a schedule stands. */
export function ScheduleState({ status, loud }: { status: Schedule['status']; loud?: boolean }) {
  const t = useText()
  const [shape, tone] = looks[status]
  return (
    <State shape={shape} tone={tone} {...(loud === undefined ? {} : { loud })}>
      {t(`status.${status}`)}
    </State>
  )
}

/** What becomes of a run, and that it is still to come. */
type RunStatus = Execution['status'] | 'planned'

/** Shapes of runs. */
export const runLooks: Readonly<Record<RunStatus, readonly [GlyphName, Tone]>> = {
  planned: ['clock', 'off'],
  running: ['play', 'info'],
  completed: ['ok', 'ok'],
  partial: ['tri', 'warn'],
  failed: ['oct', 'bad'],
  skipped: ['skip', 'off'],
}

/** A state of the calendar, where reports have theirs, too; one that nobody knows is a run that was. */
export const runStatusOf = (status: string): RunStatus =>
  status in runLooks ? (status as RunStatus) : 'completed'

/** What became of a run. */
export function RunState({ status }: { status: RunStatus }) {
  const t = useText()
  const [shape, tone] = runLooks[status]
  return (
    <State shape={shape} tone={tone}>
      {t(`run.${status}`)}
    </State>
  )
}

const knownErrors: ReadonlySet<string> = new Set([
  ...['session_not_working', 'missed', 'previous_run_unfinished', 'empty_recipients', 'nobody_reached'],
  ...['bulk_job_gone', 'not_on_whatsapp', 'opted_out', 'quota_exceeded'],
])

/** Why a run went wrong, in words; a code that nobody has words for is shown as it is. */
export function useErrorWords(): (code: string) => string {
  const t = useText()
  return (code) => (knownErrors.has(code) ? t.of(`error.${code}`) : t('error.code', { code }))
}
