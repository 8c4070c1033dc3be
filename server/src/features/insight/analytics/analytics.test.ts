import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { LeadsWorld } from '../../../../test/leads-world.ts'
import type { InboundMessage } from '../../../engine/events.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { flushNotedChanges } from '../rollups/noted-changes.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

async function count(): Promise<void> {
  await flushNotedChanges(app.app.ctx)
  await app.runJobs({ includeDelayed: true })
}

/** Two sessions of a tenant and people to talk to. */
class Talks {
  readonly tenant: TestTenant
  readonly sessions: string[]

  constructor(tenant: TestTenant, sessions: string[]) {
    this.tenant = tenant
    this.sessions = sessions
  }

  /** What was said to a person and by them: `in` or `out`, and when. */
  async tell(phone: string, said: [side: 'in' | 'out', at: string][], session = 0): Promise<void> {
    const messages = said.map(([side, at]) =>
      buildInboundMessage({ tenantId: this.tenant.id, sessionId: this.sessions[session] ?? '' }, {
        chatId: `${phone}@c.us`,
        sender: { phone, lid: null, pushName: null },
        isFromMe: side === 'out',
        waTimestamp: new Date(at),
      } satisfies Partial<InboundMessage>),
    )
    await storeInbound(app.app.ctx, messages)
  }

  async labelled(phone: string, name: string): Promise<string> {
    const label = await this.tenant.api.post(201, '/labels', { name, color: '#ff0000' })
    await this.tenant.api.put(200, `/labels/chat/${phone}@c.us`, { label_ids: [label.id] })
    return label.id
  }
}

async function talks(): Promise<Talks> {
  const tenant = await app.tenant()
  return new Talks(tenant, [(await createSession(tenant.api)).id, (await createSession(tenant.api)).id])
}

