import { AsyncLocalStorage } from 'node:async_hooks'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { beginHooks, forgetHooks, runCommitHooks, type Sql, type TransactionOptions } from './database.ts'
import { beginLagging } from './embedded/wire.ts'
import { WholeAnswerClient } from './whole-answers.ts'

const openTransaction = new AsyncLocalStorage<{ isOpen: boolean }>()

/** Runs `work` as if no transaction surrounded it: for background work that outlives its starter. */
export function outsideTransaction<T>(work: () => T): T {
  return openTransaction.run({ isOpen: false }, work)
}

/**
 * A second connection inside an open transaction waits for a connection that the transaction itself
 * may be holding up: for ever on the embedded database, under load on a server. So it is refused.
 */
function refuseInsideTransaction(): void {
  if (openTransaction.getStore()?.isOpen !== true) return
  throw new Error('a query outside the open transaction: pass on the `sql` that transaction() gave you')
}

/** The driver's pool, refusing what would lock up inside a transaction, and answers that were not read to their end. */
export class GuardedPool extends pg.Pool {
  constructor(config: pg.PoolConfig) {
    super({ ...config, Client: WholeAnswerClient })
    // The pool listens for errors of idle connections only. Of one that breaks between two statements of a transaction
    // the next statement reports; without a listener it would end the process.
    this.on('connect', (client) => client.on('error', () => {}))
  }

  override connect(): Promise<pg.PoolClient>
  override connect(
    callback: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): void
  override connect(callback?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | undefined {
    refuseInsideTransaction()
    if (callback === undefined) return super.connect()
    super.connect(callback)
    return undefined
  }
}

const beginSnapshot = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

/** Runs `work` between BEGIN and COMMIT on one connection of the pool. */
export async function runTransaction<T>(
  pool: pg.Pool,
  work: (sql: Sql) => Promise<T>,
  { mayLag, isSnapshot }: Required<TransactionOptions>,
): Promise<T> {
  const client = await pool.connect()
  const sql: Sql = drizzle({ client })
  const scope = { isOpen: true }
  beginHooks(sql)
  try {
    // Goes with the first statement where connections are pipelined. If it fails, so does that one.
    const begun = client.query(isSnapshot ? beginSnapshot : mayLag ? beginLagging : 'BEGIN')
    begun.catch(() => {})
    const result = await openTransaction.run(scope, () => work(sql))
    await begun
    const { command } = await client.query('COMMIT')
    // PostgreSQL answers COMMIT with ROLLBACK, and no error, when a failed statement was ignored.
    if (command !== 'COMMIT')
      throw new Error('a statement of the transaction failed and was ignored: nothing was stored')
    client.release()
    scope.isOpen = false
    runCommitHooks(sql)
    return result
  } catch (error) {
    if (scope.isOpen) {
      scope.isOpen = false
      forgetHooks(sql)
      await rollBack(client)
    }
    throw error
  }
}

async function rollBack(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('ROLLBACK')
    client.release()
  } catch {
    // A connection that cannot even roll back is thrown away; the server rolls back when it ends.
    client.release(true)
  }
}
