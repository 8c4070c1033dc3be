import type { Database, Sql } from './database.ts'
import { outsideTransaction } from './transaction.ts'

/** How items become batches. */
export interface CollectOptions {
  /** Items of one batch at most; default 500. */
  maxItems?: number
  /**
   * A batch begins when this turn of the event loop is over, not at once: for items that come in one turn, though not in
   * one call.
   */
  isTurnCollected?: boolean
  /** When a batch fails all its items do; else each is tried alone, so that one bad item does not fail the others. */
  doFailTogether?: boolean
}

/** How a batch is written. */
export interface BatcherOptions<T, R> extends CollectOptions {
  /** Writes all items in the given transaction and answers one result per item, in order. */
  write(sql: Sql, items: T[]): Promise<R[]>
  /** Whether a batch of nothing but such items may be acknowledged before it is on the disk (see TransactionOptions). */
  mayLag?(item: T): boolean
}

/** Collects single writes into common transactions. */
export interface Batcher<T, R> {
  /** Resolves after the commit of the transaction that holds the item; rejects when it could not be written. */
  add(item: T): Promise<R>
  /** Resolves when nothing waits any more. */
  flush(): Promise<void>
}

interface Waiting<T, R> {
  item: T
  resolve(result: R): void
  reject(error: unknown): void
}

/**
 * Makes a batcher: while one transaction commits, the next one collects, so that a commit's cost is
 * shared by however many arrive meanwhile and a single item waits for nobody.
 */
export function createBatcher<T, R>(
  db: Pick<Database, 'transaction'>,
  options: BatcherOptions<T, R>,
): Batcher<T, R> {
  const { mayLag } = options
  return createStatementBatcher<T, R>(
    (items) =>
      db.transaction((sql) => options.write(sql, items), {
        mayLag: mayLag !== undefined && items.every((item) => mayLag(item)),
      }),
    options,
  )
}

/** The same for what is one statement and needs no transaction. */
export function createStatementBatcher<T, R>(
  write: (items: T[]) => Promise<R[]>,
  { maxItems = 500, isTurnCollected = false, doFailTogether = false }: CollectOptions = {},
): Batcher<T, R> {
  let queue: Waiting<T, R>[] = []
  let running: Promise<void> | undefined

  const writeAll = async (batch: Waiting<T, R>[]): Promise<void> => {
    const results = await write(batch.map((waiting) => waiting.item))
    if (results.length !== batch.length)
      throw new Error(`a batch of ${batch.length} items got ${results.length} results`)
    batch.forEach((waiting, index) => waiting.resolve(results[index] as R))
  }

  const settleFailed = async (batch: Waiting<T, R>[], error: unknown): Promise<void> => {
    if (batch.length === 1 || doFailTogether) for (const waiting of batch) waiting.reject(error)
    else for (const waiting of batch) await writeAll([waiting]).catch(waiting.reject)
  }

  const run = async (): Promise<void> => {
    // Lets everybody who writes in this turn of the loop into the first batch.
    await (isTurnCollected ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve())
    while (queue.length > 0) {
      const batch = queue.slice(0, maxItems)
      queue = queue.slice(maxItems)
      await writeAll(batch).catch((error: unknown) => settleFailed(batch, error))
    }
    running = undefined
  }

  return {
    add(item) {
      return new Promise<R>((resolve, reject) => {
        queue.push({ item, resolve, reject })
        // The batch belongs to no single caller, least of all to a transaction one of them has open.
        running ??= outsideTransaction(run)
      })
    },
    async flush() {
      while (running !== undefined) await running
    },
  }
}