suite('GET /analytics/messages', () => {
  test('200 with every day of the period in the zone, sessions and labels', async () => {
    const world = await talks()
    const { api } = world.tenant
    const [ann, ben] = [buildPhone(), buildPhone()]
    await world.tell(ann, [
      ['in', '2026-02-02T23:30:00Z'],
      ['out', '2026-02-02T23:40:00Z'],
      ['in', '2026-02-03T09:00:00Z'],
    ])
    await world.tell(ben, [['out', '2026-02-04T09:00:00Z']], 1)
    const label = await world.labelled(ann, 'Customers')
    await count()
    const period = 'from=2026-02-02&to=2026-02-04'
    const utc = await api.get(200, `/analytics/messages?${period}`)
    assert.deepEqual(
      utc.series.map(({ date, received, sent }: Record<string, unknown>) => [date, received, sent]),
      [
        ['2026-02-02', 1, 1],
        ['2026-02-03', 1, 0],
        ['2026-02-04', 0, 1],
      ],
    )
    assert.partialDeepStrictEqual(utc, {
      timezone: 'UTC',
      interval: 'day',
      from: '2026-02-02',
      to: '2026-02-04',
    })
    assert.partialDeepStrictEqual(utc.totals, {
      received: 2,
      sent: 2,
      replied: 1,
      delivered: 1,
      delivery_rate: 0.5,
    })
    assert.deepEqual(
      utc.by_session.map((row: Record<string, unknown>) => [row.session_id, row.received, row.sent]).sort(),
      [
        [world.sessions[0], 2, 1],
        [world.sessions[1], 0, 1],
      ].sort(),
    )
    assert.partialDeepStrictEqual(utc.by_label, [
      { label_id: label, name: 'Customers', received: 2, sent: 1 },
    ])
    const tokyo = await api.get(200, `/analytics/messages?${period}&timezone=Asia/Tokyo`)
    assert.deepEqual(
      tokyo.series.map(({ received }: { received: number }) => received),
      [0, 2, 0],
    )
    await api.patch(200, '/tenant/settings', { time_zone: 'Asia/Tokyo' })
    assert.deepEqual((await api.get(200, `/analytics/messages?${period}`)).series, tokyo.series)
    await api.patch(200, '/tenant/settings', { time_zone: 'UTC' })
    const ofLabel = await api.get(
      200,
      `/analytics/messages?${period}&label_id=${label}&session_id=${world.sessions[1]}`,
    )
    assert.deepEqual([ofLabel.totals.received, ofLabel.totals.sent], [0, 0])
    const months = await api.get(200, `/analytics/messages?from=2025-12-31&to=2026-02-04&interval=month`)
    assert.deepEqual(
      months.series.map(({ date, sent }: Record<string, unknown>) => [date, sent]),
      [
        ['2025-12-01', 0],
        ['2026-01-01', 0],
        ['2026-02-01', 2],
      ],
    )
    const weeks = await api.get(200, `/analytics/messages?${period}&interval=week`)
    assert.deepEqual([weeks.series.length, weeks.series[0].date], [1, '2026-02-02'])
  })

  test('as_of never promises what still waits to be counted, not even what nobody has marked yet', async () => {
    const world = await talks()
    const { api } = world.tenant
    const ask = async () => {
      const [figures, { today }] = [
        await api.get(200, '/analytics/messages'),
        await api.get(200, '/overview'),
      ]
      return { received: figures.totals.received, asOf: [figures.as_of, today.as_of].map(Date.parse) }
    }
    await count()
    const saidMs = Math.floor(app.clock.nowMs() / 1000) * 1000
    await world.tell(buildPhone(), [['in', new Date(saidMs).toISOString()]])
    const isBefore = (asOf: readonly number[]) => asOf.every((ms) => ms < saidMs)
    const noted = await ask()
    assert.deepEqual([noted.received, isBefore(noted.asOf)], [0, true])
    await flushNotedChanges(app.app.ctx)
    const marked = await ask()
    assert.deepEqual([marked.received, isBefore(marked.asOf)], [0, true])
    await count()
    app.clock.advance(16_000)
    const counted = await ask()
    assert.deepEqual([counted.received, isBefore(counted.asOf)], [1, false])
  })

  test('404 for a session or label of another tenant, 422 for periods that are none', async () => {
    const [{ tenant }, other] = [await talks(), await talks()]
    await tenant.api.get(404, `/analytics/messages?session_id=${other.sessions[0]}`)
    const label = await other.tenant.api.post(201, '/labels', { name: 'Theirs', color: '#ff0000' })
    await tenant.api.get(404, `/analytics/messages?label_id=${label.id}`)
    for (const [query, field] of [
      ['from=2026-02-03&to=2026-02-02', /^to:/],
      ['from=2020-01-01&to=2026-02-02', /^from:/],
      ['from=yesterday', /^from:/],
      ['from=2026-02-30', /^from:/],
      ['to=2999-02-01&from=0000-01-01', /^from:/],
      ['interval=hour', /^interval:/],
      ['timezone=Mars/Olympus', /^timezone:/],
      ['timezone=%2B02:00', /^timezone:/],
      ['session_id=1', /^session_id:/],
    ] as const)
      assert.match((await tenant.api.get(422, `/analytics/messages?${query}`)).detail, field)
  })
})

