import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import { is, sql as text } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import type { Database, Sql } from '../src/platform/database/database.ts'

// The files are found at run time, which a static import cannot express.
const load = createRequire(import.meta.url)
const sourceDirectory = join(import.meta.dirname, '../src')

/** Tables that no declaration describes: the migration runner's own. */
const undeclaredTables = new Set(['schema_migrations'])

/** Every table that any `*.tables.ts` file declares, by file and export name. */
export function loadTableDefinitions(): Record<string, unknown> {
  const definitions: Record<string, unknown> = {}
  for (const file of globSync('**/*.tables.ts', { cwd: sourceDirectory }).sort()) {
    const module = load(join(sourceDirectory, file)) as Record<string, unknown>
    for (const [name, value] of Object.entries(module)) {
      if (is(value, PgTable)) definitions[`${file}:${name}`] = value
    }
  }
  return definitions
}

/** The SQL that makes all declared tables in an empty database. */
export async function generateDeclaredTables(): Promise<string[]> {
  return generateMigration(generateDrizzleJson({}), generateDrizzleJson(loadTableDefinitions()))
}

/** How the columns of the migrated database and of the declarations differ. */
export interface SchemaDifference {
  /** Declared, but made by no migration. */
  missing: string[]
  /** Made by a migration, but not declared. */
  unexpected: string[]
}

class Undo extends Error {}

/**
 * Makes the declared tables in a schema of their own beside the migrated ones, compares the two as
 * PostgreSQL itself describes them, and takes them back.
 */
export async function compareSchemas(db: Database): Promise<SchemaDifference> {
  const statements = await generateDeclaredTables()
  let difference: SchemaDifference = { missing: [], unexpected: [] }
  await db
    .transaction(async (sql) => {
      const migrated = await describe(sql, 'public')
      await sql.execute(text`CREATE SCHEMA declared`)
      await sql.execute(text`SET LOCAL search_path = declared`)
      for (const statement of statements)
        await sql.execute(text.raw(statement.replaceAll('"public".', '"declared".')))
      const declared = await describe(sql, 'declared')
      difference = { missing: without(declared, migrated), unexpected: without(migrated, declared) }
      throw new Undo()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error
    })
  return difference
}

function without(facts: string[], others: string[]): string[] {
  const known = new Set(others)
  return facts.filter((fact) => !known.has(fact))
}

/** The columns of a schema, one line each: type, nullability and default as PostgreSQL prints them. */
async function describe(sql: Sql, schema: string): Promise<string[]> {
  const { rows } = await sql.execute<{ name: string; fact: string }>(text`
    SELECT c.relname AS name, format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN ' NOT NULL' END, ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) AS fact
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = ${schema}::regnamespace AND c.relkind = 'r'
    ORDER BY 1, 2`)
  return rows
    .filter((row) => !undeclaredTables.has(row.name))
    .map((row) => `${row.name}: ${row.fact.replaceAll(`${schema}.`, '')}`)
}
