import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import pino from 'pino'
import type { Database } from '../src/platform/database/database.ts'
import { copyTree } from '../src/platform/database/embedded/seed.ts'
import { migrationsDirectory, readMigrations, runMigrations } from '../src/platform/database/migrate.ts'
import { type DatabaseOptions, openDatabase } from '../src/platform/database/open.ts'
import { openJobs } from '../src/platform/jobs/job-store.ts'

/** A migrated database of a test file's own. */
export interface TestDatabase extends AsyncDisposable {
  db: Database
  /** Empty below the database; for media and keys. */
  dataDirectory: string
  /** Set when it runs on a server. */
  databaseUrl: string | undefined
  /** Another process's view of the same database; undefined on the embedded one, which allows only one. */
  openSecond(): Promise<Database | undefined>
  close(): Promise<void>
}

const cacheDirectory = join(import.meta.dirname, '../../.cache')
const silent = pino({ level: 'silent' })

/** Whether the tests run on a PostgreSQL server instead of the embedded database. */
export const isServerTest = process.env.TEST_DATABASE === 'postgres'

/** Opens a fresh database with all migrations and the job store's schema; close it in `after`. */
export async function openTestDatabase(
  options: { log?: DatabaseOptions['log'] } = {},
): Promise<TestDatabase> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'moltflow-test-'))
  const log = options.log ?? silent
  return isServerTest ? openOnServer(dataDirectory, log) : openEmbedded(dataDirectory, log)
}

async function openEmbedded(dataDirectory: string, log: DatabaseOptions['log']): Promise<TestDatabase> {
  await copyTree(await ensureMigratedSeed(), join(dataDirectory, 'database'), false)
  const db = await openDatabase({ dataDirectory, log, isDurable: false })
  const close = async (): Promise<void> => {
    await db.close()
    await rm(dataDirectory, { recursive: true, force: true })
  }
  return {
    db,
    dataDirectory,
    databaseUrl: undefined,
    openSecond: async () => undefined,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** One per state of the migrations; made by whoever comes first, kept between runs. */
async function ensureMigratedSeed(): Promise<string> {
  const seed = join(cacheDirectory, `test-seed-${await migrationsFingerprint()}`)
  if (existsSync(join(seed, 'PG_VERSION'))) return seed
  mkdirSync(cacheDirectory, { recursive: true })
  const draft = mkdtempSync(join(cacheDirectory, 'test-seed-draft-'))
  await migrate(await openDatabase({ dataDirectory: draft, log: silent, isDurable: false }))
  await copyTree(join(draft, 'database'), seed, false)
  rmSync(draft, { recursive: true, force: true })
  removeOldSeeds()
  return seed
}

/** Every change of a migration leaves 30 MB behind; nobody uses yesterday's. */
function removeOldSeeds(): void {
  const yesterday = Date.now() - 24 * 60 * 60_000
  for (const name of readdirSync(cacheDirectory)) {
    const path = join(cacheDirectory, name)
    const isOld =
      name.startsWith('test-seed-') &&
      (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < yesterday
    if (isOld) rmSync(path, { recursive: true, force: true })
  }
}

async function migrate(db: Database): Promise<void> {
  await runMigrations(db)
  const jobs = await openJobs({ db, log: silent })
  await jobs.close()
  await db.close()
}

async function migrationsFingerprint(): Promise<string> {
  const hash = createHash('sha256').update('2')
  for (const migration of await readMigrations(migrationsDirectory))
    hash.update(migration.name).update(migration.sha256)
  return hash.digest('hex').slice(0, 16)
}

async function openOnServer(dataDirectory: string, log: DatabaseOptions['log']): Promise<TestDatabase> {
  const serverUrl = process.env.TEST_DATABASE_URL
  if (serverUrl === undefined)
    throw new Error('TEST_DATABASE=postgres needs TEST_DATABASE_URL: run `npm run test:postgres`')
  const template = await ensureTemplate(serverUrl)
  const name = `test_${process.pid}_${process.hrtime.bigint()}`
  await onServer(serverUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  const databaseUrl = withDatabase(serverUrl, name)
  const open = (): Promise<Database> => openDatabase({ dataDirectory, databaseUrl, log, maxConnections: 5 })
  const db = await open()
  const close = async (): Promise<void> => {
    await db.close()
    await onServer(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
    await rm(dataDirectory, { recursive: true, force: true })
  }
  return { db, dataDirectory, databaseUrl, openSecond: open, close, [Symbol.asyncDispose]: close }
}

/** Made by whoever comes first; the advisory lock keeps the others waiting until it is complete. */
async function ensureTemplate(serverUrl: string): Promise<string> {
  const name = `template_${await migrationsFingerprint()}`
  await onServer(serverUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock(1)')
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (rowCount !== 0) return
    await client.query(`DROP DATABASE IF EXISTS ${name}_draft`)
    await client.query(`CREATE DATABASE ${name}_draft`)
    const databaseUrl = withDatabase(serverUrl, `${name}_draft`)
    await migrate(await openDatabase({ dataDirectory: tmpdir(), databaseUrl, log: silent }))
    await client.query(`ALTER DATABASE ${name}_draft RENAME TO ${name}`)
  })
  return name
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
