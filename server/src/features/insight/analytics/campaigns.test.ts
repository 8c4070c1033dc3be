import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { CampaignWorld } from '../../../../test/campaign-world.ts'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

suite('GET /analytics/campaigns/{job_id}', () => {
  test('200 with funnel, rates, reasons, pace and every recipient; a reply proves delivery and reading (listmonk #2946)', async () => {
    const world = await CampaignWorld.create(app)
    const { api } = world.tenant
    const people = ['Ann', 'Ben', 'Cas', 'Dan', 'Eve', 'Fay'].map((name) => world.person(name))
    const [ann, ben, cas, dan, eve, fay] = people as [(typeof people)[number], ...typeof people]
    const job = await world.job(people, { name: 'Spring' })
    const { sql } = app.app.ctx.db
    const sent = []
    for (const person of [ann, ben, cas]) {
      if (person === undefined) continue
      sent.push(await world.send(job, person))
      await sql.execute(text`UPDATE bulk_recipients SET status = 'sent', sent_at = ${app.clock.now().toISOString()}
        WHERE job_id = ${job} AND phone = ${person.phone}`)
      // A minute between the first two, then a pause that does not count.
      app.clock.advance(person === ann ? 60_000 : person === ben ? 900_000 : 0)
    }
    await sql.execute(text`UPDATE bulk_jobs SET status = 'completed', sent_count = 3, failed_count = 1, skipped_count = 2,
      started_at = created_at, completed_at = ${app.clock.now().toISOString()} WHERE id = ${job}`)
    await sql.execute(text`UPDATE bulk_recipients SET status = 'failed', error = 'ack_463'
      WHERE job_id = ${job} AND phone = ${dan?.phone}`)
    await sql.execute(text`UPDATE bulk_recipients SET status = 'skipped', skip_reason = 'not_on_whatsapp'
      WHERE job_id = ${job} AND phone IN (${eve?.phone}, ${fay?.phone})`)
    await world.progress(sent.slice(0, 2), 'delivered', 'read')
    await world.hear(ann)
    const answer = await api.get(200, `/analytics/campaigns/${job}`)
    assert.partialDeepStrictEqual(answer, {
      job_id: job,
      name: 'Spring',
      status: 'completed',
      duration_seconds: 960,
      messages_per_minute: 3,
      funnel: { total: 6, sent: 3, delivered: 2, read: 2, replied: 1, ignored: 0, failed: 1, skipped: 2 },
      rates: { delivery_rate: 0.667, read_rate: 1, reply_rate: 0.5 },
      failures: [{ reason: 'ack_463', count: 1 }],
      skips: [{ reason: 'not_on_whatsapp', count: 2 }],
      contacts_total: 6,
    })
    assert.deepEqual(
      answer.timing.map((minute: { sent: number }) => minute.sent),
      [1, 1, 1],
    )
    assert.deepEqual(
      answer.contacts.map(({ name, status }: Record<string, string>) => [name, status]),
      [
        ['Ann', 'replied'],
        ['Ben', 'read'],
        ['Cas', 'sent'],
        ['Dan', 'failed'],
        ['Eve', 'skipped'],
        ['Fay', 'skipped'],
      ],
    )
    const page = await api.get(200, `/analytics/campaigns/${job}?status=skipped&limit=1&offset=1`)
    assert.deepEqual([page.contacts.length, page.contacts[0].name, page.contacts_total], [1, 'Fay', 2])
  })

  test('the same text to the same people counts for each campaign alone (mautic #2507, #5598, #6365)', async () => {
    const world = await CampaignWorld.create(app)
    const [ann, ben] = [world.person('Ann'), world.person('Ben')]
    const first = await world.job([ann, ben], { messageContent: 'Sale' })
    const sent = [await world.send(first, ann), await world.send(first, ben)]
    await world.progress(sent, 'delivered', 'read')
    await world.hear(ann)
    const funnelOf = async (job: string) =>
      (await world.tenant.api.get(200, `/analytics/campaigns/${job}`)).funnel
    const before = await funnelOf(first)
    assert.partialDeepStrictEqual(before, { total: 2, sent: 2, delivered: 2, read: 2, replied: 1 })
    app.clock.advance(60_000)
    const second = await world.job([ann, ben], { messageContent: 'Sale' })
    await world.progress([await world.send(second, ann), await world.send(second, ben)], 'delivered')
    await world.hear(ben)
    await world.hear(ben)
    assert.deepEqual(await funnelOf(first), before)
    assert.partialDeepStrictEqual(await funnelOf(second), { sent: 2, delivered: 2, read: 1, replied: 1 })
    const { campaigns } = await world.tenant.api.get(200, '/analytics/campaigns')
    for (const { job_id: job, funnel, rates } of campaigns) {
      // listmonk #2744, #2760: the list of campaigns showed other figures than the campaign.
      assert.deepEqual(funnel, await funnelOf(job))
      for (const rate of Object.values(rates)) assert.ok(Number(rate) <= 1, `${rate} is no share`)
    }
  })

  test('figures stay when people leave the list or it goes, and a copy begins at nothing (mautic #6847, listmonk #3031)', async () => {
    const world = await CampaignWorld.create(app)
    const { api } = world.tenant
    const [ann, ben] = [world.person('Ann'), world.person('Ben')]
    const members = [ann, ben].map(({ phone }) => ({ phone: `+${phone}` }))
    const list = await api.post(201, '/custom-groups', { name: 'VIP list', members })
    const job = await world.job([ann, ben], { customGroupId: list.id })
    await world.progress([await world.send(job, ann), await world.send(job, ben)], 'delivered', 'read')
    await app.app.ctx.db.sql.execute(
      text`UPDATE bulk_jobs SET status = 'completed', completed_at = now() WHERE id = ${job}`,
    )
    const read = async (id: string) => (await api.get(200, `/analytics/campaigns/${id}`)).funnel
    const before = await read(job)
    assert.partialDeepStrictEqual(before, { total: 2, sent: 2, delivered: 2, read: 2 })
    await api.post(200, `/custom-groups/${list.id}/members/remove`, { phones: [ann.phone] })
    assert.deepEqual(await read(job), before)
    // SuiteCRM #6420, whatomate #562: taken off and put on again, or put on twice, is there once.
    for (const action of ['add', 'add', 'remove', 'add'])
      await api.post(200, `/custom-groups/${list.id}/members/${action}`, { contacts: [{ phone: ann.phone }] })
    const copy = await api.post(201, `/bulk-send/${job}/clone`, {})
    const nothing = { sent: 0, delivered: 0, read: 0, replied: 0, failed: 0, skipped: 0 }
    assert.partialDeepStrictEqual(await read(copy.id), { total: 2, ...nothing })
    await api.post(200, `/bulk-send/${copy.id}/cancel`, {})
    await api.delete(200, `/custom-groups/${list.id}`)
    assert.deepEqual(await read(job), before)
  })

  test('404 for another tenant, 422 for a status that is none', async () => {
    const [world, other] = [await CampaignWorld.create(app), await CampaignWorld.create(app)]
    const job = await world.job([world.person()])
    await other.tenant.api.get(404, `/analytics/campaigns/${job}`)
    await world.tenant.api.get(404, '/analytics/campaigns/nonsense')
    assert.match(
      (await world.tenant.api.get(422, `/analytics/campaigns/${job}?status=happy`)).detail,
      /^status:/,
    )
    assert.match(
      (await world.tenant.api.get(422, `/analytics/campaigns/${job}?limit=1001`)).detail,
      /^limit:/,
    )
    const nobodyYet = await world.tenant.api.get(200, `/analytics/campaigns/${job}`)
    assert.partialDeepStrictEqual(nobodyYet, {
      messages_per_minute: null,
      rates: { delivery_rate: null, read_rate: null, reply_rate: null },
      timing: [],
    })
  })
})

