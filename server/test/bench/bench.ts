// npm run bench [-- --only send,inbound,ready,memory,http] [--quick]: prints a table, writes bench-results/latest.json.
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startPostgresServer } from '../postgres-server.ts'
import { benchHttp } from './http.ts'
import { benchInbound } from './inbound.ts'
import { benchMemory, benchReady } from './lifecycle.ts'
import { benchSend } from './send.ts'

interface Row {
  what: string
  database: string
  figure: string
  goal: string
  isMet: boolean
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const only = values.only?.split(',')
const wants = (name: string) => only === undefined || only.includes(name)
const rows: Row[] = []
const raw: Record<string, unknown> = {}
const median = (numbers: number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

async function measure(database: string, freshUrl: () => Promise<string | undefined>): Promise<void> {
  const withUrl = async () => {
    const databaseUrl = await freshUrl()
    return databaseUrl === undefined ? {} : { databaseUrl }
  }
  if (wants('send')) {
    const send = await benchSend({ ...(await withUrl()), ...(values.quick ? { rounds: 1, count: 600 } : {}) })
    raw[`send ${database}`] = send
    const ours = median(send.ours.map((round) => round.perSecond))
    const bare = median(send.bare.map((round) => round.perSecond))
    const cpu = [
      median(send.ours.map((r) => r.cpuMsPerMessage)),
      median(send.bare.map((r) => r.cpuMsPerMessage)),
    ].map((ms) => ms.toFixed(2))
    rows.push({
      what: '(a) texts/s, 20 at once, beside bare Baileys',
      database,
      figure: `${ours.toFixed(0)} : ${bare.toFixed(0)} = ${send.ratio.toFixed(2)} (CPU ms ${cpu.join(' : ')})`,
      goal: '>= 0.60',
      isMet: send.ratio >= 0.6,
    })
  }
  if (wants('inbound')) {
    const inbound = await benchInbound({ ...(await withUrl()), ...(values.quick ? { seconds: 10 } : {}) })
    raw[`inbound ${database}`] = inbound
    rows.push({
      what: '(b) inbound to webhook at 50/s',
      database,
      figure: `p50 ${inbound.p50.toFixed(1)} ms, p99 ${inbound.p99.toFixed(1)} ms, missing ${inbound.missing}/${inbound.total}`,
      goal: 'p50 <= 15, p99 <= 60',
      isMet: inbound.p50 <= 15 && inbound.p99 <= 60 && inbound.missing === 0,
    })
  }
  if (wants('ready')) {
    const ready = await benchReady(await withUrl())
    raw[`ready ${database}`] = ready
    rows.push({
      what: '(c) ready when installed',
      database,
      figure: `first ${ready.firstMs.toFixed(0)} ms, later ${ready.medianMs.toFixed(0)} ms`,
      goal: '<= 3000 ms',
      isMet: ready.worstMs <= 3000,
    })
  }
  if (wants('memory')) {
    const memory = await benchMemory({ ...(await withUrl()), ...(values.quick ? { idleSeconds: 10 } : {}) })
    raw[`memory ${database}`] = memory
    const limit = database === 'embedded' ? 350 : 200
    rows.push({
      what: '(d) resident, idle, one session',
      database,
      figure: `${memory.residentMb.toFixed(0)} MB`,
      goal: `<= ${limit} MB`,
      isMet: memory.residentMb <= limit,
    })
  }
  if (wants('http')) {
    const http = await benchHttp({ ...(await withUrl()), seconds: values.quick ? 3 : 8 })
    raw[`http ${database}`] = http
    rows.push({
      what: '(e) GET /sessions beside a bare route',
      database,
      figure: `${http.ours.toFixed(0)} : ${http.bare.toFixed(0)} req/s = ${http.ratio.toFixed(2)}`,
      goal: '>= 0.70',
      isMet: http.ratio >= 0.7,
    })
  }
}

await measure('embedded', async () => undefined)
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
  await measure('server', createDatabase)
} finally {
  await postgres.stop()
}
console.table(rows)
await mkdir('bench-results', { recursive: true })
await writeFile(
  'bench-results/latest.json',
  JSON.stringify({ node: process.version, cpus: cpus().length, model: cpus()[0]?.model, rows, raw }, null, 2),
)
