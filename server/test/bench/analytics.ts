import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import { createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { countNext, followMessages } from '../../src/features/insight/rollups/rollups.service.ts'
import type { Database } from '../../src/platform/database/database.ts'
import { liftLimits, prepareInstallation } from '../lift-limits.ts'
import { startServer, temporaryDirectory } from '../processes.ts'
import { type Bench, urlOf } from './bench.types.ts'
import { api, benchEnvironment, percentile } from './bench-world.ts'
import { findPostmaster, processorTime } from './processor-time.ts'

const [sessionCount, chatCount, leadCount, recipientCount] = [5, 20_000, 20_000, 10_000]
const idOf = (kind: number, n: string) =>
  `('0199000${kind}-0000-7000-8000-' || lpad((${n})::text, 12, '0'))::uuid`
const firstTenant = '(SELECT id FROM tenants ORDER BY created_at LIMIT 1)'
/** A year before now, so many seconds apart. */
const momentOf = (count: number) => `now() - interval '365 days' + n * interval '365 days' / ${count}`

/** A year of a busy tenant: 5 sessions, 20,000 people with 10 labels, a million messages, leads and a campaign. */
function messagesOfYear(messageCount: number): string[] {
  const at = momentOf(messageCount)
  return [
    `INSERT INTO sessions (id, tenant_id, name, created_at, updated_at)
     SELECT ${idOf(1, 'n')}, ${firstTenant}, 'Session ' || n, now(), now() FROM generate_series(0, ${sessionCount - 1}) AS n`,
    `INSERT INTO contacts (id, tenant_id, phone, name, created_at, updated_at)
     SELECT ${idOf(2, 'n')}, ${firstTenant}, (4917000000000 + n)::text, 'Person ' || n, now(), now()
     FROM generate_series(0, ${chatCount - 1}) AS n`,
    `INSERT INTO chats (id, tenant_id, session_id, kind, contact_id, wa_chat_id, message_count, last_message_at, created_at)
     SELECT ${idOf(3, 'n')}, ${firstTenant}, ${idOf(1, `n % ${sessionCount}`)}, 'person', ${idOf(2, 'n')},
       (4917000000000 + n) || '@c.us', ${Math.ceil(messageCount / chatCount)}, now(), now()
     FROM generate_series(0, ${chatCount - 1}) AS n`,
    `INSERT INTO labels (id, tenant_id, name, color, color_index, changed_at, created_at, updated_at)
     SELECT ${idOf(4, 'n')}, ${firstTenant}, 'Label ' || n, '#ff0000', n, now(), now(), now() FROM generate_series(0, 9) AS n`,
    `INSERT INTO chat_labels (label_id, chat_id, tenant_id, changed_at)
     SELECT ${idOf(4, 'n % 10')}, ${idOf(3, 'n')}, ${firstTenant}, now() FROM generate_series(0, ${chatCount - 1}) AS n
     WHERE n % 2 = 0`,
    // Some chats say much more than others, and more by day than by night.
    `INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, sender_contact_id, message_type,
       status, content_preview, origin, ordered_at, sent_at, delivered_at, read_at, created_at)
     SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8'
         || lpad(to_hex(n), 15, '0'))::uuid,
       ${firstTenant}, ${idOf(1, `chat % ${sessionCount}`)}, ${idOf(3, 'chat')}, 'BENCH' || n,
       CASE WHEN is_out THEN 'outbound' ELSE 'inbound' END, CASE WHEN NOT is_out THEN ${idOf(2, 'chat')} END, 'text',
       CASE WHEN NOT is_out THEN 'received' WHEN n % 3 = 0 THEN 'delivered' ELSE 'read' END,
       'A message of some length, as people write them', CASE WHEN is_out AND n % 7 = 0 THEN 'bulk' WHEN is_out THEN 'api' END,
       at, CASE WHEN is_out THEN at END, CASE WHEN is_out THEN at END, CASE WHEN is_out AND n % 3 <> 0 THEN at END, at
     FROM (
       SELECT n, ${at} + (sin(n) * interval '3 hours') AS at, n::bigint * 7919 % 16 < 7 AS is_out,
         floor(${chatCount} * power((n::bigint * 2654435761 % 1000003) / 1000003.0, 1.6))::int AS chat
       FROM generate_series($from, $to) AS n
     ) m`,
    `INSERT INTO leads (id, tenant_id, contact_id, contact_phone, status, signal_score, score_signals, facts, group_id,
       wa_group_id, group_name, session_id, monitor_mode, last_group_id, last_group_name, last_monitor_mode,
       last_signal_at, keywords, detected_at, updated_at)
     SELECT gen_random_uuid(), ${firstTenant}, ${idOf(2, `n % ${chatCount}`)}, (4917000000000 + n)::text,
       (ARRAY['converted', 'lost', 'lost', 'converted', 'lost'])[1 + n % 5], 3, '[]',
       '{"kinds":[],"days":[],"groups":[]}', ${idOf(5, 'n % 20')}, '1@g.us', 'Group', ${idOf(1, `n % ${sessionCount}`)},
       'keywords', ${idOf(5, 'n % 20')}, 'Group', 'keywords', ${momentOf(leadCount)}, '', ${momentOf(leadCount)}, now()
     FROM generate_series(1, ${leadCount}) AS n`,
    `INSERT INTO bulk_jobs (id, tenant_id, session_id, source, status, message_type, total_recipients, sent_count,
       delivered_count, read_count, replied_count, started_at, completed_at, created_at, updated_at)
     SELECT ${idOf(6, 'n')}, ${firstTenant}, ${idOf(1, '0')}, 'api', 'completed', 'text', ${recipientCount}, 9000, 8500, 6000,
       1000 + n, now(), now(), ${momentOf(500)}, now() FROM generate_series(1, 500) AS n`,
    `INSERT INTO bulk_recipients (tenant_id, job_id, position, phone, status, error, sent_at)
     SELECT ${firstTenant}, ${idOf(6, '1')}, n, (4917000000000 + n)::text,
       (ARRAY['read', 'delivered', 'replied', 'failed', 'skipped'])[1 + n % 5],
       CASE WHEN n % 5 = 3 THEN 'ack_46' || n % 4 END, CASE WHEN n % 5 < 3 THEN now() + n * interval '1 minute' END
     FROM generate_series(1, ${recipientCount}) AS n`,
  ]
}

async function insertYear(db: Database, messageCount: number): Promise<void> {
  await liftLimits(db)
  for (const statement of messagesOfYear(messageCount)) {
    if (!statement.includes('$from')) await db.sql.execute(text.raw(statement))
    // A statement takes a minute at most.
    else
      for (let from = 1; from <= messageCount; from += 50_000)
        await db.sql.execute(
          text.raw(statement.replace('$from', `${from}`).replace('$to', `${from + 49_999}`)),
        )
  }
  await db.sql.execute(text`CHECKPOINT`)
  for (const table of ['messages', 'chats', 'chat_labels', 'leads', 'contacts', 'bulk_recipients'])
    await db.sql.execute(text.raw(`VACUUM (ANALYZE) ${table}`))
}

/** Counts everything without the rests that it takes beside other work: how long that takes. */
async function countAll(env: Record<string, string>): Promise<number> {
  const log = pino({ level: 'warn' })
  const app = await createApp({ config: loadConfig(env), log, version: 'bench', areJobsManual: true })
  try {
    const { rows } = await app.ctx.db.sql.execute<{ id: string }>(text.raw(`SELECT ${firstTenant} AS id`))
    const tenantId = rows[0]?.id ?? ''
    const startedMs = performance.now()
    await followMessages(app.ctx)
    await app.jobs.drain()
    while (await countNext(app.ctx, tenantId));
    const ms = performance.now() - startedMs
    for (const table of [
      'rollup_slots',
      'rollup_days',
      'rollup_months',
      'rollup_contacts',
      'rollup_marks',
      'rollup_contact_marks',
    ])
      await app.ctx.db.sql.execute(text.raw(`VACUUM (ANALYZE) ${table}`))
    return ms
  } finally {
    await app.close()
  }
}

const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
/** A year, each time another one by some days: answers are kept until something is counted. */
const yearOf = (round: number) => `from=${day(364 - (round % 15))}&to=${day(Math.floor(round / 15) % 15)}`
const label = '01990004-0000-7000-8000-000000000003'
const session = '01990001-0000-7000-8000-000000000002'

/** What is asked, each over the whole year. */
const questions: Readonly<Record<string, (year: string) => readonly string[]>> = {
  messages: (year) => [`messages?${year}`, `messages?${year}&session_id=${session}&label_id=${label}`],
  'response times': (year) => [
    `response-times?${year}`,
    `response-times?${year}&interval=month&label_id=${label}`,
  ],
  leads: (year) => [`leads?${year}`, `leads?${year}&session_id=${session}`],
  contacts: () => [
    'contacts',
    'contacts?sort=reply_rate&limit=100',
    'contacts?sort=last_active_at&offset=5000',
  ],
  'send times': () => ['send-times?days=180&timezone=America/New_York', `send-times?session_id=${session}`],
  'another zone': (year) => [
    `messages?${year}&timezone=Asia/Kolkata`,
    `response-times?${year}&timezone=America/New_York`,
  ],
  campaigns: () => ['campaigns?sort=reply_rate', 'campaigns/01990006-0000-7000-8000-000000000001?limit=100'],
}

/** Of all questions of a kind, each. */
interface Figure {
  p50: number
  p99: number
  /** Of program and database. */
  cpuMs: number
}

/** Milliseconds of the analytics over a year of a busy tenant, after everything was counted. */
async function measure(options: { databaseUrl?: string; messageCount: number; rounds: number }) {
  await using data = await temporaryDirectory()
  const env = benchEnvironment(data.path, 'ws://127.0.0.1:9', options.databaseUrl)
  await prepareInstallation(env, (db) => insertYear(db, options.messageCount))
  const countedMs = await countAll(env)
  const server = await startServer({ env, by: 'program' })
  const postmaster = await findPostmaster(env)
  const figures: Record<string, Figure> = {}
  async function ask(pathsOf: (round: number) => readonly string[]): Promise<Figure> {
    const ms: number[] = []
    let before = await processorTime(server, postmaster)
    for (let round = -20; round < options.rounds; round++) {
      if (round === 0) before = await processorTime(server, postmaster)
      for (const path of pathsOf(round)) {
        const startedMs = performance.now()
        await api(server.url, 'GET', `/analytics/${path}`)
        if (round >= 0) ms.push(performance.now() - startedMs)
      }
    }
    const after = await processorTime(server, postmaster)
    const cpuMs = after.programMs - before.programMs + after.databaseMs - before.databaseMs
    return { p50: percentile(ms, 0.5), p99: percentile(ms, 0.99), cpuMs: cpuMs / ms.length }
  }
  try {
    for (const [name, pathsOf] of Object.entries(questions)) {
      figures[name] = await ask((round) => pathsOf(yearOf(round + 20)))
      if (pathsOf.length > 0) figures[`${name} again`] = await ask(() => pathsOf(yearOf(0)))
    }
  } finally {
    await server.process.stop()
  }
  return { countedMs, figures }
}

/** (s) Analytics over a year with a million messages. */
export const analyticsBench: Bench = {
  name: 'analytics',
  isLong: true,
  async run(options) {
    const messageCount = options.isQuick ? 100_000 : 1_000_000
    const raw = await measure({ ...urlOf(options), messageCount, rounds: options.isQuick ? 50 : 200 })
    const figure = Object.entries(raw.figures).map(
      ([name, { p50, p99, cpuMs }]) =>
        `${name} ${p50.toFixed(1)} and ${p99.toFixed(1)} ms (CPU ${cpuMs.toFixed(1)})`,
    )
    return {
      raw,
      rows: [
        {
          what: `(s) analytics of a year with ${messageCount.toLocaleString('en')} messages, p50 and p99`,
          figure: `${figure.join('; ')}; everything counted anew in ${(raw.countedMs / 1000).toFixed(0)} s`,
          goal: 'p99 <= 50 ms',
          isMet: Object.values(raw.figures).every(({ p99 }) => p99 <= 50),
        },
      ],
    }
  },
}
