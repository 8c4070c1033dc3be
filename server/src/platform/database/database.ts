import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Pool } from 'pg'

/** What a store queries through: the database itself or an open transaction. */
export type Sql = NodePgDatabase<Record<string, never>>

/** How a transaction ends. */
export interface TransactionOptions {
  /**
   * On the embedded database its commit resolves before it is on the disk, where it follows within milliseconds: for
   * what a later commit covers before anybody relies on it, or what is found out again after a crash.
   */
  mayLag?: boolean
  /**
   * Every statement sees one moment, and nothing is written: for an answer that is put together of several reads and
   * would contradict itself when something ends between two of them.
   */
  isSnapshot?: boolean
}

/** One PostgreSQL, embedded or on a server, through one driver. */
export interface Database {
  readonly kind: 'embedded' | 'server'
  readonly sql: Sql
  /** The driver's pool, for libraries that bring their own queries. */
  readonly pool: Pool
  /** Runs `work` in one transaction: commits when it resolves, rolls back when it throws. */
  transaction<T>(work: (sql: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Calls `onPayload` for every NOTIFY on the channel, also after a reconnect; `onReconnect` is called after a gap. */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect?: () => void,
  ): Promise<{ close(): Promise<void> }>
  /** Calls `run` whenever the database serves again after it was away or full; the function returned ends that. */
  onRecovery(run: () => void): () => void
  /** Ends the pool and, when embedded, checkpoints and stops the engine. */
  close(): Promise<void>
}

const commitHooks = new WeakMap<object, (() => void)[]>()

/** Marks `sql` as a transaction whose hooks run after commit; called by implementations of Database. */
export function beginHooks(sql: Sql): void {
  commitHooks.set(sql, [])
}

/** Runs and forgets the hooks of a committed transaction. */
export function runCommitHooks(sql: Sql): void {
  const hooks = commitHooks.get(sql) ?? []
  commitHooks.delete(sql)
  for (const hook of hooks) hook()
}

/** Forgets the hooks of a transaction that rolled back; what is added later runs never. */
export function forgetHooks(sql: Sql): void {
  commitHooks.set(sql, [])
}

/** Runs `hook` once `sql` has committed, at once when it is no transaction, never when it rolls back. */
export function afterCommit(sql: Sql, hook: () => void): void {
  const hooks = commitHooks.get(sql)
  if (hooks === undefined) hook()
  else hooks.push(hook)
}
