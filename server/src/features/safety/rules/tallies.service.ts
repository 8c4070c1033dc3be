import type { Context } from '../../../context.ts'
import type { Database } from '../../../platform/database/database.ts'
import { addToTallies, listTallies, type TallyRow } from './tallies.store.ts'

/** What is counted apart from each other. */
export type TallyArea = 'policy' | 'antispam'

const writeEveryMs = 5_000

/** Counts in memory, so that a message costs no query for it; a crash loses some seconds. */
class TallyBook {
  readonly #ctx: Context
  #counts = new Map<string, TallyRow>()
  #timer: { cancel(): void } | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  count(tenantId: string, area: TallyArea, counter: string, hits: number): void {
    const key = `${tenantId} ${area} ${counter}`
    const known = this.#counts.get(key)
    if (known === undefined)
      this.#counts.set(key, { tenantId, area, counter, hits, since: this.#ctx.clock.now() })
    else known.hits += hits
    this.#timer ??= this.#ctx.clock.schedule(writeEveryMs, () => void this.flush())
  }

  flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    const rows = [...this.#counts.values()]
    this.#counts = new Map()
    if (rows.length > 0) this.#writing = this.#writing.then(() => this.#write(rows))
    return this.#writing
  }

  async #write(rows: readonly TallyRow[]): Promise<void> {
    try {
      await addToTallies(this.#ctx.db.sql, rows)
    } catch (err) {
      // The database is away: the counts come back and go with the next ones.
      this.#ctx.log.warn({ err }, 'safety counters could not be written yet')
      for (const { tenantId, area, counter, hits } of rows) {
        this.count(tenantId, area as TallyArea, counter, hits)
      }
    }
  }
}

const books = new WeakMap<Database, TallyBook>()

function bookOf(ctx: Context): TallyBook {
  let book = books.get(ctx.db)
  if (book === undefined) {
    book = new TallyBook(ctx)
    books.set(ctx.db, book)
  }
  return book
}

/** Counts something of a tenant. */
export function tally(ctx: Context, tenantId: string, area: TallyArea, counter: string, hits = 1): void {
  bookOf(ctx).count(tenantId, area, counter, hits)
}

/** Writes what was counted so far. */
export function flushTallies(ctx: Context): Promise<void> {
  return bookOf(ctx).flush()
}

/** Counters of a tenant, with what this process has counted until now. */
export async function readTallies(
  ctx: Context,
  tenantId: string,
  area: TallyArea,
): Promise<{ hits: ReadonlyMap<string, number>; since: Date | null }> {
  await flushTallies(ctx)
  const rows = await listTallies(ctx.db.sql, tenantId, area)
  const times = rows.map((row) => row.since.getTime())
  return {
    hits: new Map(rows.map((row) => [row.counter, row.hits])),
    since: times.length === 0 ? null : new Date(Math.min(...times)),
  }
}
