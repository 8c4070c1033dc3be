import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { TestClock } from '../../../platform/clock.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { flushNotedChanges } from './noted-changes.ts'
import { countNext, followMessages } from './rollups.service.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
  await followMessages(app.app.ctx)
  await app.runJobs()
})
after(() => app.close())

/** A tenant with two sessions in which people write, some of them with a label. */
class Talk {
  readonly tenant: TestTenant
  readonly sessions: readonly [string, string]
  labelId = ''

  constructor(tenant: TestTenant, sessions: readonly [string, string]) {
    this.tenant = tenant
    this.sessions = sessions
  }

  static async open(): Promise<Talk> {
    const tenant = await app.tenant()
    const ids = [(await createSession(tenant.api)).id, (await createSession(tenant.api)).id] as const
    const talk = new Talk(tenant, ids)
    talk.labelId = (await tenant.api.post(201, '/labels', { name: 'Hot', color: '#ff0000' })).id
    return talk
  }

  /** Somebody asks, and has an answer ten minutes later. */
  async ask(at: string, { session = 0, hasLabel = true } = {}): Promise<void> {
    const phone = buildPhone()
    const ms = Date.parse(at)
    const messages = [ms, ms + 600_000].map((each, index) =>
      buildInboundMessage(
        { tenantId: this.tenant.id, sessionId: this.sessions[session] ?? '' },
        {
          chatId: `${phone}@c.us`,
          sender: { phone, lid: null, pushName: null },
          isFromMe: index === 1,
          isOffline: true,
          waTimestamp: new Date(each),
        },
      ),
    )
    await storeInbound(app.app.ctx, messages)
    if (hasLabel) await this.tenant.api.put(200, `/labels/chat/${phone}@c.us`, { label_ids: [this.labelId] })
  }

  async months(): Promise<string[]> {
    const { rows } = await app.app.ctx.db.sql.execute<{ month: string }>(text`
      SELECT DISTINCT to_char(month, 'YYYY-MM') AS month FROM rollup_months WHERE tenant_id = ${this.tenant.id}
      ORDER BY 1`)
    return rows.map(({ month }) => month)
  }

  /** What is told of a period by session and label: received, and answers. */
  async breakdown(period: string): Promise<Record<string, number[]>> {
    const { api } = this.tenant
    const messages = await api.get(200, `/analytics/messages?${period}`)
    const answers = await api.get(200, `/analytics/response-times?${period}`)
    type Row = { session_id?: string; label_id?: string; received: number; reply: { count: number } }
    const byKey = (found: { by_session: Row[]; by_label: Row[] }): Map<string, Row> =>
      new Map(
        [...found.by_session, ...found.by_label].map((row) => [row.session_id ?? row.label_id ?? '', row]),
      )
    const [said, waited] = [byKey(messages), byKey(answers)]
    const of = (key: string): number[] => [said.get(key)?.received ?? 0, waited.get(key)?.reply.count ?? 0]
    return { first: of(this.sessions[0]), second: of(this.sessions[1]), label: of(this.labelId) }
  }
}

async function count(): Promise<void> {
  await flushNotedChanges(app.app.ctx)
  await app.runJobs({ includeDelayed: true })
}

