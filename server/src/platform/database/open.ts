import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Logger } from 'pino'
import { OperatorError } from '../operator-error.ts'
import type { Database } from './database.ts'
import { EmbeddedEngine, embeddedDefaults } from './embedded/embedded.ts'
import { type DirectoryLock, lockDirectory } from './embedded/lock.ts'
import { startMaintenance } from './embedded/maintenance.ts'
import { type EngineReports, takePrestarted } from './embedded/prestart.ts'
import { Listener } from './listener.ts'
import { Recoveries } from './recoveries.ts'
import { describeServerProblem } from './server-problems.ts'
import { GuardedPool, runTransaction } from './transaction.ts'

/** What opening a database may need to know. */
export interface DatabaseOptions {
  /** A PostgreSQL server; without it the embedded database is used. */
  databaseUrl?: string | undefined
  /** Home of the embedded database; created 0700. */
  dataDirectory: string
  /** Home of the embedded database's seed; default below the repository's `.cache`. */
  seedDirectory?: string
  log: Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>
  /** Connections at most; default 10. */
  maxConnections?: number
  /** Milliseconds a statement may run; default 120 000 embedded (its end restarts the engine), 60 000 on a server. */
  statementTimeoutMs?: number
  /** Whether commits wait for the disk; off only for tests. Embedded only; default true. */
  isDurable?: boolean
}

const oldestServerVersion = 150_000
const connectTimeoutMs = 10_000
/** Answers are due in milliseconds, and starting a compiler or workers takes longer than most whole queries. */
const planning = '-c jit=off -c max_parallel_workers_per_gather=0'

/** Opens the database; throws with a sentence when the server is too old or the directory is in use. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.databaseUrl === undefined ? openEmbedded(options) : openServer(options, options.databaseUrl)
}

/** Starts the engine, or takes the one that was started before the program. */
async function startEngine(
  options: DatabaseOptions,
  recoveries: Recoveries,
): Promise<{ engine: EmbeddedEngine; lock: DirectoryLock }> {
  const reports: EngineReports = {
    onFailure: (error) => options.log.error({ err: error }, 'the embedded database failed'),
    onRecovery: () => {
      options.log.info('the embedded database serves again')
      recoveries.announce()
    },
  }
  const settings = {
    dataDirectory: options.dataDirectory,
    seedDirectory: options.seedDirectory ?? embeddedDefaults.seedDirectory,
    isDurable: options.isDurable ?? embeddedDefaults.isDurable,
    statementTimeoutMs: options.statementTimeoutMs ?? embeddedDefaults.statementTimeoutMs,
    idleTransactionMs: embeddedDefaults.idleTransactionMs,
  }
  const prestarted = takePrestarted(options.dataDirectory)
  prestarted?.reportTo(reports)
  const lock = prestarted?.lock ?? lockDirectory(options.dataDirectory)
  try {
    const engine = await (prestarted?.engine ?? EmbeddedEngine.start({ ...settings, ...reports }))
    return { engine, lock }
  } catch (error) {
    lock.release()
    throw error
  }
}

async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const recoveries = new Recoveries()
  const { engine, lock } = await startEngine(options, recoveries)
  const connection: pg.ClientConfig = {
    user: 'postgres',
    database: 'postgres',
    stream: () => engine.connect() as never,
    pipeline: true,
  }
  // A connection costs the engine nothing, so none is ever given up.
  const pool = new GuardedPool({ ...connection, max: options.maxConnections ?? 10, idleTimeoutMillis: 0 })
  const maintenance = startMaintenance({ pool, engine, log: options.log })
  return assemble(
    'embedded',
    pool,
    () => new pg.Client(connection),
    options.log,
    recoveries,
    async (endConnections) => {
      await maintenance.stop()
      await endConnections()
      await engine.close()
      lock.release()
    },
  )
}

async function openServer(options: DatabaseOptions, connectionString: string): Promise<Database> {
  const connection: pg.ClientConfig = {
    connectionString,
    application_name: 'moltflow',
    keepAlive: true,
    options: planning,
    // Whatever is in between may accept a connection for a server that is away, and never answer.
    connectionTimeoutMillis: connectTimeoutMs,
  }
  const pool = new GuardedPool({
    ...connection,
    max: options.maxConnections ?? 10,
    idleTimeoutMillis: 60_000,
    statement_timeout: options.statementTimeoutMs ?? 60_000,
    idle_in_transaction_session_timeout: embeddedDefaults.idleTransactionMs,
  })
  try {
    const { rows } = await pool.query<{ server_version_num: string }>('SHOW server_version_num')
    const version = Number(rows[0]?.server_version_num)
    if (version < oldestServerVersion) {
      const major = Math.floor(version / 10_000)
      throw new OperatorError(
        `The database server is PostgreSQL ${major}; MoltFlow needs PostgreSQL 15 or newer.`,
      )
    }
  } catch (error) {
    await pool.end()
    throw describeServerProblem(connectionString, error)
  }
  return assemble(
    'server',
    pool,
    () => new pg.Client({ ...connection, query_timeout: connectTimeoutMs }),
    options.log,
    new Recoveries(),
    (endConnections) => endConnections(),
  )
}

function assemble(
  kind: Database['kind'],
  pool: pg.Pool,
  openClient: () => pg.Client,
  log: DatabaseOptions['log'],
  recoveries: Recoveries,
  shutDown: (endConnections: () => Promise<void>) => Promise<void>,
): Database {
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'))
  const listener = new Listener(openClient, {
    onError: (error) => log.warn({ err: error }, 'the notification connection broke'),
    onReconnect: () => recoveries.announce(),
  })
  let closing: Promise<void> | undefined
  return {
    kind,
    pool,
    sql: drizzle({ client: pool }),
    // A server flushes its log in its own time: hundreds of milliseconds are more than a moment.
    transaction: (work, { mayLag = false, isSnapshot = false } = {}) =>
      runTransaction(pool, work, { mayLag: kind === 'embedded' && mayLag, isSnapshot }),
    listen: (channel, onPayload, onReconnect) => listener.listen(channel, onPayload, onReconnect),
    onRecovery: (run) => recoveries.listen(run),
    close() {
      closing ??= shutDown(async () => {
        await listener.close()
        await pool.end()
      })
      return closing
    },
  }
}
