import { type Batcher, createStatementBatcher } from '../database/write-batcher.ts'
import type { ClaimedJob } from './job-store.ts'
import type { JobOutcome } from './jobs.ts'
import type { JobRunnerOptions, RunnableJob } from './runnable-job.ts'

interface JobQueueOptions<C> extends JobRunnerOptions<C> {
  handler: RunnableJob<C>
  stopping: AbortSignal
}

interface Running {
  job: ClaimedJob
  startedAtMs: number
}

const longestBackOffSeconds = 3600
const retryAfterStoreErrorMs = 1000
const longestClashMs = 1000

/** The jobs of one type in this process: claims as many as may run at once, runs and settles them. */
export class JobQueue<C> {
  readonly #options: JobQueueOptions<C>
  readonly #name: string
  readonly #concurrency: number
  readonly #running = new Map<string, Running>()
  readonly #runs = new Set<Promise<void>>()
  /** Jobs that end together, or while a completion is being stored, are stored by one statement. */
  readonly #completions: Batcher<ClaimedJob, undefined>
  #isOpen = false
  #isClaiming = false
  /** Something may have become due since the last claim began. */
  #isAwake = false
  /** The last claim was as large as it could be, so more may wait. */
  #mayHaveMore = false
  /** A known due time has passed, and when the next one comes is not known. */
  #isNextDueUnknown = false
  /** How long to wait before looking again for what is due and could not be claimed. */
  #clashMs = 0
  #timer: { cancel(): void } | undefined
  #timerAtMs = Number.POSITIVE_INFINITY
  #runCount = 0

  constructor(options: JobQueueOptions<C>) {
    this.#options = options
    this.#name = options.handler.type.name
    this.#concurrency = options.handler.type.options.concurrency ?? 1
    this.#completions = createStatementBatcher(
      async (jobs) => {
        await options.store.complete(this.#name, jobs)
        return jobs.map(() => undefined)
      },
      // The first of jobs that were claimed together would go alone, and so would every claim and end after it.
      { isTurnCollected: true, doFailTogether: true },
    )
  }

  /** Runs begun so far. */
  get runCount(): number {
    return this.#runCount
  }

  open(): void {
    this.#isOpen = true
  }

  close(): void {
    this.#isOpen = false
    this.#timer?.cancel()
    this.#timerAtMs = Number.POSITIVE_INFINITY
  }

  /** A job is due in so many milliseconds. */
  expect(dueInMs: number): void {
    if (!this.#isOpen) return
    if (dueInMs <= 0) {
      this.#isAwake = true
      void this.#claimAndRun()
      return
    }
    const atMs = this.#options.clock.monotonicMs() + dueInMs
    if (atMs >= this.#timerAtMs) return
    this.#timer?.cancel()
    this.#timerAtMs = atMs
    // A timer cannot wait longer than 24 days; waking early only costs a query.
    this.#timer = this.#options.clock.schedule(Math.min(dueInMs, 3_600_000), () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY
      this.#isNextDueUnknown = true
      this.expect(0)
    })
  }

  /** As `expect`, said by whoever asked for the soonest moment alone: what comes after it is not known yet. */
  expectFirst(dueInMs: number): void {
    this.#isNextDueUnknown = true
    this.expect(dueInMs)
  }