suite('GET /analytics/response-times', () => {
  test('200: an answer counts since the first message it answers, a first one after a day of silence', async () => {
    const world = await talks()
    await world.tell(buildPhone(), [
      ['in', '2026-02-02T10:00:00Z'],
      ['in', '2026-02-02T10:01:00Z'],
      ['out', '2026-02-02T10:01:30Z'],
      ['out', '2026-02-02T10:02:00Z'],
      ['in', '2026-02-02T11:00:00Z'],
      ['out', '2026-02-02T11:10:00Z'],
      ['in', '2026-02-04T12:00:00Z'],
      ['out', '2026-02-04T12:00:30Z'],
      ['in', '2026-02-04T13:00:00Z'],
    ])
    await count()
    const answer = await world.tenant.api.get(200, '/analytics/response-times?from=2026-02-02&to=2026-02-04')
    assert.deepEqual(answer.totals, {
      first_reply: { count: 2, median_seconds: 60, average_seconds: 60, p90_seconds: 90 },
      reply: { count: 3, median_seconds: 90, average_seconds: 240, p90_seconds: 600 },
    })
    assert.deepEqual(
      answer.series.map(({ reply }: { reply: { count: number } }) => reply.count),
      [2, 0, 1],
    )
    const nothing = { count: 0, median_seconds: null, average_seconds: null, p90_seconds: null }
    assert.deepEqual(answer.series[1], { date: '2026-02-03', first_reply: nothing, reply: nothing })
    assert.equal(answer.by_session[0].reply.count, 3)
  })

  test('asked again it is the same with the names of now, until something is counted', async () => {
    const world = await talks()
    const phone = buildPhone()
    await world.tell(phone, [
      ['in', '2026-02-02T10:00:00Z'],
      ['out', '2026-02-02T10:01:00Z'],
    ])
    const labelId = await world.labelled(phone, 'Gold')
    await count()
    const ask = async (zone: string) => {
      const path = `/analytics/response-times?from=2026-02-01&to=2026-02-05&timezone=${zone}`
      const { totals, by_label: labels } = await world.tenant.api.get(200, path)
      return [totals.reply.count, labels[0].name]
    }
    for (const zone of ['UTC', 'Asia/Kolkata']) assert.equal((await ask(zone))[0], 1)
    await world.tenant.api.patch(200, `/labels/${labelId}`, { name: 'Silver' })
    for (const zone of ['UTC', 'Asia/Kolkata']) assert.deepEqual(await ask(zone), [1, 'Silver'])
    await world.tell(phone, [
      ['in', '2026-02-03T10:00:00Z'],
      ['out', '2026-02-03T10:01:00Z'],
    ])
    await count()
    for (const zone of ['UTC', 'Asia/Kolkata']) assert.deepEqual(await ask(zone), [2, 'Silver'])
  })
})

suite('GET /analytics/leads', () => {
  test('200 with how far leads ever came, also those that were lost', async () => {
    const tenant = await app.tenant()
    const world = new LeadsWorld(app, tenant)
    const move = (id: string, ...statuses: string[]) =>
      statuses.reduce(
        (before, status) => before.then(() => tenant.api.patch(200, `/leads/${id}/status`, { status })),
        Promise.resolve<unknown>(undefined),
      )
    const ids = []
    for (let index = 0; index < 4; index += 1) ids.push(await world.lead(await world.person()))
    const [first = '', second = '', third = ''] = ids
    await move(first, 'contacted', 'qualified', 'converted')
    await move(second, 'contacted', 'qualified', 'lost')
    await move(third, 'contacted')
    await count()
    const answer = await tenant.api.get(200, '/analytics/leads?from=2026-02-11&to=2026-02-11')
    assert.deepEqual(answer.funnel, { detected: 4, contacted: 3, qualified: 2, converted: 1, lost: 1 })
    assert.deepEqual(answer.rates, {
      contact_rate: 0.75,
      qualification_rate: 0.5,
      conversion_rate: 0.25,
      loss_rate: 0.25,
    })
    assert.deepEqual([answer.series[0].detected, answer.by_session[0].detected], [4, 4])
    assert.equal(answer.by_session[0].name, null)
  })
})

