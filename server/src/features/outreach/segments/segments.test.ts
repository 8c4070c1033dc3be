import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { SegmentWorld } from '../../../../test/segment-world.ts'
import { countPeopleOf } from './segments.service.ts'

let app: TestApp
let world: SegmentWorld

before(async () => {
  app = await createTestApp()
  world = await SegmentWorld.create(app)
})
after(() => app.close())

suite('conditions', () => {
  test('status of the lead: the open one, otherwise the newest; the age of its last change', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, ben, carl, dora] = await world.people('Anna', 'Ben', 'Carl', 'Dora')
    const old = await world.lead(anna, { daysAgo: 40 })
    await world.move(old, 'lost')
    await world.lead(anna, { daysAgo: 2 })
    await world.move(await world.lead(ben, { daysAgo: 10 }), 'contacted')
    await world.lead(carl, { daysAgo: 5 })
    await world.expect({ lead_status: 'new' }, [anna, carl])
    await world.expect({ lead_status: ['contacted', 'qualified'] }, [ben])
    // Anna's lost lead is not where she stands.
    await world.expect({ lead_status: 'lost' }, [])
    await world.expect({ none_of: [{ lead_status: 'new' }] }, [ben, dora])
    // A lead that never moved came to its status when it was detected; Ben's moved just now.
    await world.expect({ lead_status: ['new', 'contacted'], lead_status_for_days: 3 }, [carl])
    await world.expect({ lead_status_changed_after: { days_ago: 3 } }, [anna, ben])
    await world.expect({ lead_status_changed_before: { days_ago: 3 } }, [carl])
    app.clock.jump(4 * 86_400_000)
    await world.expect({ lead_status: 'contacted', lead_status_for_days: 3 }, [ben])
  })

  test('when somebody wrote last; never is not before; nobody without a value is lost by a not', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, ben, carl] = await world.people('Anna', 'Ben', 'Carl')
    await world.hear(anna, { daysAgo: 1 })
    await world.hear(ben, { daysAgo: 20 })
    await world.write(carl, { daysAgo: 20 })
    await world.expect({ last_inbound_after: { days_ago: 3 } }, [anna])
    await world.expect({ last_inbound_before: { days_ago: 3 } }, [ben])
    await world.expect({ last_inbound_before: { days_ago: 3 }, last_inbound_after: { days_ago: 19 } }, [])
    await world.expect({ last_inbound_before: world.at(3), last_inbound_after: world.at(21) }, [ben])
    await world.expect({ has_written: true }, [anna, ben])
    await world.expect({ has_written: false }, [carl])
    // mautic #9719: "not" finds those without any value, too.
    await world.expect({ none_of: [{ last_inbound_after: { days_ago: 3 } }] }, [ben, carl])
  })

  test('three days are three times 24 hours, to the second, over a change of the clock as well', async () => {
    const world = await SegmentWorld.create(app)
    await world.zone('Europe/Berlin')
    const [anna, ben] = await world.people('Anna', 'Ben')
    await world.write(anna, { daysAgo: 3 })
    await world.write(ben, { daysAgo: 3 - 1 / 86_400 })
    await world.expect({ no_answer_days: 3 }, [anna])
    app.clock.advance(1000)
    await world.expect({ no_answer_days: 3 }, [anna, ben])
  })

  test('who has not answered: our last message is the last one, and old enough', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, ben, carl, dora] = await world.people('Anna', 'Ben', 'Carl', 'Dora')
    // Anna was written to and is silent, Ben answered, Carl was reminded yesterday, Dora was never written to.
    await world.write(anna, { daysAgo: 5 })
    await world.write(ben, { daysAgo: 5 })
    await world.hear(ben, { daysAgo: 4 })
    await world.write(carl, { daysAgo: 5 })
    await world.write(carl, { daysAgo: 1 })
    await world.hear(dora, { daysAgo: 30 })
    await world.expect({ no_answer_days: 3 }, [anna])
    await world.lead(anna, { daysAgo: 6 })
    await world.expect({ no_answer_days: 3, lead_status: 'new' }, [anna])
    await world.expect({ no_answer_days: 3, lead_status: 'lost' }, [])
    // An answer on another number is an answer, unless one session alone is asked about.
    const other = await world.session()
    await world.hear(anna, { daysAgo: 2, sessionId: other })
    await world.expect({ no_answer_days: 3 }, [])
    await world.expect({ no_answer_days: 3, session_id: world.sessionId }, [anna])
  })

  test('words of the calendar begin by the clock of the zone: of the filter, otherwise of the tenant', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, ben] = await world.people('Anna', 'Ben')
    await world.zone('Pacific/Kiritimati')
    // Half past twelve in UTC: on Kiritimati the day is two and a half hours old.
    const now = app.clock.nowMs()
    const tomorrow = new Date(now + 86_400_000).toISOString().slice(0, 10)
    app.clock.advance(Date.parse(`${tomorrow}T12:30:00Z`) - now)
    await world.hear(anna, { daysAgo: 2 / 24 })
    await world.hear(ben, { daysAgo: 11 / 24 })
    await world.expect({ last_inbound_after: 'today' }, [anna])
    await world.expect({ last_inbound_before: 'today', last_inbound_after: 'yesterday' }, [ben])
    await world.expect({ last_inbound_after: 'today', time_zone: 'UTC' }, [anna, ben])
    const theirs = new Date(app.clock.nowMs() + 14 * 3_600_000).toISOString().slice(0, 10)
    await world.expect({ last_inbound_after: theirs }, [anna])
    await world.expect({ last_inbound_after: theirs, time_zone: 'UTC' }, [])
    // mautic #10621: half past midnight in Berlin is no more yesterday, though it is in UTC.
    app.clock.advance(11 * 3_600_000)
    await world.hear(ben, { daysAgo: 0.25 / 24 })
    await world.expect({ last_inbound_after: 'today', time_zone: 'Europe/Berlin' }, [ben])
  })

  test('labels: any of them, of any conversation; taken off is off', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, ben, carl] = await world.people('Anna', 'Ben', 'Carl')
    for (const person of [anna, ben, carl]) await world.hear(person, { daysAgo: 1 })
    const [vip, late] = [await world.label('VIP'), await world.label('Late')]
    await world.tag(anna, vip)
    await world.tag(ben, late)
    await world.expect({ label_id: vip }, [anna])
    await world.expect({ label_id: [vip, late] }, [anna, ben])
    await world.expect({ none_of: [{ label_id: [vip, late] }] }, [carl])
    await world.tag(anna, vip, false)
    await world.expect({ label_id: vip }, [])
  })

  test('groups of the first signal and of every later one', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, ben, carl] = await world.people('Anna', 'Ben', 'Carl')
    const [first, second] = [app.app.ctx.ids.uuid(), app.app.ctx.ids.uuid()]
    await world.lead(anna, { groupId: first })
    await world.lead(anna, { groupId: second })
    await world.lead(ben, { groupId: second })
    await world.expect({ source_group_id: first }, [anna])
    await world.expect({ source_group_id: [first, second] }, [anna, ben])
    await world.expect({ none_of: [{ source_group_id: first }] }, [ben, carl])
  })
})

