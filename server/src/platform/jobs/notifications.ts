import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { outsideTransaction } from '../database/transaction.ts'

type WorkListener = (name: string, dueInMs: number) => void

const channel = 'moltflow_jobs'

/**
 * Notifies runners of work: those of this process at once, those of other processes through
 * the database. A lost notification costs time, never a job: runners poll now and then.
 */
export class JobNotifications {
  readonly #db: Database
  readonly #log: Pick<Logger, 'warn'>
  readonly #listeners = new Set<WorkListener>()
  readonly #sender = `${process.pid}.${process.hrtime.bigint()}`
  /** The soonest due moment of each queue that the others do not know yet, on the monotonic clock. */
  readonly #unsent = new Map<string, number>()
  #isSending = false
  #subscription: { close(): Promise<void> } | undefined

  constructor(db: Database, log: Pick<Logger, 'warn'>) {
    this.#db = db
    this.#log = log
  }

  /** Starts to listen to other processes; the embedded database has none. */
  async open(): Promise<void> {
    if (this.#db.kind === 'embedded') return
    this.#subscription = await this.#db.listen(channel, (text) => {
      const [sender, ...told] = text.split(' ')
      if (sender === this.#sender) return
      for (const one of told) {
        const [name = '', dueInMs = '0'] = one.split(':')
        this.#notifyListeners(name, Number(dueInMs))
      }
    })
  }

  async close(): Promise<void> {
    await this.#subscription?.close()
  }

  /** Calls `listener` with a queue's name and the milliseconds until its job is due. */
  onWork(listener: WorkListener): { close(): void } {
    this.#listeners.add(listener)
    return { close: () => this.#listeners.delete(listener) }
  }

  /** Says that a job of this queue is due in so many milliseconds; call it after the commit. */
  notify(name: string, dueInMs: number): void {
    this.#notifyListeners(name, dueInMs)
    // The others wait for a delayed job as well: whoever enqueued it may be gone, or busy, when it is due.
    if (this.#db.kind === 'embedded') return
    const dueAtMs = performance.now() + dueInMs
    this.#unsent.set(name, Math.min(this.#unsent.get(name) ?? dueAtMs, dueAtMs))
    if (!this.#isSending) outsideTransaction(() => void this.#send())
  }

  #notifyListeners(name: string, dueInMs: number): void {
    for (const listener of this.#listeners) listener(name, dueInMs)
  }

  /** While one notification travels the next ones gather, so a burst costs a handful of statements. */
  async #send(): Promise<void> {
    this.#isSending = true
    try {
      while (this.#unsent.size > 0) {
        const told = [...this.#unsent].map(
          ([name, dueAtMs]) => `${name}:${Math.max(0, Math.ceil(dueAtMs - performance.now()))}`,
        )
        this.#unsent.clear()
        await this.#db.pool.query('SELECT pg_notify($1, $2)', [channel, [this.#sender, ...told].join(' ')])
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'other processes could not be told of new jobs')
    } finally {
      this.#isSending = false
    }
  }
}
