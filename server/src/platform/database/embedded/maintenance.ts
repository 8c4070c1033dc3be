import pg from 'pg'
import type { Logger } from 'pino'
import type { EmbeddedEngine } from './embedded.ts'
import { roomForCheckpoint, roomForVacuum } from './room.ts'

/** What the maintenance of the embedded database works with. */
export interface MaintenanceOptions {
  pool: pg.Pool
  engine: Pick<EmbeddedEngine, 'gauge' | 'hasRoom' | 'isReady'>
  log: Pick<Logger, 'warn' | 'debug'>
}

const checkIntervalMs = 10_000
const quietMs = 500
/** Written log after which a checkpoint no longer waits for a quiet moment. */
const urgentLogBytes = 48 * 1024 * 1024
const calmLogBytes = 4 * 1024 * 1024
const calmCheckpointMs = 5 * 60_000
const vacuumIntervalMs = 60_000
/** Dead rows after which a table is vacuumed although the database is busy. */
const urgentDeadRows = 20_000

/**
 * Checkpoints, vacuums and analyses the embedded database: its single process has none of the
 * background workers that do it on a server, and its log would grow without bound.
 */
export function startMaintenance(options: MaintenanceOptions): { stop(): Promise<void> } {
  const maintenance = new Maintenance(options)
  const timer = setInterval(() => maintenance.runIfDue(), checkIntervalMs)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await maintenance.finish()
    },
  }
}

class Maintenance {
  readonly #options: MaintenanceOptions
  #running: Promise<void> = Promise.resolve()
  #isRunning = false
  #seenUnits = 0
  #checkpointAtMs = Date.now()
  #checkpointLsn = 0
  #vacuumAtMs = Date.now()
  #isWithoutRoom = false

  constructor(options: MaintenanceOptions) {
    this.#options = options
  }

  /** Does what is due; an idle database costs one comparison. */
  runIfDue(): void {
    if (this.#isRunning || this.#options.engine.gauge.unitCount === this.#seenUnits) return
    this.#isRunning = true
    this.#running = this.#work()
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'database maintenance failed'))
      .finally(() => {
        this.#isRunning = false
        this.#seenUnits = this.#options.engine.gauge.unitCount
      })
  }

  /** Waits for what runs and leaves a checkpoint, so that the next start has nothing to replay. */
  async finish(): Promise<void> {
    await this.#running
    const { engine } = this.#options
    if (!engine.isReady || !engine.hasRoom(roomForCheckpoint)) return
    await this.#options.pool.query('CHECKPOINT').catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'the last checkpoint failed')
    })
  }

  async #work(): Promise<void> {
    const { pool, engine } = this.#options
    if (!engine.isReady || !this.#checkRoom()) return
    const isQuiet = Date.now() - engine.gauge.lastUnitAtMs > quietMs
    if (Date.now() - this.#vacuumAtMs >= vacuumIntervalMs) await this.#vacuum(isQuiet)
    const { rows } = await pool.query<{ lsn: string }>(
      "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS lsn",
    )
    const lsn = Number(rows[0]?.lsn)
    const written = lsn - this.#checkpointLsn
    const sinceMs = Date.now() - this.#checkpointAtMs
    const isDue = written > calmLogBytes || (written > 0 && sinceMs > calmCheckpointMs)
    if (written > urgentLogBytes || (isDue && isQuiet)) {
      await pool.query('CHECKPOINT')
      this.#checkpointLsn = lsn
      this.#checkpointAtMs = Date.now()
    }
  }

  /** The engine does not survive a checkpoint that finds no room, so none is begun. */
  #checkRoom(): boolean {
    const hasRoom = this.#options.engine.hasRoom(roomForCheckpoint)
    if (!hasRoom && !this.#isWithoutRoom)
      this.#options.log.warn('the disk is nearly full: the maintenance of the database waits for room')
    this.#isWithoutRoom = !hasRoom
    return hasRoom
  }

  /** Table by table, so that nobody waits longer than for one of them. */
  async #vacuum(isQuiet: boolean): Promise<void> {
    this.#vacuumAtMs = Date.now()
    const { rows } = await this.#options.pool.query<{ schema: string; name: string }>(
      `SELECT schemaname AS schema, relname AS name FROM pg_stat_user_tables
       WHERE n_dead_tup > $1
          OR ($2 AND (n_dead_tup > 100 + n_live_tup / 5 OR n_mod_since_analyze > 100 + n_live_tup / 10))`,
      [urgentDeadRows, isQuiet],
    )
    for (const { schema, name } of rows) {
      if (!this.#options.engine.hasRoom(roomForVacuum)) return
      await this.#options.pool.query(
        `VACUUM (ANALYZE) ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`,
      )
    }
  }
}
