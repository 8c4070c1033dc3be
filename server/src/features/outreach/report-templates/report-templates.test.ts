import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { CampaignWorld, type Target } from '../../../../test/campaign-world.ts'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { LeadsWorld } from '../../../../test/leads-world.ts'
import { figureOf, pointsOf, ReportWorld, rowsOf } from '../../../../test/report-world.ts'
import { defaultSettings } from '../../leads/monitoring/monitored-groups.service.ts'
import { insertGroup } from '../../leads/monitoring/monitored-groups.store.ts'
import { reportContentSchema, templateIds } from './report-content.schema.ts'

let app: TestApp
const now = '2026-02-11T10:00:00Z'

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

const openWorld = async (plan = 'unlimited') => new ReportWorld(app, await app.tenant({ plan }))

suite('contents of reports', () => {
  test('a tenant without anything gets each of the ten, of the declared form, and is told that there is nothing', async () => {
    const world = await openWorld()
    for (const templateId of templateIds) {
      const content = await world.report(templateId)
      assert.deepEqual(reportContentSchema.parse(content), content, templateId)
      assert.deepEqual([content.template_id, content.has_data], [templateId, templateId === 'usage_plan'])
      assert.ok(content.notes.length > 0 && content.figures.length > 0, templateId)
    }
    assert.match((await world.report('review_digest')).notes[0] ?? '', /^No data/)
  })

  test('daily_activity counts what was sent and received in the 24 hours, by the hours of the report’s zone', async () => {
    const world = await openWorld()
    const [desk, shop] = [await world.session('Desk'), await world.session('Shop')]
    await world.chat(desk, 'Ann', [
      { direction: 'inbound', at: '2026-02-10T09:59:59Z' },
      { direction: 'inbound', at: '2026-02-10T10:00:00Z' },
      { direction: 'inbound', at: '2026-02-10T20:40:00Z' },
      { direction: 'outbound', at: '2026-02-10T20:50:00Z', status: 'read' },
      { direction: 'outbound', at: '2026-02-10T21:00:00Z', status: 'failed' },
      { direction: 'inbound', at: '2026-02-10T21:00:00Z', type: 'reaction' },
      { direction: 'inbound', at: now },
    ])
    await world.chat(shop, 'Ben', [
      { direction: 'outbound', at: '2026-02-11T09:00:00Z', status: 'delivered' },
    ])
    const other = await openWorld()
    await other.chat(await other.session('Other'), 'Cid', [
      { direction: 'inbound', at: '2026-02-11T09:00:00Z' },
    ])
    const posts = await world.chat(shop, null, [
      { direction: 'outbound', at: '2026-02-11T09:00:00Z' },
      { direction: 'inbound', at: '2026-02-11T09:10:00Z' },
    ])
    await world.ctx.db.sql.execute(text`
      UPDATE chats SET kind = 'channel', wa_chat_id = '120363@newsletter', contact_id = NULL WHERE id = ${posts}`)
    const content = await world.report('daily_activity', { to: now, timeZone: 'Asia/Kolkata' })
    assert.deepEqual(content.period, { from: '2026-02-10T10:00:00Z', to: now, days: 1 })
    assert.deepEqual(
      ['messages_received', 'messages_sent', 'messages_failed', 'uptime'].map((key) =>
        figureOf(content, key),
      ),
      [2, 2, 1, 1],
    )
    assert.deepEqual(pointsOf(content, 'messages_received'), { '2026-02-10T15:00': 1, '2026-02-11T02:00': 1 })
    assert.deepEqual(pointsOf(content, 'messages_sent'), { '2026-02-11T02:00': 1, '2026-02-11T14:00': 1 })
    // Both ends are within an hour of the clock there, so that 24 hours are shown as 25.
    assert.equal(content.series[0]?.points.length, 25)
    const rows = rowsOf(content, 'sessions').map(({ session, received, sent }) => [session, received, sent])
    assert.deepEqual(rows, [
      ['Desk', 2, 1],
      ['Shop', 0, 1],
    ])
  })

  test('days begin at midnight of the zone, whichever side of UTC it is on (chatwoot #4028, #15604)', async () => {
    const world = await openWorld()
    await world.chat(await world.session('Desk'), 'Ann', [
      { direction: 'inbound', at: '2026-02-09T03:30:00Z' },
      { direction: 'inbound', at: '2026-02-09T12:00:00Z' },
    ])
    const daysIn = async (timeZone: string) => {
      const content = await world.report('daily_activity', { timeZone, params: { period_days: 7 } })
      assert.equal(content.series[0]?.interval, 'day')
      return pointsOf(content, 'messages_received')
    }
    assert.deepEqual(await daysIn('America/Bogota'), { '2026-02-08': 1, '2026-02-09': 1 })
    assert.deepEqual(await daysIn('UTC'), { '2026-02-09': 2 })
    assert.deepEqual(await daysIn('Pacific/Kiritimati'), { '2026-02-09': 1, '2026-02-10': 1 })
  })

  test('a large chat and many small ones are counted once each, page by page', async () => {
    const world = await openWorld()
    const session = await world.session('Desk')
    const large = await world.chat(session, 'Ann', [])
    // Three pages, with moments that several messages share.
    await world.ctx.db.sql.execute(text`
      INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, message_type, status,
        ordered_at, created_at)
      SELECT gen_random_uuid(), ${world.tenant.id}, ${session}, ${large}, 'L' || n,
        CASE WHEN n % 2 = 0 THEN 'inbound' ELSE 'outbound' END, 'text',
        CASE WHEN n % 2 = 0 THEN 'received' ELSE 'sent' END,
        timestamptz '2026-02-10 12:00Z' + (n / 7) * interval '5 seconds', now()
      FROM generate_series(1, 20004) AS n`)
    await world.settle(large)
    for (let index = 0; index < 25; index += 1)
      await world.chat(session, `Person ${index}`, [{ direction: 'inbound', at: '2026-02-11T09:00:00Z' }])
    await world.ctx.db.sql.execute(text`
      UPDATE chats SET message_count = 9000 WHERE session_id = ${session} AND id <> ${large}`)
    const activity = await world.report('daily_activity')
    assert.deepEqual(
      [figureOf(activity, 'messages_received'), figureOf(activity, 'messages_sent')],
      [10_002 + 25, 10_002],
    )
    const vips = await world.report('vip_contacts', { params: { max_rows: 3 } })
    const rows = rowsOf(vips, 'contacts').map(({ name, received, sent }) => [name, received, sent])
    assert.deepEqual(rows[0], ['Ann', 10_002, 10_002])
    assert.equal(rows.length, 3)
  })

  test('vip_contacts and unanswered_contacts: people by what was said; notes to oneself are no conversation', async () => {
    const world = await openWorld()
    const desk = await world.session('Desk', '15550009999')
    await world.chat(desk, 'Ann', [
      { direction: 'inbound', at: '2026-02-10T10:00:00Z' },
      { direction: 'outbound', at: '2026-02-10T11:00:00Z' },
    ])
    await world.chat(
      desk,
      'Ben\u202egnp.exe\n*now*',
      [
        { direction: 'outbound', at: '2026-02-09T10:00:00Z' },
        { direction: 'inbound', at: '2026-02-10T07:00:00Z' },
        { direction: 'inbound', at: '2026-02-10T08:00:00Z' },
      ],
      '15550001234',
    )
    await world.chat(desk, null, [{ direction: 'inbound', at: '2026-02-11T09:30:00Z' }])
    await world.chat(desk, 'Old', [{ direction: 'inbound', at: '2026-01-20T09:30:00Z' }])
    await world.chat(desk, 'Me', [{ direction: 'inbound', at: '2026-02-11T09:00:00Z' }], '15550009999')
    const waiting = await world.report('unanswered_contacts')
    assert.deepEqual([figureOf(waiting, 'unanswered'), figureOf(waiting, 'longest_wait')], [2, 26 * 3600])
    const [first, second] = rowsOf(waiting, 'contacts')
    assert.partialDeepStrictEqual(first, {
      phone: '+15550001234',
      session: 'Desk',
      since: '2026-02-10T08:00:00Z',
      waiting: 26 * 3600,
    })
    assert.equal(second?.name, null)
    const vips = rowsOf(await world.report('vip_contacts'), 'contacts')
    assert.deepEqual(
      vips.map(({ received, sent, last }) => [received, sent, last]),
      [
        [2, 1, '2026-02-10T08:00:00Z'],
        [1, 1, '2026-02-10T11:00:00Z'],
        [1, 0, '2026-02-11T09:30:00Z'],
        [1, 0, '2026-01-20T09:30:00Z'],
      ],
    )
  })

  test('lead_pipeline: sources, how far their leads came, and the pipeline as it stands', async () => {
    const world = await openWorld()
    const leads = new LeadsWorld(app, world.tenant)
    const { api } = world.tenant
    const ids: string[] = []
    for (const name of ['Ann', 'Ben', 'Cid', 'Dan']) ids.push(await leads.lead(await leads.person(name)))
    const elsewhere = { groupId: world.ctx.ids.uuid(), groupName: 'Flea market' }
    ids.push(await leads.lead(await leads.person('Eve'), elsewhere))
    const [first, second, third] = ids
    await api.patch(200, `/leads/${first}/status`, { status: 'converted' })
    await api.patch(200, `/leads/${second}/status`, { status: 'qualified' })
    await api.patch(200, `/leads/${second}/status`, { status: 'lost' })
    await api.patch(200, `/leads/${third}/status`, { status: 'contacted' })
    const content = await world.report('lead_pipeline', { to: '2026-02-11T10:00:01Z' })
    assert.deepEqual(
      ['leads', 'converted', 'lost', 'conversion_rate', 'open'].map((key) => figureOf(content, key)),
      [5, 1, 1, 0.2, 3],
    )
    assert.deepEqual(
      rowsOf(content, 'funnel').map(({ leads: count }) => count),
      [5, 3, 2, 1],
    )
    assert.deepEqual(
      rowsOf(content, 'sources').map(({ group, leads: count, qualified }) => [group, count, qualified]),
      [
        ['Neighbourhood', 4, 2],
        ['Flea market', 1, 0],
      ],
    )
    assert.deepEqual(
      rowsOf(content, 'pipeline').map(({ leads: count }) => count),
      [2, 1, 0, 1, 1],
    )
    assert.deepEqual(pointsOf(content, 'leads'), { '2026-02-11': 5 })
  })

  test('group_monitoring: matches and leads of each group, and keywords over all of them', async () => {
    const world = await openWorld()
    const sessionId = await world.session('Desk')
    const tenantId = world.tenant.id
    const { ids, db, clock } = world.ctx
    const group = async (name: string, waGroupId: string) => {
      const id = ids.uuid()
      const place = { id, tenantId, sessionId, waGroupId, name, memberCount: 2 }
      await insertGroup(db.sql, {
        ...defaultSettings,
        ...place,
        createdAt: clock.now(),
        updatedAt: clock.now(),
      })
      return id
    }
    const [flats, bikes] = [await group('Flats', '1203@g.us'), await group('Bikes', '1204@g.us')]
    const chat = await world.chat(sessionId, 'Ann', [
      { direction: 'inbound', at: '2026-02-10T10:00:00Z' },
      { direction: 'inbound', at: '2026-02-10T10:01:00Z' },
      { direction: 'inbound', at: '2026-02-10T10:02:00Z' },
      { direction: 'inbound', at: '2026-01-10T10:02:00Z' },
    ])
    const capture = (groupId: string, offset: number, keyword: string | null) =>
      db.sql.execute(text`
        INSERT INTO group_messages (message_id, tenant_id, group_id, matched_keyword, is_awaiting_analysis, wa_timestamp)
        SELECT id, ${tenantId}, ${groupId}, ${keyword}, false, ordered_at FROM messages
        WHERE chat_id = ${chat} ORDER BY ordered_at DESC OFFSET ${offset} LIMIT 1`)
    await capture(flats, 0, 'looking for')
    await capture(flats, 1, null)
    await capture(bikes, 2, 'looking for')
    await capture(bikes, 3, 'too old')
    const leads = new LeadsWorld(app, world.tenant)
    await leads.lead(await leads.person('Ann'), { groupId: bikes })
    const content = await world.report('group_monitoring', { to: '2026-02-11T10:00:01Z' })
    assert.deepEqual(
      ['groups', 'captured', 'matches', 'leads'].map((key) => figureOf(content, key)),
      [2, 3, 2, 1],
    )
    assert.deepEqual(
      rowsOf(content, 'groups').map(({ group: name, captured, matches }) => [name, captured, matches]),
      [
        ['Bikes', 1, 1],
        ['Flats', 2, 1],
      ],
    )
    assert.deepEqual(rowsOf(content, 'keywords'), [{ keyword: 'looking for', matches: 2, groups: 2 }])
  })

  test('session_health: uptime of the period alone, drops and their reasons', async () => {
    const world = await openWorld()
    const desk = await world.session('Desk')
    await world.state(desk, 'starting', '2026-02-10T10:00:00Z', 'reconnecting')
    await world.state(desk, 'working', '2026-02-10T16:00:00Z')
    await world.state(desk, 'starting', '2026-02-10T22:00:00Z', 'reconnecting')
    await world.state(desk, 'working', '2026-02-10T22:00:00Z')
    await world.session('New', undefined, '2026-02-11T04:00:00Z')
    const content = await world.report('session_health', { params: { period_days: 1 } })
    assert.deepEqual(
      ['sessions', 'working', 'uptime', 'drops'].map((key) => figureOf(content, key)),
      [2, 2, 0.8, 2],
    )
    assert.deepEqual(
      rowsOf(content, 'sessions').map(({ session, uptime, working }) => [session, uptime, working]),
      [
        ['Desk', 0.75, 18 * 3600],
        ['New', 1, 6 * 3600],
      ],
    )
    assert.partialDeepStrictEqual(rowsOf(content, 'problems'), [
      { session: 'Desk', problem: 'reconnecting', times: 2 },
    ])
  })

  test('usage_plan: what is used of each limit, and a word where it gets tight', async () => {
    const world = await openWorld('starter')
    await world.session('Desk')
    await world.ctx.db.sql.execute(text`
      INSERT INTO usage_daily (tenant_id, date, messages_sent, messages_received)
      VALUES (${world.tenant.id}, '2026-02-05', 300, 40), (${world.tenant.id}, '2026-01-31', 99, 1)`)
    await world.ctx.db.sql.execute(text`
      INSERT INTO usage_post_quota (tenant_id, month, reserved, admitted)
      VALUES (${world.tenant.id}, '2026-02-01', 45, 1), (${world.tenant.id}, '2026-01-01', 9, 1)`)
    const content = await world.report('usage_plan')
    assert.deepEqual(
      ['plan', 'messages_sent', 'messages_received', 'messages_expected'].map((key) =>
        figureOf(content, key),
      ),
      ['Starter', 300, 40, 806],
    )
    const [messages, sessions, groups] = rowsOf(content, 'limits')
    assert.deepEqual(messages, { limit: 'Messages this month', used: 300, allowed: 500, share: 0.6 })
    assert.deepEqual([sessions?.used, sessions?.share, groups?.used], [1, 1, 0])
    assert.match(content.notes.join('\n'), /month ends at 806, and the plan has 500[\s\S]*Sessions: all 1/)
    const posts = rowsOf(content, 'limits').find(({ limit }) => limit === 'Channel posts this month')
    assert.deepEqual(posts, { limit: 'Channel posts this month', used: 45, allowed: 50, share: 0.9 })
    assert.match(content.notes.join('\n'), /Channel posts this month: 90 % of 50 are used/)
    const free = await (await openWorld()).report('usage_plan')
    assert.deepEqual(rowsOf(free, 'limits')[0]?.allowed, null)
  })

  test('bulk_send_progress: what is under way or ended in the period, with the sums of all', async () => {
    const world = await openWorld()
    const sessionId = await world.session('Desk')
    const job = (name: string, status: string, createdAt: string, completedAt: string | null, sent = 0) =>
      world.ctx.db.sql.execute(text`
        INSERT INTO bulk_jobs (id, tenant_id, session_id, name, source, status, message_type, total_recipients,
          sent_count, delivered_count, read_count, replied_count, failed_count, created_at, updated_at, completed_at)
        VALUES (${world.ctx.ids.uuid()}, ${world.tenant.id}, ${sessionId}, ${name}, 'api', ${status}, 'text', 10,
          ${sent}, ${sent}, ${sent / 2}, 1, 1, ${createdAt}, ${createdAt}, ${completedAt})`)
    await job('Spring', 'completed', '2026-02-09T10:00:00Z', '2026-02-09T12:00:00Z', 8)
    await job('Long', 'running', '2026-01-09T10:00:00Z', null, 4)
    await job('Ended', 'completed', '2026-01-20T10:00:00Z', '2026-02-06T12:00:00Z', 8)
    await job('Old', 'completed', '2026-01-01T10:00:00Z', '2026-01-02T12:00:00Z', 8)
    const content = await world.report('bulk_send_progress', { params: { max_rows: 2 } })
    assert.deepEqual(
      ['active', 'completed', 'recipients', 'sent', 'read_rate'].map((key) => figureOf(content, key)),
      [1, 2, 30, 20, 0.5],
    )
    assert.deepEqual(
      rowsOf(content, 'campaigns').map(({ name }) => name),
      ['Spring', 'Ended'],
    )
    assert.equal(content.tables[0]?.total, 3)
  })

  test('bulk_send_progress: who replied has read and got it, who read has got it, each counted once', async () => {
    const campaigns = await CampaignWorld.create(app)
    const people = ['Ann', 'Ben', 'Cid', 'Dan'].map((name) => campaigns.person(name))
    const [ann, ben, cid, dan] = people as [Target, Target, Target, Target]
    const list = await campaigns.tenant.api.post(201, '/custom-groups', { name: 'VIP list' })
    const job = await campaigns.job(people, { customGroupId: list.id })
    await campaigns.send(job, ann)
    await campaigns.hear(ann)
    await campaigns.progress([await campaigns.send(job, ben)], 'delivered', 'read')
    await campaigns.progress([await campaigns.send(job, cid)], 'delivered')
    await campaigns.send(job, dan)
    const content = await new ReportWorld(app, campaigns.tenant).report('bulk_send_progress', {
      to: new Date(app.clock.nowMs() + 1000).toISOString(),
    })
    const rates = ['delivery_rate', 'read_rate', 'reply_rate'].map((key) => figureOf(content, key))
    assert.deepEqual(rates, [0.75, 0.6667, 0.3333])
    assert.partialDeepStrictEqual(rowsOf(content, 'campaigns'), [
      {
        name: `VIP list, ${app.clock.now().toISOString().slice(0, 10)}`,
        recipients: 4,
        delivered: 3,
        read: 2,
        replied: 1,
      },
    ])
  })

  test('scheduled_messages_status: executed against failed runs, those that failed first', async () => {
    const world = await openWorld()
    const sessionId = await world.session('Desk')
    const { ids, db } = world.ctx
    const schedule = async (name: string, status: string, runs: [string, string, number][]) => {
      const [id, tenantId] = [ids.uuid(), world.tenant.id]
      const next = status === 'active' ? '2026-02-16T09:00:00Z' : null
      await db.sql.execute(text`
        INSERT INTO scheduled_messages (id, tenant_id, name, status, session_id, target_type, chat_id, message_type,
          message_content, once_per_contact, schedule_type, cron_expression, timezone, missed_runs, next_run_at,
          created_at, updated_at)
        VALUES (${id}, ${tenantId}, ${name}, ${status}, ${sessionId}, 'chat', '15550001111@c.us', 'text', 'Hello', false,
          'cron', '0 9 * * 1', 'UTC', 'run_once', ${next}, now(), now())`)
      for (const [at, ended, sent] of runs)
        await db.sql.execute(text`
          INSERT INTO scheduled_executions (id, tenant_id, schedule_id, scheduled_for, started_at, status, sent_count, error)
          VALUES (${ids.uuid()}, ${tenantId}, ${id}, ${at}, ${at}, ${ended}, ${sent},
            ${ended === 'failed' ? 'session_not_working' : null})`)
      return id
    }
    await schedule('Good', 'active', [
      ['2026-02-09T09:00:00Z', 'completed', 5],
      ['2026-02-10T09:00:00Z', 'completed', 5],
      ['2026-01-10T09:00:00Z', 'failed', 0],
    ])
    await schedule('Bad', 'completed', [
      ['2026-02-09T09:00:00Z', 'failed', 0],
      ['2026-02-10T09:00:00Z', 'partial', 2],
    ])
    await schedule('Over', 'cancelled', [])
    const busy = await schedule('Busy', 'active', [['2026-02-11T09:00:00Z', 'running', 0]])
    // What it has sent by now stands with the campaign that carries it.
    await db.sql.execute(text`
      WITH job AS (INSERT INTO bulk_jobs (id, tenant_id, session_id, source, status, message_type, total_recipients,
          sent_count, created_at, updated_at)
        VALUES (${ids.uuid()}, ${world.tenant.id}, ${sessionId}, 'schedule', 'running', 'text', 90, 30, now(), now())
        RETURNING id)
      UPDATE scheduled_executions SET bulk_job_id = job.id FROM job WHERE schedule_id = ${busy}`)
    const content = await world.report('scheduled_messages_status')
    assert.deepEqual(
      ['schedules', 'executed', 'running', 'completed', 'partial', 'failed', 'messages_sent'].map((key) =>
        figureOf(content, key),
      ),
      [3, 5, 1, 2, 1, 1, 42],
    )
    assert.deepEqual(
      rowsOf(content, 'schedules').map(({ name, failed, sent, error, next }) => [
        name,
        failed,
        sent,
        error,
        next,
      ]),
      [
        ['Bad', 2, 2, 'session_not_working', null],
        ['Good', 0, 10, null, '2026-02-16T09:00:00Z'],
        ['Busy', 0, 30, null, '2026-02-16T09:00:00Z'],
      ],
    )
  })
})
