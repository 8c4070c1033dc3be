import type { Context } from './context.ts'
import type { JobOutcome, JobType } from './platform/jobs/jobs.ts'

/** What a job knows about its own run. */
export interface JobRun {
  id: string
  /** 1 on the first run. */
  attempt: number
  /** Aborted when the process stops: finish or return quickly. */
  signal: AbortSignal
}

/** The work behind a kind of job; every kind has exactly one handler or the start is refused. */
export interface JobHandler {
  readonly type: JobType<object>
  run(ctx: Context, payload: object, run: JobRun): Promise<JobOutcome>
}

/** Ties a job type to its work, with the payload typed. */
export function handleJob<P extends object>(
  type: JobType<P>,
  run: (ctx: Context, payload: P, run: JobRun) => Promise<JobOutcome>,
): JobHandler {
  return { type, run: (ctx, payload, info) => run(ctx, payload as P, info) }
}
