import type { Context } from '../../../context.ts'
import type { Database } from '../../../platform/database/database.ts'
import { dayOf } from './usage.schema.ts'
import { addToDays, type DayCount } from './usage.store.ts'

const writeEveryMs = 5_000

/** Counts API calls in memory, so that a request costs no query of its own. */
class RequestCounter {
  readonly #ctx: Context
  /** By day, since calls before midnight belong to the day before. */
  #counts = new Map<string, DayCount>()
  #timer: { cancel(): void } | undefined

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  count(tenantId: string): void {
    const date = dayOf(this.#ctx.clock.nowMs())
    const key = `${tenantId} ${date}`
    const known = this.#counts.get(key)
    if (known === undefined) this.#counts.set(key, { tenantId, sessionId: null, date, count: 1 })
    else known.count += 1
    this.#timer ??= this.#ctx.clock.schedule(writeEveryMs, () => void this.flush())
  }

  /** Calls of today that are not written yet. */
  pending(tenantId: string): number {
    return this.#counts.get(`${tenantId} ${dayOf(this.#ctx.clock.nowMs())}`)?.count ?? 0
  }

  async flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    const days = [...this.#counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, day]) => day)
    this.#counts = new Map()
    try {
      await addToDays(this.#ctx.db.sql, 'apiCalls', days)
    } catch (cause) {
      await this.#flushSingly(days, cause)
    }
  }

  /** One tenant deleted meanwhile must not cost the others their counts; what fails alone is given up. */
  async #flushSingly(days: readonly DayCount[], cause: unknown): Promise<void> {
    const results = await Promise.allSettled(
      days.map((day) => addToDays(this.#ctx.db.sql, 'apiCalls', [day])),
    )
    const failed = results.filter((result) => result.status === 'rejected').length
    if (failed > 0) this.#ctx.log.warn({ err: cause, tenants: failed }, 'API calls were not counted')
  }
}

const counters = new WeakMap<Database, RequestCounter>()

/** The counter of this process. */
export function counterOf(ctx: Context): RequestCounter {
  let counter = counters.get(ctx.db)
  if (counter === undefined) {
    counter = new RequestCounter(ctx)
    counters.set(ctx.db, counter)
  }
  return counter
}
