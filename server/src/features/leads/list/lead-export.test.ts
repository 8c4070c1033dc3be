import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { LeadsWorld } from '../../../../test/leads-world.ts'
import { phoneForms } from '../../../../test/phones.ts'
import { createUser } from '../../account/users/users.service.ts'

let app: TestApp
let world: LeadsWorld

before(async () => {
  app = await createTestApp()
  world = new LeadsWorld(app, await app.tenant())
})
after(() => app.close())

/** Many leads without people, the last one the newest. */
async function insertMany(count: number): Promise<void> {
  await world.ctx.db.sql.execute(text`
    INSERT INTO leads (id, tenant_id, contact_phone, contact_name, status, signal_score, score_signals, facts,
      group_id, wa_group_id, group_name, session_id, monitor_mode, last_group_id, last_group_name,
      last_monitor_mode, last_signal_at, detected_at, updated_at)
    SELECT gen_random_uuid(), ${world.tenant.id}, '1666' || lpad(n::text, 7, '0'), 'Person ' || n, 'qualified', 3,
      '[]', '{}', ${world.groupId}, '1@g.us', 'Many', ${world.sessionId}, 'all', ${world.groupId}, 'Many', 'all', now(),
      timestamptz '2025-01-01' + n * interval '1 minute', now() FROM generate_series(1, ${count}::int) AS n`)
}

/** Cells as a reader of CSV sees them that ends rows at any CR or LF outside quotes. */
function cellsOf(csv: string): string[] {
  const cells = csv.trimEnd().matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(?:,|\r\n|\r|\n|$)/g)
  const read = [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
  return read.slice(0, -1)
}

suite('whose leads', () => {
  test('assigned_to and detected_after filter lists, counts, bulk changes and exports; leads of who is removed are nobody’s', async () => {
    const own = new LeadsWorld(app, await app.tenant())
    const { api } = own.tenant
    const at = (hour: number) => new Date(Date.UTC(2026, 0, 5, hour))
    const ids = []
    for (const hour of [8, 9, 10]) ids.push(await own.lead(await own.person(), { at: at(hour) }))
    const [first = '', second = '', third = ''] = ids
    const { id: me } = await api.get(200, '/users/me')
    const person = await createUser(own.ctx, own.ctx.db.sql, {
      tenantId: own.tenant.id,
      email: `assignee-${me}@example.com`,
      fullName: 'Grace',
      role: 'member',
      passwordHash: null,
      isEmailVerified: false,
    })
    await api.patch(200, `/leads/${first}`, { assigned_to: me })
    await api.patch(200, `/leads/${second}`, { assigned_to: person.id })
    const found = async (query: string) =>
      (await api.get(200, `/leads?${query}`)).leads.map((lead: { id: string }) => lead.id)
    assert.deepEqual(await found(`assigned_to=${me}`), [first])
    assert.deepEqual(await found('assigned_to=none'), [third])
    assert.deepEqual(await found(`assigned_to=${person.id}&search=sample`), [second])
    assert.deepEqual(await found(`assigned_to=${me}&source_group_id=${own.groupId}`), [first])
    assert.deepEqual(await found('detected_after=2026-01-05T09:00:00Z'), [third, second])
    assert.deepEqual(await found('detected_after=2026-01-05T09:00:00Z&search=sample'), [third, second])
    assert.equal((await api.get(200, '/leads/counts?assigned_to=none')).total, 1)
    assert.equal((await api.get(200, `/leads?assigned_to=${me}`)).leads[0].assigned_to, me)
    const changed = { filter: { assigned_to: me }, expected_count: 1, status: 'contacted' }
    assert.equal((await api.post(200, '/leads/bulk/status', changed)).updated, 1)
    await api.get(422, '/leads?assigned_to=somebody')
    await api.get(422, '/leads?detected_after=yesterday')
    await api.delete(200, `/users/${person.id}`)
    assert.deepEqual(await found('assigned_to=none'), [third, second])
  })

  test('a selection is exported: these leads, or what a filter finds while it finds as many as were confirmed', async () => {
    const own = new LeadsWorld(app, await app.tenant())
    const { api } = own.tenant
    const ids = [await own.lead(await own.person()), await own.lead(await own.person('=Eve'))]
    const other = new LeadsWorld(app, await app.tenant())
    const foreign = await other.lead(await other.person())
    const csv = await api.post(200, '/leads/export', { lead_ids: [ids[1], foreign] })
    assert.equal(csv.trimEnd().split('\r\n').length, 2)
    assert.match(csv, new RegExp(`^${ids[1]},`, 'm'))
    const json = await api
      .with({ accept: 'application/json' })
      .post(200, '/leads/export', { filter: { status: 'new' }, expected_count: 2 })
    assert.deepEqual(new Set(json.map((lead: { id: string }) => lead.id)), new Set(ids))
    const moved = await api.post(409, '/leads/export', { filter: { status: 'new' }, expected_count: 3 })
    assert.equal(moved.count, 2)
    for (const body of [{}, { lead_ids: [] }, { filter: {} }]) await api.post(422, '/leads/export', body)
    await app.api.post(401, '/leads/export', { lead_ids: ids })
    await (await own.tenant.apiWith(['messages:read'])).post(403, '/leads/export', { lead_ids: ids })
  })
})

