import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { buildInboundMessage, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { onEvent } from '../../../feature.ts'
import { features } from '../../../features.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { customGroupDeleting, customGroupInUse } from '../../groups/custom-groups/custom-groups.schema.ts'
import { holdUsableGroup } from '../../groups/custom-groups/custom-groups.service.ts'

let app: TestApp
let tenant: TestTenant
/** Lists that something works with. */
const busy = new Set<string>()

before(async () => {
  const refuse = onEvent(customGroupDeleting, async (_ctx, _sql, lists) => {
    if (lists.some(({ groupId }) => busy.has(groupId))) throw customGroupInUse.create()
  })
  app = await createTestApp({ features: [...features, { name: 'works-with-lists', events: [refuse] }] })
  tenant = await app.tenant()
})
after(() => app.close())

const phoneOf = (number: number) => `1555${String(number).padStart(7, '0')}`
const phones = (count: number, from = 0) => Array.from({ length: count }, (_, at) => phoneOf(from + at))

async function makeList(members: unknown[] = [], of: TestTenant = tenant): Promise<string> {
  return (await of.api.post(201, '/custom-groups', { name: 'Customers', members })).id
}

async function countRows(groupId: string): Promise<number> {
  const { rows } = await app.app.ctx.db.sql.execute<{ total: number }>(
    text`SELECT count(*)::int AS total FROM custom_group_members WHERE group_id = ${groupId}`,
  )
  return rows[0]?.total ?? 0
}

async function setLimit(of: TestTenant, max_custom_groups: number | null): Promise<void> {
  const { ctx } = app.app
  const overrides = JSON.stringify({ max_custom_groups })
  await ctx.db.transaction(async (sql) => {
    await sql.execute(text`UPDATE tenants SET limit_overrides = ${overrides}::jsonb WHERE id = ${of.id}`)
    await publishChange(ctx, sql, [`tenant:${of.id}`])
  })
}

suite('lists', () => {
  test('are made with people in every form, each number once, and shown with exactly the fields of the contract', async () => {
    const members = [
      {
        phone: '+1 (555) 700-0001',
        name: ' Ada ',
        variables: { City: 'Berlin', zip: '04101', vip: true, n: 7 },
      },
      '15557000002@c.us',
      { phone: '15557000001', name: 'Another Ada' },
      { phone: '15557000003', name: '' },
    ]
    const made = await tenant.api.post(201, '/custom-groups', {
      name: ' Customers ',
      description: 'All',
      members,
    })
    assert.deepEqual(Object.keys(made).sort(), [
      'created_at',
      'description',
      'filter',
      'id',
      'member_count',
      'member_counted_at',
      'name',
      'updated_at',
    ])
    assert.deepEqual([made.name, made.description, made.member_count], ['Customers', 'All', 3])
    assert.match(made.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    const shown = await tenant.api.get(200, `/custom-groups/${made.id}`)
    const seen = shown.members.map(({ phone, name, variables }: Record<string, unknown>) => [
      phone,
      name,
      variables,
    ])
    assert.deepEqual(seen, [
      ['+15557000001', 'Ada', { City: 'Berlin', zip: '04101', vip: 'true', n: '7' }],
      ['+15557000002', null, {}],
      ['+15557000003', null, {}],
    ])
    assert.deepEqual(Object.keys(shown.members[0]).sort(), ['added_at', 'id', 'name', 'phone', 'variables'])
    const page = await tenant.api.get(200, `/custom-groups/${made.id}?limit=1&offset=1`)
    assert.deepEqual(page.members, [shown.members[1]])
    const changed = await tenant.api.patch(200, `/custom-groups/${made.id}`, {
      name: 'Few',
      description: null,
    })
    assert.deepEqual([changed.name, changed.description, changed.member_count], ['Few', null, 3])
  })

  test('are listed newest first, page by page with the exact total, and are nobody else’s', async () => {
    const own = await app.tenant()
    const ids: string[] = []
    for (let at = 0; at < 3; at += 1) {
      app.clock.advance(1000)
      ids.unshift(await makeList([], own))
    }
    const all = await own.api.get(200, '/custom-groups')
    assert.deepEqual(
      all.groups.map(({ id }: { id: string }) => id),
      ids,
    )
    const page = await own.api.get(200, '/custom-groups?limit=1&offset=1')
    assert.deepEqual([page.groups[0].id, page.total, page.limit, page.offset], [ids[1], 3, 1, 1])
    assert.deepEqual(Object.keys(page).sort(), ['groups', 'limit', 'offset', 'total'])
    await tenant.api.post(404, `/custom-groups/${ids[0]}/members/add`, { contacts: ['15550000001'] })
    await tenant.api.post(404, `/custom-groups/${ids[0]}/members/remove`, { phones: ['15550000001'] })
    assert.equal((await tenant.api.call('GET', `/custom-groups/${ids[0]}/export/csv`)).status, 404)
  })

  test('kind= shows lists or segments, each with its own total', async () => {
    const { api } = await app.tenant()
    const list = await api.post(201, '/custom-groups', { name: 'Customers' })
    const segment = await api.post(201, '/custom-groups', { name: 'Silent', filter: { has_written: false } })
    for (const [kind, { id }] of [
      ['list', list],
      ['segment', segment],
    ] as const) {
      const { groups, total } = await api.get(200, `/custom-groups?kind=${kind}`)
      assert.deepEqual([groups.map((group: { id: string }) => group.id), total], [[id], 1])
    }
    assert.equal((await api.get(200, '/custom-groups')).total, 2)
    await api.get(422, '/custom-groups?kind=other')
  })

  test('people are added and removed in every dialect, and counted', async () => {
    const id = await makeList(['15558000001'])
    const add = (body: unknown, status = 200) =>
      tenant.api.post(status, `/custom-groups/${id}/members/add`, body)
    const remove = (body: unknown, status = 200) =>
      tenant.api.post(status, `/custom-groups/${id}/members/remove`, body)
    assert.deepEqual(
      await add({ contacts: [{ phone: '15558000002', name: 'B' }, '15558000001', '15558000003'] }),
      {
        added: 2,
        skipped: 1,
        member_count: 3,
      },
    )
    assert.equal((await add({ members: ['+15558000004', '15558000004'] })).member_count, 4)
    const { members } = await tenant.api.get(200, `/custom-groups/${id}`)
    assert.deepEqual(await remove({ phones: ['+1 555 800-0002', '15559999999', '15558000002'] }), {
      removed: 1,
      not_found: 1,
      member_count: 3,
    })
    assert.equal((await remove({ member_ids: [members[0].id, members[0].id.toUpperCase()] })).removed, 1)
    assert.equal((await remove({ contacts: [{ phone: '15558000003' }, '15558000004'] })).member_count, 0)
    for (const body of [{}, { phones: [] }, { phones: ['15558000001'], member_ids: [id] }, { phones: ['x'] }])
      assert.match((await remove(body, 422)).detail, /^(phones|member_ids)/)
    assert.match((await add({}, 422)).detail, /^contacts/)
    assert.match((await add({ contacts: phones(1001) }, 422)).detail, /^contacts/)
    assert.match((await add({ contacts: ['15558000001', 'nobody'] }, 422)).detail, /^contacts\.1: .*phone/)
    assert.match((await add({ contacts: [{ phone: '5.51199E+12' }] }, 422)).detail, /^contacts\.0\.phone/)
    assert.match((await add({ contacts: [{ phone: '15550100123.0' }] }, 422)).detail, /^contacts\.0\.phone/)
    assert.equal(
      (await tenant.api.get(200, `/custom-groups/${id}`)).member_count,
      0,
      'nothing of a refused call',
    )
  })

  test('values for placeholders: names that can stand in one, bounded in number and length', async () => {
    const id = await makeList()
    const refused: [variables: unknown, field: RegExp][] = [
      [{ name: 'x' }, /variables\.name/],
      [{ Phone: 'x' }, /variables\.Phone/],
      [{ '{{a}}': 'x' }, /variables/],
      [{ 'a|b': 'x' }, /variables/],
      [{ ' ': 'x' }, /variables/],
      [{ city: 'x', City: 'y' }, /variables\.City.*twice/],
      [{ city: ['x'] }, /variables\.city/],
      [{ city: 'x'.repeat(1001) }, /variables\.city/],
      [Object.fromEntries(phones(51).map((each) => [each, 1])), /variables.*50/],
      ['city', /variables/],
    ]
    for (const [variables, says] of refused) {
      const contacts = [{ phone: '15558100001', variables }]
      assert.match(
        (await tenant.api.post(422, `/custom-groups/${id}/members/add`, { contacts })).detail,
        says,
      )
    }
    const contacts = [0, 1, 2].map((part) => ({
      phone: phoneOf(8_200_000 + part),
      variables: Object.fromEntries(phones(40, part * 40).map((each) => [`v${each}`, 1])),
    }))
    const all = await tenant.api.post(422, `/custom-groups/${id}/members/add`, { contacts })
    assert.match(all.detail, /variables: .*100/)
    assert.equal(await countRows(id), 0)
    const proto = JSON.parse('{"contacts":[{"phone":"15558100002","variables":{"constructor":"c"}}]}')
    assert.equal((await tenant.api.post(200, `/custom-groups/${id}/members/add`, proto)).added, 1)
  })

  test('the count is exact when many add and remove the same people at once', async () => {
    const id = await makeList()
    const everybody = phones(60, 9_000_000)
    const calls = Array.from({ length: 12 }, (_, at) => {
      const [door, people] = at % 3 === 2 ? ['remove', everybody.slice(30)] : ['add', [...everybody]]
      const contacts = at % 2 === 0 ? people : people.reverse()
      return tenant.api.call('POST', `/custom-groups/${id}/members/${door}`, { body: { contacts } })
    })
    for (const reply of await Promise.all(calls)) assert.equal(reply.status, 200, reply.text)
    const { member_count: count } = await tenant.api.get(200, `/custom-groups/${id}`)
    assert.equal(count, await countRows(id))
    // Half of them nobody took off; whether the others are on it depends on who came last.
    assert.ok(count >= 30)
  })
})

suite('deleting a list', () => {
  test('takes it away at once and its members in steps; a file that is being written ends short, not wrong', async () => {
    const id = await makeList(phones(1000))
    await tenant.api.post(200, `/custom-groups/${id}/members/add`, { contacts: phones(600, 1000) })
    assert.deepEqual(await tenant.api.delete(200, `/custom-groups/${id}`), { status: 'deleted', id })
    await tenant.api.get(404, `/custom-groups/${id}`)
    await tenant.api.delete(404, `/custom-groups/${id}`)
    await tenant.api.post(404, `/custom-groups/${id}/members/add`, { contacts: phones(1) })
    assert.equal(await countRows(id), 1600)
    await app.runJobs()
    assert.equal(await countRows(id), 0)
  })

  test('is refused while something works with it', async () => {
    const id = await makeList(phones(3))
    busy.add(id)
    assert.match((await tenant.api.delete(400, `/custom-groups/${id}`)).detail, /schedule|bulk/)
    assert.equal((await tenant.api.get(200, `/custom-groups/${id}`)).member_count, 3)
    busy.delete(id)
    await tenant.api.delete(200, `/custom-groups/${id}`)
  })

  test('waits for who begins to work with it, and then sees that', async () => {
    const id = await makeList(phones(1))
    const { ctx } = app.app
    const holding = Promise.withResolvers<void>()
    const begins = ctx.db.transaction(async (sql) => {
      await holdUsableGroup(ctx, sql, tenant.id, id)
      holding.resolve()
      // The list cannot go while this transaction lives; what it writes is seen by the deletion.
      busy.add(id)
    })
    await holding.promise
    const [reply] = await Promise.all([tenant.api.call('DELETE', `/custom-groups/${id}`), begins])
    assert.equal(reply.status, 400)
    busy.delete(id)
  })
})

suite('the plan', () => {
  test('403 naming the limit, exact when six ask at once; deleting makes room', async () => {
    const small = await app.tenant({ plan: 'free' })
    const body = { body: { name: 'One of many' } }
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => small.api.call('POST', '/custom-groups', body)),
    )
    assert.equal(replies.filter(({ status }) => status === 201).length, 2)
    for (const { body: refused } of replies.filter(({ status }) => status !== 201))
      assert.match(refused.detail, /max_custom_groups/)
    const { groups, total } = await small.api.get(200, '/custom-groups')
    assert.equal(total, 2)
    await small.api.delete(200, `/custom-groups/${groups[0].id}`)
    await small.api.post(201, '/custom-groups', { name: 'In its place' })
  })

  test('after a downgrade the newest lists can be read and emptied but not used, until the plan grows again', async () => {
    const own = await app.tenant()
    const ids: string[] = []
    for (let at = 0; at < 3; at += 1) {
      app.clock.advance(1000)
      ids.push(await makeList(phones(2, at * 10), own))
    }
    await setLimit(own, 2)
    const newest = ids[2]
    const contacts = phones(1, 500)
    await own.api.post(200, `/custom-groups/${ids[1]}/members/add`, { contacts })
    const refused = await own.api.post(403, `/custom-groups/${newest}/members/add`, { contacts })
    assert.match(refused.detail, /max_custom_groups/)
    assert.equal((await own.api.get(200, `/custom-groups/${newest}`)).members.length, 2)
    assert.equal((await own.api.get(200, `/custom-groups/${newest}/export/json`)).length, 2)
    await own.api.patch(200, `/custom-groups/${newest}`, { name: 'Still mine' })
    await own.api.post(200, `/custom-groups/${newest}/members/remove`, { contacts: phones(1, 20) })
    await own.api.delete(200, `/custom-groups/${ids[0]}`)
    await own.api.post(200, `/custom-groups/${newest}/members/add`, { contacts })
    await setLimit(own, 1)
    await own.api.post(403, `/custom-groups/${newest}/members/add`, { contacts: phones(1, 600) })
    await setLimit(own, null)
    await own.api.post(200, `/custom-groups/${newest}/members/add`, { contacts: phones(1, 600) })
  })
})