suite('groups in segments', () => {
  // listmonk #1544: "not in B" of somebody who is in A and in B.
  test('in a list: its people with their values, met or not; not in another one', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, ben] = await world.people('Anna', 'Ben')
    const stranger = world.stranger()
    const prospects = await world.list([
      { phone: anna, name: null, variables: { city: 'Lyon' } },
      { phone: stranger, name: 'Stranger', variables: { city: 'Oslo' } },
    ])
    const customers = await world.list([{ phone: ben, name: 'Benjamin', variables: {} }])
    const { people } = await world.expect({ in_group_id: prospects }, [anna, stranger])
    assert.deepEqual(
      new Map(people.map(({ phone, name, variables }) => [phone, [name, variables]])),
      new Map([
        [`+${anna}`, ['Anna', { city: 'Lyon' }]],
        [`+${stranger}`, ['Stranger', { city: 'Oslo' }]],
      ]),
    )
    await world.expect({ in_group_id: [prospects, customers] }, [anna, ben, stranger])
    // Whoever was never met belongs to "not", too.
    await world.expect({ not_in_group_id: customers }, [anna, stranger])
    await world.expect({ not_in_group_id: [customers, prospects] }, [])
    await world.expect({ in_group_id: prospects, has_written: false }, [anna, stranger])
    await world.hear(anna, { daysAgo: 1 })
    await world.expect({ in_group_id: prospects, has_written: true }, [anna])
    // mautic #3790: whoever joins the other list later is out from then on.
    await world.join(customers, anna)
    await world.expect({ not_in_group_id: customers }, [stranger])
    await world.expect({ any_of: [{ in_group_id: customers }, { last_inbound_after: 'yesterday' }] }, [
      anna,
      ben,
    ])
  })

  // mautic PR 12810: the same group on two ways is no circle.
  test('a segment of segments; the same one named twice is one', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, ben, carl] = await world.people('Anna', 'Ben', 'Carl')
    await world.hear(anna, { daysAgo: 1 })
    await world.hear(ben, { daysAgo: 1 })
    await world.lead(anna)
    const list = await world.list([{ phone: carl, name: null, variables: { city: 'Bern' } }])
    const wrote = await world.segment({ has_written: true })
    const warm = await world.segment({ in_group_id: wrote, lead_status: 'new' })
    const mixed = await world.segment({ any_of: [{ in_group_id: [warm, list] }, { in_group_id: wrote }] })
    await world.expectGroup(warm, [anna])
    await world.expectGroup(mixed, [anna, ben, carl])
    await world.expect({ in_group_id: mixed, not_in_group_id: warm }, [ben, carl])
    const all = await world.expect({ in_group_id: [list, mixed] }, [anna, ben, carl])
    assert.deepEqual(all.people.find(({ phone }) => phone === `+${carl}`)?.variables, { city: 'Bern' })
  })

  test('groups that lead back to the segment are refused, also by two changes at once', async () => {
    const world = await SegmentWorld.create(app)
    const [a, b, c] = [await world.list([]), await world.list([]), await world.list([])]
    await world.setFilter(b, { in_group_id: a })
    await world.setFilter(c, { none_of: [{ in_group_id: b }] })
    await assert.rejects(world.setFilter(a, { not_in_group_id: c }), {
      status: 422,
      details: {
        errors: [
          {
            field: 'filter.not_in_group_id',
            message: 'the group is the segment itself, or leads back to it',
          },
        ],
      },
    })
    await assert.rejects(world.setFilter(a, { in_group_id: a }), { status: 422 })
    const [d, e] = [await world.list([]), await world.list([])]
    const both = await Promise.allSettled([
      world.setFilter(d, { in_group_id: e }),
      world.setFilter(e, { in_group_id: d }),
    ])
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    // Another filter frees the way.
    await world.setFilter(b, { has_written: true })
    await world.setFilter(a, { not_in_group_id: c })
  })

  test('the numbers of the tenant are not among the people', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, own] = await world.people('Anna', 'Own')
    await world.link(own)
    await world.hear(anna, { daysAgo: 1 })
    await world.hear(own, { daysAgo: 1 })
    await world.expect({ has_written: true }, [anna])
  })
})