suite('the list', () => {
  test('filters and search: words of names and keywords by their beginnings, any part of the number, exact total', async () => {
    const { api } = world.tenant
    const zoe = await world.person('Zoë Müller')
    const ivan = await world.person('Иван Петров')
    const wang = await world.person('王小明')
    const ids = [
      await world.lead(zoe, { matchedKeyword: 'Fahrrad kaufen' }),
      await world.lead(ivan, { matchedKeyword: 'куплю' }),
      await world.lead(wang, { matchedKeyword: '想买房' }),
    ]
    const finds = async (search: string) => {
      const answer = await api.get(200, `/leads?limit=1&search=${encodeURIComponent(search)}`)
      return [answer.total, answer.leads[0]?.id]
    }
    for (const search of ['zoe', 'MULL', 'müller zoë', 'fahrr', zoe.phone ?? '', `+${zoe.phone}`])
      assert.deepEqual(await finds(search), [1, ids[0]], search)
    assert.deepEqual(await finds((zoe.phone ?? '').slice(4)), [1, ids[0]])
    assert.deepEqual(await finds(`+1 (555) ${(zoe.phone ?? '').slice(4, 7)}-${(zoe.phone ?? '').slice(7)}`), [
      1,
      ids[0],
    ])
    for (const search of ['иван', 'ПЕТР', 'купл']) assert.deepEqual(await finds(search), [1, ids[1]], search)
    for (const search of ['小明', '买房']) assert.deepEqual(await finds(search), [1, ids[2]], search)
    for (const search of ['???', "o'x:*", 'uller', 'zoe иван', '\\'])
      assert.deepEqual(await finds(search), [0, undefined], search)
    const ostergaard = await world.lead(await world.person('Søren Ægir Łukasz Straße'), {
      matchedKeyword: 'GROẞ',
    })
    for (const search of ['soren', 'SØREN', 'aegir', 'ægir', 'lukasz', 'strasse', 'STRAẞE', 'gross', 'groß'])
      assert.deepEqual(await finds(search), [1, ostergaard], search)
    await api.patch(200, `/leads/${ids[0]}/status`, { status: 'lost' })
    assert.equal((await api.get(200, '/leads?status=lost&limit=1')).total, 1)
    assert.equal((await api.get(200, '/leads?status=new&limit=1&search=zoe')).total, 0)
    assert.equal((await api.get(200, `/leads?source_group_id=${world.groupId}`)).total, 4)
    assert.equal((await api.get(200, `/leads?source_group_id=${world.sessionId}`)).total, 0)
    assert.deepEqual((await api.get(200, '/leads?offset=50&search=zoe')).total, 1)
    assert.match((await api.get(422, '/leads?status=spam')).detail, /^status/)
    assert.equal((await (await app.tenant()).api.get(200, '/leads')).total, 0)
  })

  test('finds a number however it was copied, and no other by it', async () => {
    const own = new LeadsWorld(app, await app.tenant())
    const wanted = await own.lead({ ...(await own.person('Ann')), phone: '15550100123' })
    await own.lead({ ...(await own.person('Ben')), phone: '15550100124' })
    for (const [form, search] of Object.entries(phoneForms)) {
      const query = `search=${encodeURIComponent(search)}`
      const { leads, total } = await own.tenant.api.get(200, `/leads?${query}`)
      assert.deepEqual([total, leads[0]?.id], [1, wanted], form)
      const exported = await own.tenant.api.get(200, `/leads/export/json?${query}`)
      assert.equal(exported[0]?.id, wanted, form)
    }
  })
})