suite('GET /analytics/contacts', () => {
  test('200 by score, whose parts add up; equals by their number; the score ages by itself', async () => {
    const world = await talks()
    const { api } = world.tenant
    const [ann, ben, cas] = [buildPhone(), buildPhone(), buildPhone()]
    await world.tell(ann, [
      ['out', '2026-02-10T10:00:00Z'],
      ['in', '2026-02-10T11:00:00Z'],
      ['in', '2026-02-11T09:00:00Z'],
    ])
    await world.tell(cas, [['out', '2026-02-10T10:00:00Z']], 1)
    await world.tell(ben, [['out', '2026-02-10T10:00:00Z']])
    await count()
    const { contacts, total } = await api.get(200, '/analytics/contacts')
    assert.deepEqual(
      contacts.map(({ phone }: { phone: string }) => phone),
      [`+${ann}`, `+${ben}`, `+${cas}`],
    )
    assert.equal(total, 3)
    assert.deepEqual(contacts[0], {
      phone: `+${ann}`,
      name: null,
      engagement_score: 54.5,
      score_parts: { received: 4, reply_rate: 30, recency: 20, sent: 0.5 },
      messages_sent: 1,
      messages_received: 2,
      reply_rate: 1,
      last_active_at: '2026-02-11T09:00:00Z',
      first_seen_at: '2026-02-10T10:00:00Z',
    })
    const asc = await api.get(200, '/analytics/contacts?sort=messages_received&order=asc&limit=2&offset=1')
    assert.deepEqual(
      asc.contacts.map(({ phone }: { phone: string }) => phone),
      [`+${cas}`, `+${ann}`],
    )
    const silentLast = await api.get(200, '/analytics/contacts?sort=last_active_at&order=desc')
    assert.equal(silentLast.contacts[0].phone, `+${ann}`)
    const ofSession = await api.get(200, `/analytics/contacts?session_id=${world.sessions[1]}`)
    assert.deepEqual([ofSession.total, ofSession.contacts[0].phone], [1, `+${cas}`])
    assert.match((await api.get(422, '/analytics/contacts?sort=phone')).detail, /^sort:/)
  })
})

suite('GET /analytics/send-times', () => {
  test('200 with 168 hours in the zone of the request, and the best of those with ten sends', async () => {
    const world = await talks()
    for (let index = 0; index < 10; index += 1)
      await world.tell(buildPhone(), [
        ['out', '2026-02-10T14:30:00Z'],
        ...(index < 3 ? [['in', '2026-02-11T08:00:00Z'] as ['in', string]] : []),
      ])
    await world.tell(buildPhone(), [['out', '2026-02-09T14:30:00Z']])
    await count()
    const answer = await world.tenant.api.get(200, '/analytics/send-times?timezone=America/New_York')
    assert.equal(answer.cells.length, 168)
    const cellOf = (weekday: number, hour: number) =>
      answer.cells.find((cell: Record<string, number>) => cell.weekday === weekday && cell.hour === hour)
    assert.deepEqual(cellOf(2, 9), {
      weekday: 2,
      hour: 9,
      sent: 10,
      read: 3,
      replied: 3,
      read_rate: 0.3,
      reply_rate: 0.3,
    })
    assert.partialDeepStrictEqual(cellOf(1, 8), { sent: 0, read_rate: null, reply_rate: null })
    assert.deepEqual(answer.best, [{ weekday: 2, hour: 9, score: 0.3 }])
    assert.partialDeepStrictEqual(answer, {
      days: 90,
      metric: 'reply_rate',
      sample_size: 11,
      timezone: 'America/New_York',
    })
    const campaigns = await world.tenant.api.get(200, '/analytics/send-times?source=campaigns&days=7')
    assert.equal(campaigns.sample_size, 0)
    for (const query of ['days=6', 'days=181', 'timezone=nowhere', 'session_id=x', 'source=x'])
      await world.tenant.api.get(422, `/analytics/send-times?${query}`)
  })
})

suite('analytics', () => {
  test('403 where the plan is without them, and without the scope', async () => {
    const starter = await app.tenant({ plan: 'starter' })
    const [pro, refused] = [await app.tenant({ plan: 'pro' }), /Starter does not include analytics/]
    const paths = ['campaigns', 'contacts', 'send-times', 'messages', 'response-times', 'leads']
    for (const path of paths) {
      assert.match((await starter.api.get(403, `/analytics/${path}`)).detail, refused)
      await pro.api.get(200, `/analytics/${path}`)
    }
    const key = await pro.apiWith(['messages:read'])
    await key.get(403, '/analytics/messages')
    await (await pro.apiWith(['analytics:read'])).get(200, '/analytics/messages')
  })
})
