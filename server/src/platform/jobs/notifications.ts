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
  readonly #unsent = new Set<string>()
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
      const [sender, ...names] = text.split(' ')
      if (sender !== this.#sender) for (const name of names) this.#notifyListeners(name, 0)
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
    // Whoever enqueued a delayed job also waits for it; the others find it at their next poll.
    if (this.#db.kind === 'embedded' || dueInMs > 0) return
    this.#unsent.add(name)
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
        const names = [...this.#unsent]
        this.#unsent.clear()
        await this.#db.pool.query('SELECT pg_notify($1, $2)', [channel, [this.#sender, ...names].join(' ')])
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'other processes could not be told of new jobs')
    } finally {
      this.#isSending = false
    }
  }
}
