import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { outsideTransaction } from '../database/transaction.ts'

type Hear = (name: string, dueInMs: number) => void

const channel = 'moltflow_jobs'

/**
 * Tells runners that there is work: those of this process at once, those of other processes through
 * the database. A lost notice costs time, never a job: runners look by themselves now and then.
 */
export class JobNotices {
  readonly #db: Database
  readonly #log: Pick<Logger, 'warn'>
  readonly #hearers = new Set<Hear>()
  readonly #sender = `${process.pid}.${process.hrtime.bigint()}`
  readonly #unsent = new Set<string>()
  #isSending = false
  #subscription: { close(): Promise<void> } | undefined

  constructor(db: Database, log: Pick<Logger, 'warn'>) {
    this.#db = db
    this.#log = log
  }

  /** Starts to hear other processes; the embedded database has none. */
  async open(): Promise<void> {
    if (this.#db.kind === 'embedded') return
    this.#subscription = await this.#db.listen(channel, (text) => {
      const [sender, ...names] = text.split(' ')
      if (sender !== this.#sender) for (const name of names) this.#hear(name, 0)
    })
  }

  async close(): Promise<void> {
    await this.#subscription?.close()
  }

  /** Calls `hear` with a queue's name and the milliseconds until its job is due. */
  onWork(hear: Hear): { close(): void } {
    this.#hearers.add(hear)
    return { close: () => this.#hearers.delete(hear) }
  }

  /** Says that a job of this queue is due in so many milliseconds; call it after the commit. */
  tell(name: string, dueInMs: number): void {
    this.#hear(name, dueInMs)
    // Whoever enqueued a delayed job also waits for it; the others find it at their next look.
    if (this.#db.kind === 'embedded' || dueInMs > 0) return
    this.#unsent.add(name)
    if (!this.#isSending) outsideTransaction(() => void this.#send())
  }

  #hear(name: string, dueInMs: number): void {
    for (const hear of this.#hearers) hear(name, dueInMs)
  }

  /** While one notice travels the next ones gather, so a burst costs a handful of statements. */
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