  /** Resolves when no job of this queue runs. */
  async idle(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs)
  }

  runningLongerThan(ms: number): ClaimedJob[] {
    const before = this.#options.clock.monotonicMs() - ms
    return [...this.#running.values()].filter((run) => run.startedAtMs < before).map((run) => run.job)
  }

  /** Gives jobs that would not end to whoever comes next; their own late end is then ignored. */
  async putBackRunning(): Promise<void> {
    for (const { job } of this.#running.values()) {
      this.#options.log.warn({ job: this.#name, id: job.id }, 'a job did not end in time and was put back')
      await this.#options.store.putBack(job, 0, false)
    }
  }

  /** Runs what is due until nothing is; returns the number of runs. */
  async drain(isDueIgnored: boolean): Promise<number> {
    let runs = 0
    for (;;) {
      await this.idle()
      const limit = isDueIgnored ? 1000 : this.#concurrency
      const jobs = await this.#options.store.claim(this.#name, limit, isDueIgnored)
      runs += jobs.length
      for (let index = 0; index < jobs.length; index += this.#concurrency) {
        await Promise.all(jobs.slice(index, index + this.#concurrency).map((job) => this.#run(job)))
      }
      if (jobs.length === 0 || isDueIgnored) return runs
    }
  }

  async #claimAndRun(): Promise<void> {
    if (this.#isClaiming) return
    this.#isClaiming = true
    try {
      while (this.#isOpen && this.#isAwake && this.#running.size < this.#concurrency) {
        this.#isAwake = false
        const free = this.#concurrency - this.#running.size
        const jobs = await this.#options.store.claim(this.#name, free)
        for (const job of jobs) this.#track(job)
        this.#mayHaveMore = jobs.length === free
        if (!this.#mayHaveMore && this.#isNextDueUnknown) await this.#expectNext(jobs.length > 0)
      }
    } catch (error) {
      this.#options.log.error({ err: error, job: this.#name }, 'jobs could not be claimed')
      this.#isNextDueUnknown = true
      this.expect(retryAfterStoreErrorMs)
    } finally {
      this.#isClaiming = false
    }
  }

  async #expectNext(hasClaimed: boolean): Promise<void> {
    this.#isNextDueUnknown = false
    const due = await this.#options.store.readNextDue([this.#name])
    const dueInMs = due.get(this.#name)
    if (dueInMs === undefined) return
    if (dueInMs > 0) {
      this.#clashMs = 0
      this.expect(Math.ceil(dueInMs))
      return
    }
    // It became due since the claim, or another process is just taking it: then this one must not look without a pause.
    this.#isNextDueUnknown = true
    this.#clashMs = hasClaimed ? 0 : Math.min(this.#clashMs * 2 + 1, longestClashMs)
    this.expect(this.#clashMs)
  }

  #track(job: ClaimedJob): void {
    const run = this.#run(job).finally(() => {
      this.#runs.delete(run)
      // In an ordered queue the end of a job frees its key; of a process that stops the others have to hear it.
      const isOrdered = this.#options.handler.type.options.isOrdered === true
      if (this.#mayHaveMore || isOrdered) this.expect(0)
      if (isOrdered && !this.#isOpen) this.#options.store.notifications.notify(this.#name, 0)
    })
    this.#runs.add(run)
  }

  async #run(job: ClaimedJob): Promise<void> {
    const { clock, log, handler, stopping, contextFor } = this.#options
    this.#runCount += 1
    this.#running.set(job.id, { job, startedAtMs: clock.monotonicMs() })
    try {
      const outcome = await this.#attempt(job, () =>
        handler.run(contextFor(job.data, handler.type), job.data, {
          id: job.id,
          attempt: job.retryCount + 1,
          signal: AbortSignal.any([stopping, AbortSignal.timeout(job.expireInSeconds * 1000)]),
        }),
      )
      await this.#settle(job, outcome)
    } catch (error) {
      // The job stays claimed and comes back when its claim expires.
      log.error({ err: error, job: this.#name, id: job.id }, 'the end of a job could not be stored')
    } finally {
      this.#running.delete(job.id)
    }
  }

  async #attempt(
    job: ClaimedJob,
    work: () => Promise<JobOutcome>,
  ): Promise<JobOutcome | { kind: 'thrown'; afterMs: number }> {
    try {
      return await work()
    } catch (error) {
      const { log, stopping } = this.#options
      const facts = { err: error, job: this.#name, id: job.id, attempt: job.retryCount + 1 }
      if (stopping.aborted) return { kind: 'retry', afterMs: 0 }
      if (job.retryCount >= job.retryLimit) {
        log.error(facts, 'a job failed for good')
        return { kind: 'give_up', reason: error instanceof Error ? error.message : String(error) }
      }
      log.warn(facts, 'a job failed and is tried again')
      const seconds = Math.min(job.retryDelay * 2 ** job.retryCount, longestBackOffSeconds)
      return { kind: 'thrown', afterMs: seconds * 1000 }
    }
  }

  async #settle(job: ClaimedJob, outcome: JobOutcome | { kind: 'thrown'; afterMs: number }): Promise<void> {
    const { store, log } = this.#options
    if (outcome.kind === 'done') await this.#completions.add(job)
    else if (outcome.kind === 'retry') {
      if (outcome.cause !== undefined)
        log.debug({ err: outcome.cause, job: this.#name, id: job.id }, 'a job will run again')
      await store.putBack(job, outcome.afterMs, false)
    } else if (outcome.kind === 'thrown') await store.putBack(job, outcome.afterMs, true)
    else {
      log.warn({ job: this.#name, id: job.id, reason: outcome.reason }, 'a job gave up')
      await store.abandon(job, outcome.reason)
    }
  }
}