suite('files', () => {
  test('have everybody in the order they came, also over many pages; values get columns of their own', async () => {
    const own = await app.tenant()
    const id = await makeList(
      [{ phone: phoneOf(1), name: 'Ada', variables: { City: 'Köln, "am" Rhein' } }],
      own,
    )
    await own.api.post(200, `/custom-groups/${id}/members/add`, { contacts: phones(1000, 10).reverse() })
    await own.api.post(200, `/custom-groups/${id}/members/add`, {
      contacts: [{ phone: phoneOf(2), name: '=1+1', variables: { city: '-2', zip: '04101' } }],
    })
    const json = await own.api.call('GET', `/custom-groups/${id}/export/json`)
    assert.deepEqual([json.status, json.headers['x-total-count']], [200, '1002'])
    assert.deepEqual(Object.keys(json.body[0]).sort(), ['added_at', 'name', 'phone', 'variables'])
    const inOrder = [phoneOf(1), ...phones(1000, 10).reverse(), phoneOf(2)].map((phone) => `+${phone}`)
    assert.deepEqual(
      json.body.map(({ phone }: { phone: string }) => phone),
      inOrder,
    )
    const csv = await own.api.call('GET', `/custom-groups/${id}/export/csv`)
    assert.match(csv.headers['content-type'] ?? '', /^text\/csv; charset=utf-8/)
    assert.match(csv.headers['content-disposition'] ?? '', /^attachment; filename="contacts\.csv"/)
    const lines = csv.text.trimEnd().split('\r\n')
    assert.deepEqual(lines.slice(0, 2), [
      'phone,name,added_at,City,zip',
      `+${phoneOf(1)},Ada,${json.body[0].added_at},"Köln, ""am"" Rhein",`,
    ])
    assert.equal(lines.at(-1), `+${phoneOf(2)},'=1+1,${json.body.at(-1).added_at},'-2,04101`)
    assert.equal(lines.length, 1003)
  })

  test('of an empty list have the header alone', async () => {
    const id = await makeList()
    assert.equal(
      (await tenant.api.call('GET', `/custom-groups/${id}/export/csv`)).text,
      'phone,name,added_at\r\n',
    )
    assert.deepEqual(await tenant.api.get(200, `/custom-groups/${id}/export/json`), [])
  })
})

