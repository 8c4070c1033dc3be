import { scheduleCron } from './cron.ts'
import type { JobType } from './jobs.ts'
import { JobQueue } from './queue.ts'
import type { JobRunnerOptions } from './runnable-job.ts'

/** How far `drain` goes. */
export interface DrainOptions {
  /** Also runs, once, the jobs that are due later when drain is called. */
  includeDelayed?: boolean
}

const pollIntervalMs = 30_000
const recoverIntervalMs = 60_000
const touchIntervalMs = 20_000

/** Makes a runner; throws when a type has no handler or two. */
export function createJobRunner<C>(options: JobRunnerOptions<C>): JobRunner<C> {
  const handled = new Set<string>()
  for (const { type } of options.handlers) {
    if (handled.has(type.name)) throw new Error(`job ${type.name} has two handlers`)
    handled.add(type.name)
  }
  const missing = (options.types ?? []).filter((type) => !handled.has(type.name)).map((type) => type.name)
  if (missing.length > 0) throw new Error(`no handler for job ${missing.join(', ')}`)
  return new JobRunner(options)
}

/** Claims due jobs and runs them, in as many processes as there are. */
export class JobRunner<C> {
  readonly #options: JobRunnerOptions<C>
  readonly #queues = new Map<string, JobQueue<C>>()
  readonly #stopping = new AbortController()
  readonly #timers: { stop(): void }[] = []
  readonly #enqueuing = new Set<Promise<void>>()
  #recoveredRuns = -1

  constructor(options: JobRunnerOptions<C>) {
    this.#options = options
    for (const handler of options.handlers) {
      this.#queues.set(
        handler.type.name,
        new JobQueue({ ...options, handler, stopping: this.#stopping.signal }),
      )
    }
  }

  /** Prepares the queues, takes back what an earlier process left, arms the schedules and begins. */
  async start(): Promise<void> {
    const { store, handlers, clock, isManual } = this.#options
    await store.prepare(handlers.map((handler) => handler.type))
    for (const { type } of handlers) {
      if (type.options.cron === undefined) continue
      this.#timers.push(scheduleCron(type, clock, (id) => this.#enqueueOccurrence(type, id)))
    }
    if (isManual === true) return
    await store.reclaimAll()
    const subscription = store.notifications.onWork((name, dueInMs) =>
      this.#queues.get(name)?.expect(dueInMs),
    )
    this.#timers.push({ stop: () => subscription.close() })
    this.#every(pollIntervalMs, () => this.#poll())
    this.#every(recoverIntervalMs, () => this.#recover())
    this.#every(touchIntervalMs, () => store.touch(this.#longRunning()))
    for (const queue of this.#queues.values()) queue.open()
    await this.#poll()
    await this.#recover()
  }

  /** Stops claiming, aborts running jobs, waits at most `timeoutMs`, and puts back what still runs. */
  async stop(timeoutMs = 8000): Promise<void> {
    for (const timer of this.#timers.splice(0)) timer.stop()
    const queues = [...this.#queues.values()]
    for (const queue of queues) queue.close()
    this.#stopping.abort(new Error('the process stops'))
    const patience = new AbortController()
    const ended = Promise.all(queues.map((queue) => queue.idle())).then(() => patience.abort())
    await Promise.race([ended, this.#options.clock.sleep(timeoutMs, patience.signal).catch(() => undefined)])
    for (const queue of queues) await queue.putBackRunning()
    await Promise.all(this.#enqueuing)
  }

  /**
   * Runs everything that is due, and what it enqueues, until nothing is due. Returns the number of
   * runs. Does not wait for due times to come: move the test clock, or include the delayed jobs.
   */
  async drain(options: DrainOptions = {}): Promise<number> {
    let total = 0
    let isDueIgnored = options.includeDelayed === true
    for (;;) {
      await Promise.all(this.#enqueuing)
      const runs = isDueIgnored ? await this.#drainAll() : await this.#drainDue()
      total += runs
      if (runs === 0 && !isDueIgnored && this.#enqueuing.size === 0) return total
      isDueIgnored = false
    }
  }

  /** Each queue once, whatever is due when. */
  async #drainAll(): Promise<number> {
    let runs = 0
    for (const queue of this.#queues.values()) runs += await queue.drain(true)
    return runs
  }

  /** Each queue once in which something is due: to claim costs more than to ask for all of them, and few have work. */
  async #drainDue(): Promise<number> {
    const { store } = this.#options
    const names = [...this.#queues.keys()]
    let runs = 0
    let due = await store.readNextDue(names)
    for (const [name, queue] of this.#queues) {
      if (due.get(name) !== 0) continue
      const ran = await queue.drain(false)
      runs += ran
      // What ran may have given work to those that come after it.
      if (ran > 0) due = await store.readNextDue(names)
    }
    return runs
  }

  #every(ms: number, run: () => Promise<void>): void {
    let isRunning = false
    const timer = setInterval(() => {
      if (isRunning) return
      isRunning = true
      run()
        .catch((error: unknown) => this.#options.log.error({ err: error }, 'the job runner failed'))
        .finally(() => {
          isRunning = false
        })
    }, ms)
    timer.unref()
    this.#timers.push({ stop: () => clearInterval(timer) })
  }

  /** Finds what nobody notified of: jobs of other processes, and delayed ones from before the start. */
  async #poll(): Promise<void> {
    const due = await this.#options.store.readNextDue([...this.#queues.keys()])
    for (const [name, dueInMs] of due) this.#queues.get(name)?.expectFirst(dueInMs)
  }

  async #recover(): Promise<void> {
    const runs = [...this.#queues.values()].reduce((sum, queue) => sum + queue.runCount, 0)
    // Alone on the embedded database nothing dies and nothing piles up while no job runs: stay idle.
    if (this.#options.store.db.kind === 'embedded' && runs === this.#recoveredRuns) return
    this.#recoveredRuns = runs
    const ordered = this.#options.handlers.filter((handler) => handler.type.options.isOrdered === true)
    await this.#options.store.recover(ordered.map((handler) => handler.type.name))
  }

  #longRunning() {
    return [...this.#queues.values()].flatMap((queue) => queue.runningLongerThan(touchIntervalMs / 2))
  }

  #enqueueOccurrence(type: JobType<object>, id: string): void {
    const adding = this.#options.store
      .addOnce(type, id, {})
      .catch((error: unknown) =>
        this.#options.log.error({ err: error, job: type.name }, 'a scheduled job was not added'),
      )
      .finally(() => this.#enqueuing.delete(adding))
    this.#enqueuing.add(adding)
  }
}
