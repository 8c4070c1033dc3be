import { lt, sql as text } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { rateWindows } from './rate-limits.tables.ts'

/** What a process got of a key's minute. */
export interface Lease {
  granted: number
  /** Taken by all processes together, this lease included. */
  takenByAll: number
}

const sweepIntervalMs = 60_000

/** Hands out a minute's requests in small lots, so that not every request writes to the database. */
export class RateLeases {
  readonly #db: Database
  readonly #log: Pick<Logger, 'warn'> | undefined
  readonly #sweeper: NodeJS.Timeout
  #latestMinute = 0

  constructor(db: Database, log: Pick<Logger, 'warn'> | undefined) {
    this.#db = db
    this.#log = log
    this.#sweeper = setInterval(() => void this.#sweep(), sweepIntervalMs)
    this.#sweeper.unref()
  }

  /** Takes up to `wanted` of what is left. Without an answer it grants the lot: a broken count refuses nobody. */
  async take(key: string, minute: number, wanted: number, limit: number): Promise<Lease> {
    this.#latestMinute = minute
    const first = Math.min(wanted, limit)
    try {
      const [row] = await this.#db.sql
        .insert(rateWindows)
        .values({ key, minute, taken: first })
        .onConflictDoUpdate({
          target: [rateWindows.key, rateWindows.minute],
          set: {
            taken: text`least(${rateWindows.taken} + ${wanted}, greatest(${limit}, ${rateWindows.taken}))`,
          },
          setWhere: lt(rateWindows.taken, limit),
        })
        // The row before this statement is not to be had on PostgreSQL 15, so the lot is derived: all lots
        // are equal until the last one, which is what is left of the limit.
        .returning({ taken: rateWindows.taken })
      if (row === undefined) return { granted: 0, takenByAll: limit }
      const isLast = row.taken >= limit && limit % wanted !== 0
      return { granted: isLast ? limit % wanted : first, takenByAll: row.taken }
    } catch (error) {
      this.#log?.warn(
        { err: error },
        'the shared rate limit is not available, each process counts for itself',
      )
      return { granted: wanted, takenByAll: wanted }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    await this.#sweep()
  }

  async #sweep(): Promise<void> {
    try {
      await this.#db.sql.delete(rateWindows).where(lt(rateWindows.minute, this.#latestMinute - 1))
    } catch (error) {
      this.#log?.warn({ err: error }, 'old rate windows were not removed')
    }
  }
}