suite('rollups of months', () => {
  test('a period is told from whole months and the days before and after them', async () => {
    const talk = await Talk.open()
    for (const at of ['2025-10-14', '2025-10-31', '2025-11-01', '2025-12-31', '2026-01-01', '2026-02-03'])
      await talk.ask(`${at}T10:00:00Z`)
    await talk.ask('2025-11-30T23:40:00Z', { session: 1, hasLabel: false })
    await count()
    assert.deepEqual(await talk.months(), ['2025-10', '2025-11', '2025-12', '2026-01'])
    assert.deepEqual(await talk.breakdown('from=2025-10-15&to=2026-02-11'), {
      first: [5, 5],
      second: [1, 1],
      label: [5, 5],
    })
    assert.deepEqual(await talk.breakdown('from=2025-11-01&to=2025-12-30'), {
      first: [1, 1],
      second: [1, 1],
      label: [1, 1],
    })
    // The months are what is read, not the days. Another period: what was asked before is kept until something is counted.
    await app.app.ctx.db.sql.execute(text`
      UPDATE rollup_months SET received = 100 WHERE tenant_id = ${talk.tenant.id} AND month = '2025-12-01'`)
    const { first, second, label } = await talk.breakdown('from=2025-10-16&to=2026-02-11')
    assert.deepEqual(
      [first, second, label],
      [
        [104, 5],
        [1, 1],
        [104, 5],
      ],
    )
    assert.deepEqual((await talk.breakdown('from=2025-12-02&to=2026-01-31')).first, [2, 2])
  })

  test('what is said late in a month that was put together is told at once, and of one session alone', async () => {
    const talk = await Talk.open()
    const period = 'from=2025-12-01&to=2026-01-31'
    for (const session of [0, 1]) await talk.ask('2025-12-10T10:00:00Z', { session })
    await count()
    assert.deepEqual(await talk.breakdown(period), { first: [1, 1], second: [1, 1], label: [2, 2] })
    await talk.ask('2025-12-20T10:00:00Z')
    await flushNotedChanges(app.app.ctx)
    // One step counts the day, the months of it are put together after all days.
    await countNext(app.app.ctx, talk.tenant.id)
    const { rows } = await app.app.ctx.db.sql.execute<{ sessionId: string }>(text`
      SELECT DISTINCT session_id AS "sessionId" FROM rollup_months WHERE tenant_id = ${talk.tenant.id}`)
    assert.deepEqual(rows, [{ sessionId: talk.sessions[1] }])
    await count()
    assert.deepEqual(await talk.breakdown(period), { first: [2, 2], second: [1, 1], label: [3, 3] })
  })

  test('a month is put together once it is over, in the zone of the tenant', async () => {
    const talk = await Talk.open()
    // In Auckland it is March by now.
    await talk.tenant.api.patch(200, '/tenant/settings', { time_zone: 'Pacific/Auckland' })
    await talk.ask('2026-02-28T12:00:00Z')
    await talk.ask('2026-02-10T12:00:00Z')
    await count()
    assert.deepEqual(await talk.months(), [])
    const countAt = async (at: string) => {
      const ctx = { ...app.app.ctx, clock: new TestClock(Date.parse(at)) }
      await followMessages(ctx)
      while (await countNext(ctx, talk.tenant.id));
    }
    await countAt('2026-03-01T10:59:00Z')
    assert.deepEqual(await talk.months(), [])
    await countAt('2026-03-01T11:00:00Z')
    assert.deepEqual(await talk.months(), ['2026-02'])
    await countAt('2026-04-01T11:00:00Z')
    assert.deepEqual(await talk.months(), ['2026-02', '2026-03'])
  })

  test('in a zone that days are not kept in everything is told as if they were', async () => {
    const talk = await Talk.open()
    const { api } = talk.tenant
    // Around the ends of days and months here and there, and on a day of 23 hours.
    for (const [index, at] of [
      '2025-10-31T18:20:00Z',
      '2025-10-31T18:40:00Z',
      '2025-11-01T04:10:00Z',
      '2025-11-02T06:30:00Z',
      '2025-11-30T23:50:00Z',
      '2025-12-31T18:25:00Z',
      '2026-01-01T04:55:00Z',
      '2026-01-31T23:59:00Z',
    ].entries())
      await talk.ask(at, { session: index % 2, hasLabel: index % 3 > 0 })
    await count()
    const ask = async (period: string) => {
      const { as_of: _messages, ...messages } = await api.get(200, `/analytics/messages?${period}`)
      const { as_of: _waits, ...waits } = await api.get(200, `/analytics/response-times?${period}`)
      return { messages, waits }
    }
    const periods = [
      'from=2025-11-01&to=2025-12-31',
      'from=2025-10-31&to=2025-10-31',
      'from=2025-11-01&to=2026-02-11',
    ]
    for (const zone of ['Asia/Kolkata', 'America/New_York', 'Pacific/Auckland']) {
      const there = []
      for (const period of periods) there.push(await ask(`${period}&timezone=${zone}`))
      await api.patch(200, '/tenant/settings', { time_zone: zone })
      await followMessages(app.app.ctx)
      await count()
      const here = []
      for (const period of periods) here.push(await ask(period))
      assert.deepEqual(there, here)
      assert.ok((there[0]?.messages.totals.received ?? 0) > 2)
    }
  })

  test('what was counted before there were series is told from the rest, and a job writes them', async () => {
    const talk = await Talk.open()
    for (const at of ['2025-11-30T23:50:00Z', '2025-12-31T18:25:00Z', '2026-01-31T23:59:00Z'])
      await talk.ask(at)
    await count()
    const { sql } = app.app.ctx.db
    const tenantId = talk.tenant.id
    // Each question is another one: what was asked before is kept until something is counted.
    const told = async (from: string) => {
      const answers = []
      for (const what of ['messages', 'response-times'])
        for (const zone of ['UTC', 'Asia/Kolkata']) {
          const path = `/analytics/${what}?from=${from}&to=2026-02-02&timezone=${zone}`
          const { totals, series, by_label: labels } = await talk.tenant.api.get(200, path)
          const days = series.filter(({ date }: { date: string }) => date >= '2025-11-25')
          answers.push({ totals, days, labels })
        }
      return answers
    }
    const stored = async () => {
      const { rows } = await sql.execute(text`
        SELECT session_id, label_id, day, messages, waits, first_waits FROM rollup_series WHERE tenant_id = ${tenantId}
        UNION ALL
        SELECT session_id, label_id, day, wait_series, first_wait_series, '' FROM rollup_days WHERE tenant_id = ${tenantId}
        UNION ALL
        SELECT session_id, label_id, month, wait_series, first_wait_series, '' FROM rollup_months
        WHERE tenant_id = ${tenantId} ORDER BY 1, 2, 3, 4`)
      return rows
    }
    const [answers, rows] = [await told('2025-11-25'), await stored()]
    await sql.execute(text`DELETE FROM rollup_series WHERE tenant_id = ${tenantId}`)
    await sql.execute(text`UPDATE rollup_tenants SET series_since = 'infinity' WHERE tenant_id = ${tenantId}`)
    for (const table of ['rollup_days', 'rollup_months'])
      await sql.execute(text`
        UPDATE ${text.raw(table)} SET wait_series = NULL, first_wait_series = NULL WHERE tenant_id = ${tenantId}`)
    assert.deepEqual(await told('2025-11-24'), answers)
    // The newest days first: those before them are told from the rest still.
    await countNext(app.app.ctx, tenantId)
    assert.deepEqual(await told('2025-11-23'), answers)
    assert.ok((await stored()).length < rows.length)
    await followMessages(app.app.ctx)
    await count()
    assert.deepEqual(await stored(), rows)
    assert.deepEqual(await told('2025-11-22'), answers)
  })

  test('days of another zone are told anew when something was counted', async () => {
    const talk = await Talk.open()
    const series = async () => {
      const query = 'from=2026-02-01&to=2026-02-02&timezone=Asia/Tokyo'
      const { series: days } = await talk.tenant.api.get(200, `/analytics/messages?${query}`)
      return days.map(({ received }: { received: number }) => received)
    }
    for (const [hour, received] of [
      [14, [1, 0]],
      [15, [1, 1]],
      [16, [1, 2]],
    ] as const) {
      await talk.ask(`2026-02-01T${hour}:00:00Z`)
      await count()
      assert.deepEqual(await series(), received)
      assert.deepEqual(await series(), received)
    }
  })

  test('when days move to another zone, so do months', async () => {
    const talk = await Talk.open()
    await talk.ask('2025-12-31T23:00:00Z')
    await talk.ask('2025-12-15T12:00:00Z')
    await count()
    assert.deepEqual(await talk.months(), ['2025-12'])
    await talk.tenant.api.patch(200, '/tenant/settings', { time_zone: 'Asia/Tokyo' })
    await followMessages(app.app.ctx)
    await count()
    assert.deepEqual(await talk.months(), ['2025-12', '2026-01'])
    assert.deepEqual((await talk.breakdown('from=2026-01-01&to=2026-01-31')).first, [1, 1])
  })
})
