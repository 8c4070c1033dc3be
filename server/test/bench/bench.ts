// npm run bench [-- --only send,inbound,... --on embedded|server --quick]: prints a table, writes bench-results/latest.json.
// Those that take long or compare what was decided once run only when they are named: --only soak, jobs, imports, search, sentiment.
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startPostgresServer } from '../postgres-server.ts'
import type { Row } from './bench.types.ts'
import { benches } from './rows.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    on: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
})
const only = values.only?.split(',')
const wanted = benches.filter(({ name, isLong }) => only?.includes(name) ?? isLong !== true)
const rows: Row[] = []
const raw: Record<string, unknown> = {}

async function measure(database: string, freshUrl: () => Promise<string | undefined>): Promise<void> {
  for (const bench of wanted) {
    const databaseUrl = await freshUrl()
    const found = await bench.run({
      database,
      isQuick: values.quick,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    })
    raw[`${bench.name} ${database}`] = found.raw
    for (const row of found.rows) rows.push({ ...row, database })
    console.table(rows.slice(-found.rows.length))
  }
}

if (values.on !== 'server') await measure('embedded', async () => undefined)
const postgres = await startPostgresServer()
let databases = 0
/** A database of its own for every measurement. */
async function createDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  const name = `bench_${++databases}`
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  const url = new URL(postgres.url)
  url.pathname = `/${name}`
  return url.href
}
try {
  if (values.on !== 'embedded') await measure('server', createDatabase)
} finally {
  await postgres.stop()
}
console.table(rows)
await mkdir('bench-results', { recursive: true })
await writeFile(
  'bench-results/latest.json',
  JSON.stringify({ node: process.version, cpus: cpus().length, model: cpus()[0]?.model, rows, raw }, null, 2),
)
