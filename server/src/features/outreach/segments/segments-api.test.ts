import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import { SegmentWorld } from '../../../../test/segment-world.ts'
import { until } from '../../../../test/until.ts'
import { outsideTransaction } from '../../../platform/database/transaction.ts'
import { noteMemberCount } from '../../groups/custom-groups/custom-group-filters.service.ts'
import { addMembers } from '../../groups/custom-groups/custom-groups.service.ts'
import { addLeadsToList } from '../../leads/pipeline/lead-lists.service.ts'
import { countPeopleOf, variableNamesOf } from './segments.service.ts'

let app: TestApp
let world: SegmentWorld

before(async () => {
  app = await createTestApp()
  world = await SegmentWorld.create(app)
})
after(() => app.close())

const create = (filter: unknown, name = 'Follow up') =>
  world.tenant.api.post(201, '/custom-groups', { name, filter })

suite('segments over HTTP', () => {
  test('are made, shown with their people now, changed, and made lists again', async () => {
    const [anna, ben] = await world.people('Anna', 'Ben')
    await world.write(anna, { daysAgo: 4 })
    await world.write(ben, { daysAgo: 4 })
    const made = await create({ no_answer_days: 3 })
    assert.deepEqual([made.filter, made.member_count], [{ no_answer_days: 3 }, 2])
    assert.match(made.member_counted_at, /^\d{4}-/)
    await world.hear(ben, { daysAgo: 1 })
    const shown = await world.tenant.api.get(200, `/custom-groups/${made.id}`)
    assert.deepEqual(shown.members, [
      { id: null, phone: `+${anna}`, name: 'Anna', added_at: null, variables: {} },
    ])
    const { groups } = await world.tenant.api.get(200, '/custom-groups')
    assert.equal(groups.find(({ id }: { id: string }) => id === made.id)?.member_count, 1)
    const changed = await world.tenant.api.patch(200, `/custom-groups/${made.id}`, {
      name: 'Everybody who wrote',
      filter: { has_written: true },
    })
    assert.deepEqual(
      [changed.name, changed.filter, changed.member_count],
      ['Everybody who wrote', { has_written: true }, 1],
    )
    const renamed = await world.tenant.api.patch(200, `/custom-groups/${made.id}`, { name: 'They wrote' })
    assert.deepEqual(renamed.filter, { has_written: true })
    const list = await world.tenant.api.patch(200, `/custom-groups/${made.id}`, { filter: null })
    assert.deepEqual([list.filter, list.member_count, list.member_counted_at], [null, 0, null])
    await world.tenant.api.post(200, `/custom-groups/${made.id}/members/add`, { contacts: [`+${anna}`] })
  })

  test('who counted with the filter of before notes nothing: the count is that of the filter shown', async () => {
    const { ctx, tenant } = world
    const { id, member_count: count } = await create({ has_written: true, no_answer_days: 3 })
    const said = { sql: ctx.db.sql, now: app.clock.now() }
    await noteMemberCount(said.sql, tenant.id, id, {
      filter: { has_written: true },
      count: 99,
      now: said.now,
    })
    assert.equal((await tenant.api.get(200, '/custom-groups')).groups[0].member_count, count)
    const filter = { no_answer_days: 3, has_written: true }
    await noteMemberCount(said.sql, tenant.id, id, { filter, count: 98, now: said.now })
    assert.equal((await tenant.api.get(200, '/custom-groups')).groups[0].member_count, 98)
    await tenant.api.delete(200, `/custom-groups/${id}`)
  })

  // mautic #11375, #5433: a relative date was stored as a date, of two groups one.
  test('a filter comes back as it was given, one value as a list of one', async () => {
    const lists = [await world.list([]), await world.list([])]
    const filter = {
      last_inbound_before: 'yesterday',
      last_inbound_after: { days_ago: 30 },
      lead_status_changed_after: '2026-01-31',
      lead_status_changed_before: '2026-12-01T00:00:00+02:00',
      in_group_id: lists,
      any_of: [{ lead_status: ['new', 'contacted'] }, { has_written: false }],
      none_of: [{ language: 'en' }],
      time_zone: 'America/Sao_Paulo',
    }
    const { id } = await create(filter)
    const shown = await world.tenant.api.get(200, `/custom-groups/${id}`)
    assert.deepEqual(shown.filter, { ...filter, none_of: [{ language: ['en'] }] })
    await world.tenant.api.patch(200, `/custom-groups/${id}`, { filter: shown.filter })
  })

  test('nobody is put on a segment or taken off, by any door; a list with members takes no filter', async () => {
    const { id } = await create({ has_written: true })
    const [carl] = await world.people('Carl')
    const phone = `+${carl}`
    for (const [door, body] of [
      ['add', { contacts: [phone] }],
      ['remove', { phones: [phone] }],
    ] as const) {
      const refused = await world.tenant.api.post(400, `/custom-groups/${id}/members/${door}`, body)
      assert.equal(refused.code, 'custom_group_is_segment', door)
    }
    for (const csv of [`phone\n${phone}\n`, 'phone\nnobody\n']) {
      const imported = await world.tenant.api.post(400, `/custom-groups/${id}/import`, { csv })
      assert.equal(imported.code, 'custom_group_is_segment')
    }
    const lead = await world.lead(carl)
    const ctx = world.ctx
    await assert.rejects(addLeadsToList(ctx, [lead], id), { code: 'custom_group_is_segment' })
    const { id: list } = await world.tenant.api.post(201, '/custom-groups', {
      name: 'List',
      members: [phone],
    })
    const refused = await world.tenant.api.patch(400, `/custom-groups/${list}`, {
      filter: { has_written: true },
    })
    assert.equal(refused.code, 'custom_group_has_members')
    const both = { name: 'Both', members: [phone], filter: { has_written: true } }
    assert.match((await world.tenant.api.post(422, '/custom-groups', both)).detail, /^filter/)
  })

  test('a list that gets members just now takes no filter either', { skip: !isServerTest }, async () => {
    const { ctx, tenant } = world
    const list = await world.list([])
    const path = `/custom-groups/${list}`
    const added = Promise.withResolvers<void>()
    const putting = ctx.db.transaction(async (sql) => {
      await addMembers(ctx, sql, tenant.id, list, [{ phone: world.stranger(), name: null }])
      added.resolve()
      const question = `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE OF g%'`
      await until('the change that waits', async () => {
        const { rowCount } = await outsideTransaction(() => ctx.db.pool.query(question))
        return rowCount === 1 || undefined
      })
    })
    await added.promise
    const change = { body: { filter: { has_written: true } } }
    const [reply] = await Promise.all([world.keyed.call('PATCH', path, change), putting])
    assert.deepEqual([reply.status, reply.body.code], [400, 'custom_group_has_members'])
    const { filter, member_count: count } = await world.keyed.get(200, path)
    assert.deepEqual([filter, count], [null, 1])
  })

  test('a group that a segment names is not deleted before the segment; a segment deletes as any', async () => {
    const list = await world.list([])
    const { id } = await create({ not_in_group_id: list }, 'All but these')
    const refused = await world.tenant.api.call('DELETE', `/custom-groups/${list}`)
    assert.deepEqual([refused.status, refused.body.code], [400, 'custom_group_in_use'])
    assert.match(refused.body.detail, /All but these/)
    await world.tenant.api.delete(200, `/custom-groups/${id}`)
    await world.tenant.api.delete(200, `/custom-groups/${list}`)
  })

  test('who names a label or session that is gone finds nobody by mistake: 400, saying what', async () => {
    const label = await world.label('Do not write')
    const { id } = await create({ none_of: [{ label_id: label }] }, 'Without a label')
    await world.tenant.api.delete(200, `/labels/${label}`)
    for (const path of ['', '/preview', '/export/csv']) {
      const refused = await world.tenant.api.get(400, `/custom-groups/${id}${path}`)
      assert.equal(refused.code, 'segment_broken', path)
      assert.match(refused.detail, /Without a label.*none_of\.0\.label_id/, path)
    }
    await world.tenant.api.patch(200, `/custom-groups/${id}`, { filter: { has_written: true } })
  })

  test('exports have everybody of a segment with their values, more than fit into one step', async () => {
    const many = Array.from({ length: 5100 }, (_, index) => ({
      phone: `1777${String(index).padStart(7, '0')}`,
      name: `Person ${index}`,
      variables: { city: `City ${index}` },
    }))
    const list = await world.list(many)
    await world.name(list, ['city'])
    const { id, member_count: count } = await create({ in_group_id: list, has_written: false })
    assert.equal(count, 5100)
    const json = await world.tenant.api.get(200, `/custom-groups/${id}/export/json`)
    assert.deepEqual(
      json.map(({ phone, name, variables }: { phone: string; name: string; variables: object }) => ({
        phone: phone.slice(1),
        name,
        variables,
      })),
      many,
    )
    const csv = await world.tenant.api.call('GET', `/custom-groups/${id}/export/csv`)
    assert.equal(csv.headers['x-total-count'], '5100')
    const lines = csv.text.trimEnd().split('\r\n')
    assert.deepEqual(
      [lines[0], lines[1], lines.length],
      ['phone,name,added_at,city', '+17770000000,Person 0,,City 0', 5101],
    )
    assert.deepEqual(await variableNamesOf(world.ctx, world.tenant.id, id), ['city'])
    assert.equal(await countPeopleOf(world.ctx, world.tenant.id, id, app.clock.now()), 5100)
  })

  test('ids of another tenant are unknown in every field', async () => {
    const other = await SegmentWorld.create(app)
    const label = await other.label('Theirs')
    const list = await other.list([])
    const [dora] = await other.people('Dora')
    const source = app.app.ctx.ids.uuid()
    await other.lead(dora, { groupId: source })
    const fields = {
      label_id: label,
      in_group_id: list,
      not_in_group_id: list,
      session_id: other.sessionId,
      source_group_id: source,
    }
    for (const [field, id] of Object.entries(fields)) {
      const filter = { has_written: true, [field]: id }
      for (const [wrapped, at] of [
        [filter, `filter.${field}`],
        [{ has_written: true, any_of: [filter] }, `filter.any_of.0.${field}`],
      ] as const) {
        for (const path of ['/custom-groups', '/custom-groups/preview']) {
          const refused = await world.tenant.api.post(422, path, { name: 'x', filter: wrapped })
          assert.deepEqual(
            refused.errors?.map((each: { field: string }) => each.field),
            [at],
            path,
          )
        }
      }
    }
    await world.tenant.api.get(404, `/custom-groups/${list}/preview`)
    await other.expect({ source_group_id: source }, [dora])
  })

  test('what no filter can mean is refused, naming the field', async () => {
    const bad: [filter: unknown, field: string][] = [
      [{}, 'filter'],
      [[], 'filter'],
      ['has_written', 'filter'],
      [{ time_zone: 'UTC' }, 'filter'],
      [{ session_id: world.sessionId }, 'filter'],
      [{ lead_statuss: 'new' }, 'filter'],
      [{ lead_status: 'hot' }, 'filter.lead_status'],
      [{ lead_status: [] }, 'filter.lead_status'],
      [{ lead_status: null }, 'filter'],
      [{ lead_status_for_days: 0 }, 'filter.lead_status_for_days'],
      [{ no_answer_days: -1 }, 'filter.no_answer_days'],
      [{ no_answer_days: 1.5 }, 'filter.no_answer_days'],
      [{ no_answer_days: '3' }, 'filter.no_answer_days'],
      [{ no_answer_days: 1e9 }, 'filter.no_answer_days'],
      [{ last_inbound_after: 'tomorrow' }, 'filter.last_inbound_after'],
      [{ last_inbound_after: '2026-02-30' }, 'filter.last_inbound_after'],
      [{ last_inbound_after: '0000-01-01' }, 'filter.last_inbound_after'],
      [{ last_inbound_after: '0099-01-01' }, 'filter.last_inbound_after'],
      [{ last_inbound_after: '2026-02-11T10:00:00' }, 'filter.last_inbound_after'],
      [{ last_inbound_after: { days_ago: 'x' } }, 'filter.last_inbound_after'],
      [{ last_inbound_after: 7 }, 'filter.last_inbound_after'],
      [{ has_written: 'yes' }, 'filter.has_written'],
      [{ language: 'english' }, 'filter.language'],
      [{ language: 'xx' }, 'filter.language'],
      [{ label_id: 'VIP' }, 'filter.label_id'],
      [{ in_group_id: Array.from({ length: 51 }, () => app.app.ctx.ids.uuid()) }, 'filter.in_group_id'],
      [{ has_written: true, time_zone: '+02:00' }, 'filter.time_zone'],
      [{ has_written: true, time_zone: 'Mars/Olympus' }, 'filter.time_zone'],
      [{ any_of: [] }, 'filter.any_of'],
      [{ any_of: [{}] }, 'filter.any_of.0'],
      [{ none_of: [{ any_of: [{ has_written: true }] }] }, 'filter.none_of.0'],
      [{ none_of: { has_written: true } }, 'filter.none_of'],
    ]
    for (const [filter, field] of bad)
      for (const path of ['/custom-groups', '/custom-groups/preview']) {
        const refused = await world.tenant.api.post(422, path, { name: 'x', filter })
        const [first] = refused.errors
        const named = first.field === field || String(first.field).startsWith(`${field}.`)
        assert.ok(named, `${JSON.stringify(filter)}: ${first.field} ${first.message}`)
      }
    const { id } = await create({ has_written: true })
    await world.tenant.api.patch(422, `/custom-groups/${id}`, { filter: { in_group_id: id } })
    for (const query of ['limit=0', 'limit=101', 'offset=-1', 'limit=x'])
      await world.tenant.api.get(422, `/custom-groups/${id}/preview?${query}`)
    const sender = await world.tenant.apiWith(['messages:send'])
    assert.equal((await sender.call('GET', `/custom-groups/${id}/preview`)).status, 403)
    assert.equal((await app.api.call('GET', `/custom-groups/${id}/preview`)).status, 401)
  })
})
