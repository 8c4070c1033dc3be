import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrationsDirectory } from '../src/platform/database/migrate.ts'
import { openTestDatabase } from './harness-database.ts'
import { compareSchemas, generateDeclaredTables } from './table-definitions.ts'

/**
 * `npm run db:generate -- what_it_does`: writes the SQL of declared tables that no migration
 * makes yet, and tells what else differs, which is changed by hand.
 */
async function main(what: string | undefined): Promise<void> {
  if (what === undefined || !/^[a-z0-9_]+$/.test(what))
    throw new Error('usage: generate-migration.ts what_it_does')
  await using database = await openTestDatabase()
  const { missing, unexpected } = await compareSchemas(database.db)
  const { rows } = await database.db.pool.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
  )
  const existing = new Set(rows.map((row) => row.name))
  const statements = (await generateDeclaredTables()).filter((statement) => {
    const table = /(?:CREATE TABLE|ALTER TABLE|\sON) "(\w+)"/.exec(statement)?.[1]
    return table !== undefined && !existing.has(table)
  })
  if (statements.length > 0) {
    const numbers = readdirSync(migrationsDirectory).map((name) => Number.parseInt(name, 10) || 0)
    const name = `${String(Math.max(0, ...numbers) + 1).padStart(4, '0')}_${what}.sql`
    writeFileSync(join(migrationsDirectory, name), `${statements.join('\n')}\n`)
    process.stdout.write(`Wrote server/migrations/${name}: read it before you commit it.\n`)
  }
  const changed = [...missing.map((fact) => `+ ${fact}`), ...unexpected.map((fact) => `- ${fact}`)].filter(
    (line) => existing.has(line.slice(2, line.indexOf(':'))),
  )
  if (changed.length > 0)
    process.stdout.write(`Write by hand what changes in tables that exist:\n${changed.join('\n')}\n`)
  else if (statements.length === 0) process.stdout.write('The migrations already say everything.\n')
}

await main(process.argv[2])
