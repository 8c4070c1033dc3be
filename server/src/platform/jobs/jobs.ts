import type { Sql } from '../database/database.ts'

/** How a kind of job is retried, ordered and scheduled. */
export interface JobOptions {
  /** Attempts after the first; default 5. */
  retryLimit?: number
  /** Seconds before the first retry, doubled each time; default 5. */
  retryDelaySeconds?: number
  /** How many run at once in one process; default 1. */
  concurrency?: number
  /** Jobs with the same key run one after another, in order. */
  isOrdered?: boolean
  /** Seconds until a run counts as dead; default 900. */
  expireSeconds?: number
  /** Runs on a schedule: five-part cron and IANA zone. */
  cron?: { expression: string; timeZone: string }
}

/** A job's name, payload type and policy; light, so that anyone may enqueue it. */
export interface JobType<P extends object> {
  readonly name: string
  readonly options: JobOptions
  /** Never set: carries the type. */
  readonly payload?: P
}

/** Declares a kind of job, for example `webhooks.deliver`. */
export function defineJob<P extends object>(name: string, options: JobOptions = {}): JobType<P> {
  return { name, options }
}

/** How a job ended: done, again later, or never. */
export type JobOutcome =
  | { kind: 'done' }
  | { kind: 'retry'; afterMs: number; cause?: unknown }
  | { kind: 'give_up'; reason: string }

/** The job did its work. */
export const done: JobOutcome = { kind: 'done' }
/** Runs the job again after `afterMs`, however often: the job itself counts its attempts. */
export function retryLater(afterMs: number, cause?: unknown): JobOutcome {
  return { kind: 'retry', afterMs, cause }
}
/** Ends the job for good; the reason is logged. */
export function giveUp(reason: string): JobOutcome {
  return { kind: 'give_up', reason }
}

/** When and how one job starts. */
export interface EnqueueOptions {
  /** Not before this many milliseconds from now. */
  delayMs?: number
  /** Orders jobs of an `isOrdered` type; elsewhere only one job per key waits at a time. */
  key?: string
}

/** How a queue stands. */
export interface QueueBacklog {
  name: string
  /** Jobs that are due and have not begun, the blocked ones of a key included. */
  waiting: number
  /** For how many seconds the oldest of them is due. */
  lateSeconds: number
  running: number
}

/** Durable work: enqueued in the caller's transaction, so it exists exactly when the change does. */
export interface Jobs {
  /** Enqueues; returns the job's id. */
  add<P extends object>(sql: Sql, type: JobType<P>, payload: P, options?: EnqueueOptions): Promise<string>
  /** Enqueues many in one statement. */
  addMany<P extends object>(
    sql: Sql,
    type: JobType<P>,
    payloads: readonly P[],
    options?: EnqueueOptions,
  ): Promise<void>
  /** Cancels a job that has not started; a finished or unknown one is left alone. */
  cancel(sql: Sql, type: JobType<object>, id: string): Promise<void>
  /** How every queue stands, over all processes and tenants. */
  readBacklog(): Promise<QueueBacklog[]>
}
