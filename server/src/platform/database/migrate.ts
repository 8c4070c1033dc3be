import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql as text } from 'drizzle-orm'
import { OperatorError } from '../operator-error.ts'
import type { Database, Sql } from './database.ts'

/** The directory of the project's migrations. */
export const migrationsDirectory = join(import.meta.dirname, '../../../migrations')

/** One SQL file, as it is or as it was applied. */
export interface Migration {
  name: string
  sha256: string
  statements: string
}

const fileNamePattern = /^\d{4}_[a-z0-9_]+\.sql$/
/** Any number that nobody else in this database locks with; held until the transaction ends. */
const lockNumber = 7_204_110_530

/** The migrations of a directory, in the order of their names; throws for a name that is not `NNNN_name.sql`. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name) => {
      if (!fileNamePattern.test(name))
        throw new Error(`migration ${name} must be named like 0001_what_it_does.sql`)
      const statements = await readFile(join(directory, name), 'utf8')
      return { name, sha256: createHash('sha256').update(statements).digest('hex'), statements }
    }),
  )
}

/**
 * Brings the database up to date: each missing migration in a transaction of its own, in order of
 * name, one process at a time. Returns the names applied now. Throws when an applied file has changed
 * or when the database knows a migration that this version does not have.
 */
export async function runMigrations(
  db: Database,
  directory: string = migrationsDirectory,
): Promise<string[]> {
  const migrations = await readMigrations(directory)
  const applied: string[] = []
  const before = await db.transaction((sql) => lockAndReadApplied(sql))
  checkApplied(before, migrations)
  for (const migration of migrations) {
    if (before.has(migration.name)) continue
    if (await db.transaction((sql) => apply(sql, migration))) applied.push(migration.name)
  }
  return applied
}

async function lockAndReadApplied(sql: Sql): Promise<Map<string, string>> {
  await sql.execute(text`SELECT pg_advisory_xact_lock(${lockNumber}::bigint)`)
  await sql.execute(text`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      name text PRIMARY KEY,
      sha256 text NOT NULL,
      applied_at timestamp with time zone NOT NULL DEFAULT now()
    )`)
  const { rows } = await sql.execute<{ name: string; sha256: string }>(
    text`SELECT name, sha256 FROM schema_migrations`,
  )
  return new Map(rows.map((row) => [row.name, row.sha256]))
}

function checkApplied(applied: Map<string, string>, migrations: Migration[]): void {
  for (const migration of migrations) {
    const sha256 = applied.get(migration.name)
    if (sha256 === undefined || sha256 === migration.sha256) continue
    throw new OperatorError(
      `Migration ${migration.name} has changed since it was applied. Restore the file and put the change into a new migration.`,
    )
  }
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = [...applied.keys()].filter((name) => !known.has(name)).sort()
  if (unknown.length > 0) {
    throw new OperatorError(
      `The database was migrated by a newer version (${unknown.join(', ')}). Start that version; an older one would write what the newer one does not understand.`,
    )
  }
}

/** Whether it was applied here: while this process waited for the lock another may have done it. */
async function apply(sql: Sql, migration: Migration): Promise<boolean> {
  const applied = await lockAndReadApplied(sql)
  if (applied.has(migration.name)) return false
  try {
    await sql.execute(text.raw(migration.statements))
  } catch (error) {
    throw new Error(`Migration ${migration.name} failed`, { cause: error })
  }
  await sql.execute(
    text`INSERT INTO schema_migrations (name, sha256) VALUES (${migration.name}, ${migration.sha256})`,
  )
  return true
}
