import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { JobStore } from './job-store.ts'
import type { JobOutcome, JobType } from './jobs.ts'

/** The work behind a job type, as the runner sees it. */
export interface RunnableJob<C> {
  readonly type: JobType<object>
  run(
    context: C,
    payload: object,
    run: { id: string; attempt: number; signal: AbortSignal },
  ): Promise<JobOutcome>
}

/** What a runner works with. */
export interface JobRunnerOptions<C> {
  store: JobStore
  clock: Clock
  log: Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>
  handlers: readonly RunnableJob<C>[]
  /** Every type that may be enqueued; one without a handler is refused at start. */
  types?: readonly JobType<object>[]
  /** The context of one run. */
  contextFor(payload: object, type: JobType<object>): C
  /** Runs nothing by itself: only `drain` does. For tests. */
  isManual?: boolean
}
