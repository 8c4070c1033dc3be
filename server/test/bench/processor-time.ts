import { readFile } from 'node:fs/promises'
import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import type { Database } from '../../src/platform/database/database.ts'
import { openDatabase } from '../../src/platform/database/open.ts'
import type { ServerProcess } from '../processes.ts'
import { cpuSeconds } from './bench-world.ts'

/** The database of an installation that is not running, or on a server. */
export function openBeside(env: Record<string, string>): Promise<Database> {
  return openDatabase({
    databaseUrl: env.DATABASE_URL,
    dataDirectory: env.MOLTFLOW_DATA_DIR ?? '',
    log: pino({ level: 'silent' }),
  })
}

/** Milliseconds of processor time that a program and its database server have used; an embedded one is in the program. */
export interface ProcessorTime {
  programMs: number
  databaseMs: number
}

/** The process whose children a database server's processes are; undefined for an embedded database. */
export async function findPostmaster(env: Record<string, string>): Promise<number | undefined> {
  if (env.DATABASE_URL === undefined) return undefined
  const db = await openBeside(env)
  const { rows } = await db.sql.execute<{ pid: number }>(text`SELECT pg_backend_pid() AS pid`)
  const status = await readFile(`/proc/${rows[0]?.pid}/status`, 'utf8')
  await db.close()
  return Number(/PPid:\s+(\d+)/.exec(status)?.[1])
}

/** Seconds that all processes of a database server have used, those that have ended too (Linux). */
async function databaseSeconds(postmaster: number): Promise<number> {
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8')
  const stat = (await readFile(`/proc/${postmaster}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
  const own = stat.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
  const living = await Promise.all(
    children
      .trim()
      .split(' ')
      .map((pid) => cpuSeconds(Number(pid)).catch(() => 0)),
  )
  return living.reduce((sum, seconds) => sum + seconds, own)
}

/** What both have used so far. */
export async function processorTime(
  server: ServerProcess,
  postmaster: number | undefined,
): Promise<ProcessorTime> {
  const program = await cpuSeconds(server.process.child.pid ?? 0)
  const database = postmaster === undefined ? 0 : await databaseSeconds(postmaster)
  return { programMs: program * 1000, databaseMs: database * 1000 }
}

/** Pages that a database server has looked at so far for one database, wherever they were; 0 for an embedded one. */
export async function countPages(env: Record<string, string>): Promise<number> {
  if (env.DATABASE_URL === undefined) return 0
  const db = await openBeside(env)
  const { rows } = await db.sql.execute<{ pages: number }>(text`
    SELECT (blks_hit + blks_read)::float AS pages FROM pg_stat_database WHERE datname = current_database()`)
  await db.close()
  return rows[0]?.pages ?? 0
}