suite('GET /analytics/campaigns', () => {
  test('a campaign without a name is called as its list is now, with its day in the zone of the tenant', async () => {
    const world = await CampaignWorld.create(app)
    const { api } = world.tenant
    const list = await api.post(201, '/custom-groups', { name: 'VIP list' })
    const people = () => [world.person()]
    const [named, listed, alone] = [
      await world.job(people(), { name: 'Spring', customGroupId: list.id }),
      await world.job(people(), { customGroupId: list.id }),
      await world.job(people()),
    ]
    await app.app.ctx.db.sql.execute(
      text`UPDATE bulk_jobs SET created_at = '2026-02-11T23:30:00Z' WHERE tenant_id = ${world.tenant.id}`,
    )
    await api.patch(200, '/tenant/settings', { time_zone: 'Europe/Berlin' })
    const names = async () => {
      const { campaigns } = await api.get(200, '/analytics/campaigns')
      const found = new Map(campaigns.map((row: Record<string, string>) => [row.job_id, row.name]))
      for (const [id, name] of found)
        assert.equal((await api.get(200, `/analytics/campaigns/${id}`)).name, name)
      return [named, listed, alone].map((id) => found.get(id))
    }
    assert.deepEqual(await names(), ['Spring', 'VIP list, 2026-02-12', 'Campaign, 2026-02-12'])
    await api.patch(200, `/custom-groups/${list.id}`, { name: 'Regulars' })
    assert.deepEqual(await names(), ['Spring', 'Regulars, 2026-02-12', 'Campaign, 2026-02-12'])
    await app.app.ctx.db.sql.execute(
      text`UPDATE bulk_jobs SET status = 'completed', completed_at = now() WHERE tenant_id = ${world.tenant.id}`,
    )
    await api.delete(200, `/custom-groups/${list.id}`)
    assert.deepEqual(await names(), ['Spring', 'Campaign, 2026-02-12', 'Campaign, 2026-02-12'])
    assert.equal((await api.get(200, `/bulk-send/${listed}`)).name, null, 'the job itself stays without one')
  })

  test('200 in the order asked for, those without a rate last; a day ends in the zone of the tenant', async () => {
    const world = await CampaignWorld.create(app)
    const { api } = world.tenant
    const [slow, good, none] = [
      await world.job([world.person()]),
      await world.job([world.person()]),
      await world.job([world.person()]),
    ]
    const set = (job: string, at: string, sent: number, delivered: number) =>
      app.app.ctx.db.sql.execute(text`UPDATE bulk_jobs SET created_at = ${at}, sent_count = ${sent},
        delivered_count = ${delivered} WHERE id = ${job}`)
    await set(slow, '2026-02-10T23:30:00Z', 10, 5)
    await set(good, '2026-02-11T08:00:00Z', 10, 9)
    await set(none, '2026-02-12T08:00:00Z', 0, 0)
    const ids = async (query: string) =>
      (await api.get(200, `/analytics/campaigns?${query}`)).campaigns.map(
        (row: { job_id: string }) => row.job_id,
      )
    assert.deepEqual(await ids(''), [none, good, slow])
    assert.deepEqual(await ids('sort=delivery_rate'), [good, slow, none])
    assert.deepEqual(await ids('sort=delivery_rate&order=asc'), [slow, good, none])
    assert.deepEqual(await ids('from=2026-02-11&to=2026-02-11'), [good])
    assert.deepEqual(await ids('from=2026-02-11T08:00:00Z&to=2026-02-12T07:59:59Z'), [good])
    await api.patch(200, '/tenant/settings', { time_zone: 'Europe/Berlin' })
    assert.deepEqual(await ids('from=2026-02-11&to=2026-02-11'), [good, slow])
    const page = await api.get(200, '/analytics/campaigns?limit=1&offset=1')
    assert.deepEqual([page.total, page.limit, page.offset, page.campaigns[0].job_id], [3, 1, 1, good])
    for (const [query, field] of [
      ['sort=name', /^sort:/],
      ['from=soon', /^from:/],
      ['from=2026-02-12&to=2026-02-11', /^to:/],
      ['limit=101', /^limit:/],
    ] as const)
      assert.match((await api.get(422, `/analytics/campaigns?${query}`)).detail, field)
  })
})
