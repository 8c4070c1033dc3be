import { setTimeout as wait } from 'node:timers/promises'
import { sql as text } from 'drizzle-orm'
import { request } from 'undici'
import type { Database } from '../../src/platform/database/database.ts'
import { liftLimits, prepareInstallation } from '../lift-limits.ts'
import { startServer, temporaryDirectory } from '../processes.ts'
import { api, benchEnvironment, benchKey, percentile, residentMb } from './bench-world.ts'

const leadCount = 100_000
const groupId = (n: number) => `01990000-0000-7000-8000-${String(n).padStart(12, '0')}`

/** 100,000 leads of the first tenant: 20 groups, 400 first and 250 last names, 40 keywords, every status. */
async function insertLeads(db: Database): Promise<void> {
  await db.sql.execute(text`
    INSERT INTO leads (id, tenant_id, contact_phone, contact_name, status, signal_score, score_signals, facts,
      group_id, wa_group_id, group_name, session_id, matched_keyword, message_preview, monitor_mode, last_group_id,
      last_group_name, last_monitor_mode, last_signal_at, keywords, message_count, detected_at, updated_at)
    SELECT gen_random_uuid(), t.id, '49' || (1700000000 + (n::bigint * 7919) % 99999989)::text,
      'First' || (n * 31) % 400 || ' Last' || (n * 17) % 250,
      (ARRAY['new', 'new', 'contacted', 'qualified', 'converted', 'lost'])[1 + n % 6], n % 11,
      '[{"signal":"keyword","weight":3}]', '{"kinds":["keyword"],"days":[],"groups":[]}',
      (${groupId(0).slice(0, -2)}::text || lpad((n % 20)::text, 2, '0'))::uuid, '12036300@g.us', 'Group ' || n % 20,
      gen_random_uuid(), 'keyword' || n % 40, repeat('A message of some length. ', 6), 'keywords',
      (${groupId(0).slice(0, -2)}::text || lpad((n % 20)::text, 2, '0'))::uuid, 'Group ' || n % 20, 'keywords',
      timestamptz '2026-01-01' + n * interval '1 second', 'keyword' || n % 40, 1,
      timestamptz '2026-01-01' + n * interval '1 second', now()
    FROM (SELECT id FROM tenants ORDER BY created_at LIMIT 1) t, generate_series(1, ${leadCount}::int) AS n`)
  await db.sql.execute(text`
    INSERT INTO lead_groups (lead_id, group_id, tenant_id, detected_at, is_first)
    SELECT id, group_id, tenant_id, detected_at, true FROM leads`)
  // What is not on the disk yet is not marked as visible to everybody, and counted row by row.
  await db.sql.execute(text`CHECKPOINT`)
  for (const table of ['leads', 'lead_search', 'lead_groups'])
    await db.sql.execute(text.raw(`VACUUM (ANALYZE) ${table}`))
}

/** What people look for: a word of a name, two of them, a part of a number, a keyword; with and without filters. */
function queryOf(n: number): string {
  const filters = ['', '&status=new', `&source_group_id=${groupId(n % 20)}`, '&status=contacted']
  const searches = [
    `first${n % 400}`,
    `first${n % 400}%20last${n % 250}`,
    `last${n % 250}`,
    String(170_000 + ((n * 37) % 9999)),
    `keyword${n % 40}`,
  ]
  return `/leads?limit=50&search=${searches[n % 5]}${filters[n % 4]}`
}

/** (l) Milliseconds of the lead list with filter and search over 100,000 leads, and of an export of 10,000. */
export async function benchLeads(options: { databaseUrl?: string; requests?: number }) {
  await using data = await temporaryDirectory()
  const env = benchEnvironment(data.path, 'ws://127.0.0.1:9', options.databaseUrl)
  await prepareInstallation(env, async (db) => {
    await liftLimits(db)
    await insertLeads(db)
  })
  const server = await startServer({ env, by: 'program' })
  try {
    const timed = async (path: string) => {
      const started = performance.now()
      await api(server.url, 'GET', path)
      return performance.now() - started
    }
    for (let n = 0; n < 100; n++) await timed(queryOf(n))
    const searchMs: number[] = []
    for (let n = 0; n < (options.requests ?? 1000); n++) searchMs.push(await timed(queryOf(n)))
    const countMs: number[] = []
    for (let n = 0; n < 100; n++) countMs.push(await timed(`/leads?limit=1&status=${n % 2 ? 'new' : 'lost'}`))
    return {
      search: { p50: percentile(searchMs, 0.5), p99: percentile(searchMs, 0.99) },
      counts: { p50: percentile(countMs, 0.5), p99: percentile(countMs, 0.99) },
      csv: await measureExport(server.url, 'csv', server.process.child.pid ?? 0),
      json: await measureExport(server.url, 'json', server.process.child.pid ?? 0),
    }
  } finally {
    await server.process.stop()
  }
}

/** Time of the median of five exports, and how far memory rose above what it was before. */
async function measureExport(url: string, format: 'csv' | 'json', pid: number) {
  const before = await residentMb(pid)
  const ms: number[] = []
  let [bytes, highest, isOver] = [0, before, false]
  const watching = (async () => {
    while (!isOver) {
      highest = Math.max(highest, await residentMb(pid))
      await wait(20)
    }
  })()
  for (let round = 0; round < 5; round++) {
    const started = performance.now()
    const { body } = await request(`${url}/api/v2/leads/export/${format}`, {
      headers: { 'x-api-key': benchKey },
    })
    bytes = 0
    for await (const chunk of body) bytes += (chunk as Buffer).length
    ms.push(performance.now() - started)
  }
  isOver = true
  await watching
  return { ms: percentile(ms, 0.5), bytes, grownMb: highest - before }
}