suite('people of all sessions', () => {
  test('each once, with names and moments but no text, though chat history is closed', async () => {
    const own = await app.tenant()
    const ctx = { ...app.app.ctx, caller: { kind: 'system' as const, tenantId: own.id } }
    const [one, two] = [await createSession(own.api), await createSession(own.api)]
    const say = async (sessionId: string, phone: string | null, pushName: string) => {
      const message = buildInboundMessage({ tenantId: own.id, sessionId })
      const lid = phone === null ? '99887766554433' : null
      const chatId = `${phone ?? lid}@c.us`
      await storeInbound(ctx, [{ ...message, chatId, sender: { ...message.sender, phone, lid, pushName } }])
    }
    await say(one.id, phoneOf(77), 'Ada')
    await say(two.id, phoneOf(77), 'Ada')
    await say(two.id, phoneOf(78), 'Ben')
    await say(two.id, null, 'Hidden')
    const reader = await own.apiWith(['custom-groups:read'])
    const all = await reader.get(200, '/custom-groups/contacts')
    assert.deepEqual([all.total, all.limit, all.offset], [2, 100, 0])
    assert.deepEqual(all.contacts[0], {
      phone: `+${phoneOf(77)}`,
      name: 'Ada',
      wa_chat_id: `${phoneOf(77)}@c.us`,
      session_ids: [one.id, two.id].sort(),
      last_message_at: all.contacts[0].last_message_at,
    })
    assert.match(all.contacts[0].last_message_at, /Z$/)
    const ofOne = await reader.get(200, `/custom-groups/contacts?session_id=${one.id}`)
    assert.deepEqual([ofOne.total, ofOne.contacts[0].name], [1, 'Ada'])
    const found = await reader.get(200, '/custom-groups/contacts?search=be&limit=500')
    assert.deepEqual([found.total, found.contacts[0].name, found.limit], [1, 'Ben', 500])
    await reader.get(404, `/custom-groups/contacts?session_id=${own.id}`)
    assert.match((await reader.get(422, '/custom-groups/contacts?limit=501')).detail, /^limit/)
    assert.equal((await tenant.api.get(200, '/custom-groups/contacts')).total, 0)
  })
})