suite('languages', () => {
  test('what people write in is found out and follows them; too short texts say nothing', async () => {
    const world = await SegmentWorld.create(app)
    const [anna, ben, carl, dora] = await world.people('Anna', 'Ben', 'Carl', 'Dora')
    await world.hear(anna, { daysAgo: 3, text: 'Hola, quisiera saber el precio del apartamento en la playa' })
    await world.hear(ben, { daysAgo: 3, text: 'Guten Morgen, was kostet die Wohnung im ersten Stock?' })
    await world.hear(carl, { daysAgo: 3, text: 'ok' })
    await world.lead(dora, { text: 'Bonjour, combien coûte cet appartement pour deux personnes ?' })
    await world.expect({ language: 'es' }, [anna])
    await world.expect({ language: ['de', 'fr'] }, [ben, dora])
    await world.expect({ none_of: [{ language: ['es', 'de'] }] }, [carl, dora])
    for (let at = 0; at < 10; at += 1)
      await world.hear(anna, {
        daysAgo: 2 - at / 10,
        text: 'I would like to know whether the flat is still free',
      })
    await world.expect({ language: 'es' }, [])
    await world.expect({ language: 'en' }, [anna])
  })
})

suite('languages of many', () => {
  test('a preview reads a thousand and says how many are left; a job reads them, and a job asks for all', async () => {
    const world = await SegmentWorld.create(app)
    const [anna] = await world.people('Anna')
    await world.hear(anna, { daysAgo: 1, text: 'Hola, quisiera saber el precio del apartamento en la playa' })
    await world.crowd(1020)
    const filter = { language: 'es' }
    const ask = () => world.keyed.post(200, '/custom-groups/preview', { filter })
    assert.ok((await ask()).unread_languages > 0)
    await app.runJobs()
    assert.deepEqual([(await ask()).unread_languages, (await ask()).total], [0, 1])
    await world.crowd(1020)
    await world.hear(anna, {
      daysAgo: 0,
      text: 'Bonjour, combien coûte cet appartement pour deux personnes ?',
    })
    const id = await world.segment(filter)
    await countPeopleOf(world.ctx, world.tenant.id, id, app.clock.now())
    assert.equal((await ask()).unread_languages, 0)
  })
})

suite('preview', () => {
  test('tells how many opted out, in pages by number', async () => {
    const people = await world.people('Anna', 'Ben', 'Carl')
    const list = await world.list(people.map((phone) => ({ phone, name: null, variables: {} })))
    await world.ctx.db.sql.execute(text`
      INSERT INTO opt_outs (tenant_id, address, is_opted_out, changed_at) VALUES (${world.tenant.id}, ${people[1]}, true, now())`)
    const sorted = people.toSorted()
    const seen: string[] = []
    for (const offset of [0, 2]) {
      const page = await world.keyed.get(200, `/custom-groups/${list}/preview?limit=2&offset=${offset}`)
      assert.deepEqual([page.total, page.opted_out, page.limit, page.offset], [3, 1, 2, offset])
      for (const { phone, opted_out } of page.people) {
        seen.push(phone)
        assert.equal(opted_out, phone === `+${people[1]}`)
      }
    }
    assert.deepEqual(
      seen,
      sorted.map((phone) => `+${phone}`),
    )
  })
})