suite('scores', () => {
  test('lists and exports filter and sort by both, and by the newest signal', async () => {
    const tenant = await app.tenant()
    const own = new LeadsWorld(app, tenant)
    const at = app.clock.nowMs()
    const kinds = ['Good morning', 'I need a plumber', 'I need a plumber, what is the price?']
    const ids: string[] = []
    for (const [index, text] of kinds.entries())
      ids.push(await own.lead(await own.person(`Person ${index}`), { text, at: new Date(at + index * 1000) }))
    const [weak, middle, strong] = ids as [string, string, string]
    await own.ctx.db.sql.execute(text`UPDATE leads SET lead_score = 7 WHERE id = ${weak}`)
    await own.ctx.db.sql.execute(text`UPDATE leads SET lead_score = 3 WHERE id = ${strong}`)
    const orders: [query: string, expected: string[]][] = [
      ['', [strong, middle, weak]],
      ['order=asc', [weak, middle, strong]],
      ['sort=signal_score', [strong, middle, weak]],
      ['sort=signal_score&order=asc', [weak, middle, strong]],
      ['sort=lead_score', [weak, strong, middle]],
      ['sort=last_signal&order=asc', [weak, middle, strong]],
      ['min_lead_score=1', [strong, weak]],
      ['max_lead_score=0', [middle]],
      ['min_lead_score=3&max_lead_score=3', [strong]],
      ['min_signal_score=4', [strong, middle]],
      ['max_signal_score=3', [weak]],
      [`source_group_id=${own.groupId}&sort=lead_score`, [weak, strong, middle]],
      [`source_group_id=${own.groupId}&status=new&min_lead_score=1&sort=signal_score`, [strong, weak]],
      [`source_group_id=${own.groupId}&search=person&sort=lead_score`, [weak, strong, middle]],
    ]
    const idsOf = (leads: { id: string }[]) => leads.map(({ id }) => id)
    for (const [query, expected] of orders) {
      for (const search of ['', '&search=person']) {
        if (search !== '' && query.includes('search=')) continue
        const listed = await tenant.api.get(200, `/leads?${query}${search}`)
        assert.deepEqual([idsOf(listed.leads), listed.total], [expected, expected.length], query + search)
        const exported = await tenant.api.get(200, `/leads/export/json?${query}${search}`)
        assert.deepEqual(exported, listed.leads, query + search)
      }
    }
    for (const query of ['sort=score', 'order=up', 'min_lead_score=11', 'max_signal_score=x'])
      assert.match(
        (await tenant.api.get(422, `/leads?${query}`)).detail,
        new RegExp(`^${query.split('=')[0]}`),
      )
  })
})

suite('exports', () => {
  test('no cell is a formula: signs of every kind get an apostrophe, plain numbers none', async () => {
    const plan = await app.tenant()
    const own = new LeadsWorld(app, plan)
    const evil = [
      '=1+1',
      '+cmd',
      '-2',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      '＝1',
      '＋1',
      '－1',
      '＠x',
      '  =1',
      '"=1",=2',
    ]
    for (const name of evil) await own.lead(await own.person(name), { text: name })
    const reply = await plan.api.call('GET', '/leads/export/csv')
    assert.equal(reply.status, 200)
    assert.match(reply.headers['content-type'] ?? '', /^text\/csv/)
    assert.match(reply.headers['content-disposition'] ?? '', /^attachment/)
    assert.equal(reply.headers['x-total-count'], String(evil.length))
    assert.equal(reply.headers['x-export-truncated'], undefined)
    const [header] = reply.text.split('\r\n')
    assert.equal(
      header,
      'id,contact_name,contact_phone,lead_status,lead_score,source_group,matched_keyword,message_preview,lead_detected_at,' +
        'signal_score,last_group,last_keyword,last_message,last_signal_at',
    )
    for (const name of evil.filter((each) => !each.startsWith('"'))) {
      assert.ok(reply.text.includes(`'${name}`), `${JSON.stringify(name)} is not escaped`)
    }
    const cells = cellsOf(reply.text)
    assert.equal(cells.length, (evil.length + 1) * 14)
    for (const cell of cells) {
      assert.ok(
        /^\+\d{11}$/.test(cell) || !/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell),
        JSON.stringify(cell),
      )
    }
    assert.ok(cells.includes('"=1",=2'))
    assert.match(reply.text, /,\+1555\d{7},new,/)
    const json = await plan.api.get(200, '/leads/export/json')
    assert.deepEqual(json.map((lead: { contact_name: string }) => lead.contact_name).sort(), evil.toSorted())
    assert.deepEqual(await plan.api.get(200, '/leads/export/json?search=nothing'), [])
  })

  test('the newest 10,000 with the exact number of all; plans without exports are refused', async () => {
    await insertMany(10_050)
    const { api } = world.tenant
    const reply = await api.call('GET', '/leads/export/json?search=person')
    assert.deepEqual([reply.headers['x-total-count'], reply.headers['x-export-truncated']], ['10050', 'true'])
    assert.equal(reply.body.length, 10_000)
    assert.equal(new Set(reply.body.map((lead: { id: string }) => lead.id)).size, 10_000)
    assert.deepEqual(
      [reply.body[0].contact_name, reply.body.at(-1).contact_name],
      ['Person 10050', 'Person 51'],
    )
    const csv = await api.call('GET', '/leads/export/csv?status=qualified')
    assert.equal(csv.text.trimEnd().split('\r\n').length, 10_001)
    const free = await app.tenant({ plan: 'free' })
    for (const format of ['csv', 'json']) {
      assert.match((await free.api.get(403, `/leads/export/${format}`)).detail, /lead_export/)
    }
    const key = await world.tenant.apiWith(['groups:read'])
    const refused = await key.call('GET', '/leads/export/csv')
    assert.deepEqual([refused.status, refused.headers['x-required-scopes']], [403, 'leads:read'])
  })
})
