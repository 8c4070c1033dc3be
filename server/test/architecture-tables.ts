import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { areaOf, isAbove } from './architecture-tower.ts'
import { inServer, type Rule, zoneOf } from './architecture-zones.ts'
import type { FileFacts } from './source-facts.ts'
import { readSqlFunctions } from './sql-facts.ts'
import type { TableUse } from './table-facts.ts'

const migrationsDirectory = join(import.meta.dirname, '../migrations')
const sqlFunctions = readSqlFunctions(
  globSync('*.sql', { cwd: migrationsDirectory })
    .sort()
    .map((name) => readFileSync(join(migrationsDirectory, name), 'utf8')),
)

/**
 * Functions of the database that write tables of several areas, with the one area that calls them: a message that is
 * sent would otherwise cost a statement per table.
 */
const statementsOfMany: Readonly<Record<string, string>> = {
  store_outgoing_messages: 'sending',
  settle_sent_messages: 'sending',
}

/** Whose a file's tables are: an area's, the engine's or platform's. */
const ownerOf = (path: string): string => areaOf(path) ?? zoneOf(path)

interface Tables {
  /** Owners by name in the database. */
  owners: Map<string, string>
  /** Names in the database by file and exported name. */
  names: Map<string, string>
}

function listTables(files: readonly FileFacts[]): Tables {
  const owners = new Map<string, string>()
  const names = new Map<string, string>()
  for (const { path, tables } of files.filter(inServer)) {
    for (const { exported, name } of tables) {
      owners.set(name, ownerOf(path))
      names.set(`${path} ${exported}`, name)
    }
  }
  return { owners, names }
}

function nameOf({ names }: Tables, { name, imported }: TableUse): string | undefined {
  return imported === undefined ? name : names.get(`${imported.path} ${imported.exported}`)
}

const oneOwner: Rule = (files) => {
  const places = files
    .filter(inServer)
    .flatMap(({ path, tables }) => tables.map(({ name, line }) => ({ name, place: `${path}:${line}` })))
  return [...Map.groupBy(places, ({ name }) => name).values()].flatMap((same) =>
    same.flatMap(({ name, place }) => {
      const other = same.find((each) => each.place !== place)
      if (other === undefined) return []
      return [`${place} declares ${name}, as ${other.place} does: a table belongs to one area`]
    }),
  )
}

/** What one use of a table does wrong; undefined when it is no write, or one of an own table. */
function refuseWrite(file: FileFacts, use: TableUse, tables: Tables): string | undefined {
  const own = ownerOf(file.path)
  if (use.use === 'call') {
    const name = use.name ?? ''
    const foreign = [...(sqlFunctions.get(name) ?? [])].filter((table) => tables.owners.get(table) !== own)
    if (foreign.length === 0 || statementsOfMany[name] === own) return undefined
    return `calls ${name}, which writes ${foreign.join(', ')}: call it where these tables are`
  }
  if (use.use !== 'write') return undefined
  const table = nameOf(tables, use)
  if (table === '?')
    return own === 'platform' ? undefined : 'writes a table that the text does not name: name it'
  const owner = table === undefined ? undefined : tables.owners.get(table)
  if (owner === undefined || owner === own) return undefined
  return `writes ${table} of ${owner}: ask a service of ${owner}, with the transaction, or publish an event it handles`
}

const writtenByOwner: Rule = (files) => {
  const tables = listTables(files)
  return files.filter(inServer).flatMap((file) =>
    file.tableUses.flatMap((use) => {
      const problem = refuseWrite(file, use, tables)
      return problem === undefined ? [] : [`${file.path}:${use.line} ${problem}`]
    }),
  )
}

/** The line that a file which reads tables of other areas begins with. */
function readsLine(file: FileFacts, tables: Tables): string | undefined {
  const own = ownerOf(file.path)
  const read = new Set(
    file.tableUses.filter(({ use }) => use === 'read').map((use) => nameOf(tables, use) ?? ''),
  )
  const foreign = [...read].sort().flatMap((table) => {
    const owner = tables.owners.get(table)
    return owner === undefined || owner === own ? [] : [{ table, owner }]
  })
  if (foreign.length === 0) return undefined
  const byOwner = [...Map.groupBy(foreign, ({ owner }) => owner)].sort(([a], [b]) => (a < b ? -1 : 1))
  const parts = byOwner.map(([owner, list]) => `${owner} (${list.map(({ table }) => table).join(', ')})`)
  return `// Reads tables of other areas: ${parts.join(', ')}.`
}

const readsAreNamed: Rule = (files) => {
  const tables = listTables(files)
  return files.filter(inServer).flatMap((file) => {
    if (file.path.endsWith('.tables.ts')) return []
    const wanted = readsLine(file, tables)
    const found = file.firstLine.startsWith('// Reads tables of other areas:') ? file.firstLine : undefined
    if (wanted === found) return []
    return [
      wanted === undefined
        ? `${file.path} reads no tables of other areas: take its first line away`
        : `${file.path} reads tables of other areas: begin it with the line "${wanted}"`,
    ]
  })
}

const readsGoDown: Rule = (files) => {
  const tables = listTables(files)
  return files.filter(inServer).flatMap((file) => {
    const own = ownerOf(file.path)
    return file.tableUses.flatMap((use) => {
      if (use.use !== 'read') return []
      const table = nameOf(tables, use) ?? ''
      const owner = tables.owners.get(table)
      if (owner === undefined || owner === own || (areaOf(file.path) !== undefined && isAbove(own, owner)))
        return []
      const advice = `${own} stands below ${owner}: let ${owner} ask, or pass what it knows as a parameter`
      return [`${file.path}:${use.line} reads ${table}: ${advice}`]
    })
  })
}

/** Whose the tables are. */
export const tableRules: Readonly<Record<string, Rule>> = {
  'a table is declared once': oneOwner,
  'a table is written by its own area': writtenByOwner,
  'tables of lower areas alone are read': readsGoDown,
  'who reads tables of other areas says so': readsAreNamed,
}
