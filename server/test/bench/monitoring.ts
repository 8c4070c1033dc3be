import { randomUUID } from 'node:crypto'
import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import { type App, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import type { Context } from '../../src/context.ts'
import type { InboundMessage } from '../../src/engine/events.ts'
import { createAccount } from '../../src/features/account/auth/sign-up.service.ts'
import { storeInbound } from '../../src/features/conversations/inbound/store-inbound.service.ts'
import { compileKeywords } from '../../src/platform/keywords/keywords.ts'
import { temporaryDirectory } from '../processes.ts'
import { benchEnvironment, percentile } from './bench-world.ts'

const groupCount = 100
const keywordCount = 200
const sentences = [
  'Good morning everybody, the market on Saturday begins an hour earlier because of the weather.',
  'מישהו יודע אם הספרייה פתוחה היום אחרי הצהריים? תודה מראש לכולם',
  'Wer hat gestern den Schlüssel am Spielplatz gefunden? Bitte kurz melden, vielen Dank!',
  '明天下午小区停水，请大家提前准备好生活用水，谢谢各位邻居的配合。',
  'มีใครทราบไหมว่าร้านกาแฟหน้าหมู่บ้านเปิดกี่โมง ขอบคุณค่ะ',
]
const roots = ['apartment', 'plumber', 'דירה', 'Wohnung', '公寓', 'ห้องเช่า', 'شقة', 'kiralık']
const keywordsOf = (group: number) =>
  Array.from({ length: keywordCount }, (_, n) => `${roots[n % roots.length]} ${group} ${n}`)

/** What the matcher costs a message that holds none of 200 keywords, the case of nearly all. */
function measureMatcher(): { medianMs: number; p99Ms: number; compileMs: number } {
  const startedMs = performance.now()
  const matchers = Array.from({ length: groupCount }, (_, group) =>
    compileKeywords(keywordsOf(group), 'start'),
  )
  const compileMs = (performance.now() - startedMs) / groupCount
  const each: number[] = []
  for (let round = 0; round < 60; round += 1) {
    for (const matcher of matchers) {
      const sentence = sentences[(round + each.length) % sentences.length] ?? ''
      const beganMs = performance.now()
      matcher.find(sentence)
      if (round >= 10) each.push(performance.now() - beganMs)
    }
  }
  return { medianMs: percentile(each, 0.5), p99Ms: percentile(each, 0.99), compileMs }
}

interface Side {
  sessionId: string
  groups: string[]
}

async function addSession(ctx: Context, tenantId: string, first: number): Promise<Side> {
  const sessionId = ctx.ids.uuid()
  await ctx.db.sql.execute(text`
    INSERT INTO sessions (id, tenant_id, name, created_at, updated_at)
    VALUES (${sessionId}, ${tenantId}, 'bench', now(), now())`)
  const groups = Array.from({ length: groupCount }, (_, n) => `1203630000000${first + n}@g.us`)
  return { sessionId, groups }
}

async function monitor(ctx: Context, tenantId: string, { sessionId, groups }: Side): Promise<void> {
  for (const [n, group] of groups.entries()) {
    const id = ctx.ids.uuid()
    await ctx.db.sql.execute(text`
      INSERT INTO monitored_groups (id, tenant_id, session_id, wa_group_id, monitor_mode, monitor_keywords,
        auto_respond, auto_respond_interval_hours, auto_respond_daily_cap, auto_label_leads, skip_admins,
        skip_existing_contacts, is_active, member_count, created_at, updated_at)
      VALUES (${id}, ${tenantId}, ${sessionId}, ${group}, 'keywords',
        ${text.param(keywordsOf(n))}::text[], false, 24, 50, false, false, false, true, 50, now(), now())`)
    await ctx.db.sql.execute(
      text`INSERT INTO monitored_group_counts (group_id, tenant_id) VALUES (${id}, ${tenantId})`,
    )
  }
}

let serial = 0

/** `count` messages of 50 people over all groups; one of a hundred holds a keyword when `hits` says so. */
function messagesFor(tenantId: string, side: Side, count: number, hits: boolean): InboundMessage[] {
  return Array.from({ length: count }, () => {
    serial += 1
    const group = serial % groupCount
    const isHit = hits && serial % 100 === 7
    const said = isHit ? `I need ${roots[0]} ${group} 0` : (sentences[serial % sentences.length] ?? '')
    return {
      tenantId,
      sessionId: side.sessionId,
      chatId: side.groups[group] ?? '',
      sender: { phone: String(4_915_550_000_000 + (serial % 50)), lid: null, pushName: 'Somebody' },
      isGroup: true,
      isFromMe: false,
      waMessageId: `BENCH${randomUUID()}`,
      content: { kind: 'text', text: said, mentions: [] },
      quotedWaMessageId: null,
      replyToId: null,
      waTimestamp: new Date(),
      isOffline: false,
      isHistory: false,
      proto: new Uint8Array(200),
    }
  })
}

/** Milliseconds per message of storing them in batches, as the engine's inbox hands them over under load. */
async function store(ctx: Context, messages: readonly InboundMessage[], batch: number): Promise<number> {
  const startedMs = performance.now()
  for (let from = 0; from < messages.length; from += batch)
    await storeInbound(ctx, messages.slice(from, from + batch))
  return (performance.now() - startedMs) / messages.length
}

async function measureHandler(app: App, rounds: number, count: number) {
  const owner = await app.ctx.db.transaction(async (sql) => {
    const names = { fullName: 'Bench', tenantName: 'Bench' }
    const account = {
      email: `${randomUUID()}@example.com`,
      ...names,
      passwordHash: null,
      isEmailVerified: true,
    }
    return (await createAccount(app.ctx, sql, account)).owner
  })
  const { tenantId } = owner
  const ctx: Context = { ...app.ctx, caller: { kind: 'system', tenantId } }
  const [bare, watched] = [await addSession(ctx, tenantId, 100_000), await addSession(ctx, tenantId, 200_000)]
  await monitor(ctx, tenantId, watched)
  const added = async (batch: number) => {
    const each: { without: number; with: number }[] = []
    for (let round = -2; round < rounds; round += 1) {
      const without = await store(ctx, messagesFor(tenantId, bare, count, true), batch)
      const withMs = await store(ctx, messagesFor(tenantId, watched, count, true), batch)
      if (round >= 0) each.push({ without, with: withMs })
    }
    const median = (pick: (pair: (typeof each)[number]) => number) => percentile(each.map(pick), 0.5)
    return {
      withoutMs: median((pair) => pair.without),
      withMs: median((pair) => pair.with),
      addedMs: median((pair) => pair.with - pair.without),
    }
  }
  return { batched: await added(20), single: await added(1) }
}

/** What 100 monitored groups with 200 keywords each add to a message: the matcher alone, and the whole way inbound. */
export async function benchMonitoring(
  options: { databaseUrl?: string; rounds?: number; count?: number } = {},
) {
  await using data = await temporaryDirectory()
  const environment = benchEnvironment(data.path, 'ws://127.0.0.1:9', options.databaseUrl)
  const app = await createApp({
    config: loadConfig(environment),
    log: pino({ level: 'silent' }),
    version: '0.0.0-bench',
  })
  try {
    return {
      matcher: measureMatcher(),
      ...(await measureHandler(app, options.rounds ?? 9, options.count ?? 400)),
    }
  } finally {
    await app.close()
  }
}
