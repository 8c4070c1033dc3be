import type { Database, Sql } from './database.ts'
import { outsideTransaction } from './transaction.ts'

/** How a batch is written. */
export interface BatcherOptions<T, R> {
  /** Writes all items in the given transaction and answers one result per item, in order. */
  write(sql: Sql, items: T[]): Promise<R[]>
  /** Whether a batch of nothing but such items may be acknowledged before it is on the disk (see TransactionOptions). */
  mayLag?(item: T): boolean
  /** Items of one transaction at most; default 500. */
  maxItems?: number
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
 * shared by however many arrive meanwhile and a single item waits for nobody. When a batch fails its
 * items are tried one by one, so that one bad item does not fail the others.
 */
export function createBatcher<T, R>(
  db: Pick<Database, 'transaction'>,
  options: BatcherOptions<T, R>,
): Batcher<T, R> {
  const maxItems = options.maxItems ?? 500
  let queue: Waiting<T, R>[] = []
  let running: Promise<void> | undefined

  const writeAll = async (batch: Waiting<T, R>[]): Promise<void> => {
    const items = batch.map((waiting) => waiting.item)
    const mayLag = options.mayLag !== undefined && items.every(options.mayLag)
    const results = await db.transaction((sql) => options.write(sql, items), { mayLag })
    if (results.length !== batch.length)
      throw new Error(`a batch of ${batch.length} items got ${results.length} results`)
    batch.forEach((waiting, index) => waiting.resolve(results[index] as R))
  }

  const run = async (): Promise<void> => {
    // Lets everybody who writes in this turn of the loop into the first batch.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = queue.slice(0, maxItems)
      queue = queue.slice(maxItems)
      try {
        await writeAll(batch)
      } catch (error) {
        const [only] = batch
        if (batch.length === 1 && only !== undefined) only.reject(error)
        else for (const waiting of batch) await writeAll([waiting]).catch(waiting.reject)
      }
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
