import type { Logger } from 'pino'
import type { SessionRows } from './auth-store.ts'

/** A session's side of the common write queue. */
export interface WriteSource {
  /** What can be written now, coalesced; undefined when nothing can. */
  take(): SessionRows | undefined
  /** The rows of the last `take` are committed. */
  committed(): void
  /** The epoch is stale: somebody else owns the session, nothing was written. */
  fenced(): void
  /** The database refused; nothing was written. */
  failed(error: unknown): void
}

/**
 * Group commit over all sessions of the process: while one statement is in flight the next one collects, so
 * the cost of a commit is shared by everything that waits for it.
 */
export class KeyWriter {
  readonly #write: (sessions: readonly SessionRows[]) => Promise<Set<string>>
  readonly #log: Logger
  readonly #waiting = new Set<WriteSource>()
  readonly #maxRows: number
  #isRunning = false

  /** `write` commits rows and resolves to the sessions whose epoch still held. */
  constructor(
    write: (sessions: readonly SessionRows[]) => Promise<Set<string>>,
    log: Logger,
    maxRows = 2000,
  ) {
    this.#write = write
    this.#log = log
    this.#maxRows = maxRows
  }

  /** The source may have something to write. */
  notify(source: WriteSource): void {
    this.#waiting.add(source)
    if (this.#isRunning) return
    this.#isRunning = true
    // What the current tick of the loop still adds goes with the same statement.
    setImmediate(() => void this.#run())
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = this.#collect()
      if (batch.length > 0) await this.#commit(batch)
    }
    this.#isRunning = false
  }

  #collect(): { source: WriteSource; rows: SessionRows }[] {
    const batch: { source: WriteSource; rows: SessionRows }[] = []
    let count = 0
    for (const source of this.#waiting) {
      if (count >= this.#maxRows) break
      this.#waiting.delete(source)
      const rows = source.take()
      if (rows === undefined) continue
      count += rows.rows.length
      batch.push({ source, rows })
    }
    return batch
  }

  async #commit(batch: readonly { source: WriteSource; rows: SessionRows }[]): Promise<void> {
    let held: Set<string>
    try {
      held = await this.#write(batch.map(({ rows }) => rows))
    } catch (error) {
      this.#log.error({ err: error, sessions: batch.length }, 'session keys could not be written')
      for (const { source } of batch) source.failed(error)
      return
    }
    for (const { source, rows } of batch) {
      if (held.has(rows.sessionId)) source.committed()
      else source.fenced()
    }
  }
}
