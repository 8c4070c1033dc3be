import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { LeadsWorld } from '../../../../test/leads-world.ts'
import { recordEvents } from '../../../../test/linked-session.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'

let app: TestApp
let world: LeadsWorld

const nobody = '0190a1b2-0000-7000-8000-00000000dead'
const statuses = ['new', 'contacted', 'qualified', 'converted', 'lost'] as const
const ways: Record<(typeof statuses)[number], readonly string[]> = {
  new: ['contacted', 'qualified', 'converted', 'lost'],
  contacted: ['qualified', 'converted', 'lost'],
  qualified: ['converted', 'lost'],
  converted: [],
  lost: ['new'],
}

before(async () => {
  app = await createTestApp()
  world = new LeadsWorld(app, await app.tenant())
})
after(() => app.close())

const newLead = async () => world.lead(await world.person())

suite('leads.update_status', () => {
  test('every way of the contract and no other: 200 or 400, never to the status it has', async () => {
    for (const from of statuses) {
      for (const to of statuses) {
        const id = await newLead()
        if (from !== 'new') await world.tenant.api.patch(200, `/leads/${id}/status`, { status: from })
        const expected = ways[from].includes(to) ? 200 : 400
        const answer = await world.tenant.api.patch(expected, `/leads/${id}/status`, { status: to })
        if (expected === 400) assert.equal(answer.detail, `A lead that is ${from} cannot become ${to}`)
        else assert.equal(answer.lead_status, to)
      }
    }
  })

  test('spam is no status (422); history and event name who did it', async () => {
    const events = recordEvents(app, ['lead.status_changed'])
    const id = await newLead()
    const refused = await world.tenant.api.patch(422, `/leads/${id}/status`, { status: 'spam' })
    assert.match(refused.detail, /^status/)
    const key = await world.tenant.apiWith(['leads:manage'])
    await world.tenant.api.patch(200, `/leads/${id}/status`, { status: 'contacted' })
    const { status_history: history } = await key.patch(200, `/leads/${id}/status`, { status: 'lost' })
    assert.deepEqual(
      history.map((step: { from: string; to: string }) => [step.from, step.to]),
      [
        ['new', 'contacted'],
        ['contacted', 'lost'],
      ],
    )
    assert.equal(history[0].by, world.tenant.userId)
    assert.notEqual(history[1].by, world.tenant.userId)
    await events.close()
    assert.deepEqual(
      events.received.map(({ payload }) => payload),
      [
        { tenantId: world.tenant.id, leadId: id, from: 'new', to: 'contacted', changedBy: history[0].by },
        { tenantId: world.tenant.id, leadId: id, from: 'contacted', to: 'lost', changedBy: history[1].by },
      ],
    )
  })

  test('the history keeps its order when another process has an earlier clock', async () => {
    const id = await newLead()
    const way = ['contacted', 'qualified', 'lost', 'new', 'converted']
    for (const status of way) {
      await world.tenant.api.patch(200, `/leads/${id}/status`, { status })
      app.clock.advance(-500)
    }
    app.clock.advance(500 * way.length)
    const { status_history: history } = await world.tenant.api.get(200, `/leads/${id}`)
    assert.deepEqual(
      history.map(({ to }: { to: string }) => to),
      way,
    )
  })
})

suite('leads.update', () => {
  test('assigns to a user of the tenant and to nobody; 404 for anybody else; notes up to 2,000 characters', async () => {
    const id = await newLead()
    const { api, userId } = world.tenant
    const other = await app.tenant()
    assert.equal((await api.patch(200, `/leads/${id}`, { assigned_to: userId })).assigned_to, userId)
    for (const stranger of [other.userId, nobody]) {
      assert.match((await api.patch(404, `/leads/${id}`, { assigned_to: stranger })).detail, /^assigned_to/)
    }
    assert.match((await api.patch(422, `/leads/${id}`, { assigned_to: 'me' })).detail, /^assigned_to/)
    assert.match((await api.patch(422, `/leads/${id}`, { notes: 'x'.repeat(2001) })).detail, /^notes/)
    const lead = await api.patch(200, `/leads/${id}`, { assigned_to: null, notes: 'likes blue' })
    assert.deepEqual([lead.assigned_to, lead.notes], [null, 'likes blue'])
    await other.api.patch(404, `/leads/${id}`, { notes: 'x' })
  })
})

suite('leads.reciprocity', () => {
  test('only what the person wrote to the session itself counts; 422 without a session, 404 for a foreign one', async () => {
    const { api, id: tenantId } = world.tenant
    const session = await createSession(api)
    const speaker = await world.person()
    const id = await world.lead(speaker)
    const path = `/leads/${id}/reciprocity`
    const sender = { phone: speaker.phone, lid: null, pushName: null }
    const inGroup = { chatId: '120363000000000001@g.us', isGroup: true, sender }
    await storeInbound(world.ctx, [buildInboundMessage({ tenantId, sessionId: session.id }, inGroup)])
    const before = await api.get(200, `${path}?session_id=${session.id}`)
    assert.deepEqual(before, { lead_id: id, has_messaged_first: false, last_inbound_at: null })
    const direct = { chatId: `${speaker.phone}@c.us`, sender }
    await storeInbound(world.ctx, [buildInboundMessage({ tenantId, sessionId: session.id }, direct)])
    const now = await api.get(200, `${path}?session_id=${session.id}`)
    assert.deepEqual(now, { lead_id: id, has_messaged_first: true, last_inbound_at: '2026-02-11T10:00:00Z' })
    assert.match((await api.get(422, path)).detail, /^session_id/)
    const foreign = await createSession((await app.tenant()).api)
    await api.get(404, `${path}?session_id=${foreign.id}`)
  })
})

suite('bulk', () => {
  test('each lead is looked at on its own: moved, refused, unknown, foreign, named twice', async () => {
    const { api } = world.tenant
    const [good, done] = [await newLead(), await newLead()]
    await api.patch(200, `/leads/${done}/status`, { status: 'converted' })
    const other = new LeadsWorld(app, await app.tenant())
    const foreign = await other.lead(await other.person())
    const body = { lead_ids: [good, done, nobody, foreign, good], status: 'contacted' }
    const answer = await api.post(200, '/leads/bulk/status', body)
    assert.deepEqual([answer.updated, answer.failed], [1, 3])
    assert.deepEqual(answer.errors, [
      { lead_id: done, detail: 'A lead that is converted cannot become contacted' },
      { lead_id: nobody, detail: 'Lead not found' },
      { lead_id: foreign, detail: 'Lead not found' },
    ])
    assert.equal((await other.tenant.api.get(200, `/leads/${foreign}`)).lead_status, 'new')
    for (const ids of [[], Array.from({ length: 1001 }, () => good), ['x'], 'all']) {
      await api.post(422, '/leads/bulk/status', { lead_ids: ids, status: 'lost' })
    }
  })

  test('leads that a filter finds, when they are as many as were confirmed; otherwise 409 and nothing is changed', async () => {
    const own = new LeadsWorld(app, await app.tenant())
    const { api } = own.tenant
    for (let n = 0; n < 3; n += 1) await own.lead(await own.person())
    const lost = await own.lead(await own.person())
    await api.patch(200, `/leads/${lost}/status`, { status: 'lost' })
    const counts = await api.get(200, '/leads/counts')
    assert.deepEqual(counts, {
      total: 4,
      by_status: { new: 3, contacted: 0, qualified: 0, converted: 0, lost: 1 },
    })
    assert.equal((await api.get(200, '/leads/counts?search=nobody')).total, 0)
    const body = { filter: { status: 'new' }, status: 'contacted' }
    await own.lead(await own.person())
    const refused = await api.post(409, '/leads/bulk/status', { ...body, expected_count: 3 })
    assert.deepEqual([refused.code, refused.count], ['selection_changed', 4])
    assert.equal((await api.get(200, '/leads/counts?min_signal_score=0')).by_status.new, 4)
    const moved = await api.post(200, '/leads/bulk/status', { ...body, expected_count: 4 })
    assert.deepEqual([moved.updated, moved.failed], [4, 0])
    const listId = await own.list()
    const added = await api.post(200, '/leads/bulk/add-to-group', {
      filter: {},
      expected_count: 5,
      custom_group_id: listId,
    })
    assert.equal(added.added, 5)
    for (const wrong of [
      { filter: {} },
      { expected_count: 1 },
      { lead_ids: [lost], expected_count: 1 },
      { lead_ids: [lost], filter: {} },
      { filter: { sort: 'x' }, expected_count: 1 },
    ])
      await api.post(422, '/leads/bulk/status', { ...wrong, status: 'lost' })
    const [lead] = (await api.get(200, '/leads?status=contacted')).leads
    assert.deepEqual(lead.next_statuses, ['qualified', 'converted', 'lost'])
    assert.deepEqual((await api.get(200, `/leads/${lost}`)).next_statuses, ['new'])
  })

  test('two lost leads of one person: only one is opened again', async () => {
    const { api } = world.tenant
    const speaker = await world.person()
    const first = await world.lead(speaker)
    await api.patch(200, `/leads/${first}/status`, { status: 'lost' })
    const second = await world.lead(speaker)
    await api.patch(200, `/leads/${second}/status`, { status: 'lost' })
    const answer = await api.post(200, '/leads/bulk/status', { lead_ids: [first, second], status: 'new' })
    assert.deepEqual([answer.updated, answer.failed, answer.errors[0].lead_id], [1, 1, second])
  })

  test('people of leads go on a list once; hidden numbers fail; a foreign list is 404', async () => {
    const { api } = world.tenant
    const listId = await world.list()
    const [one, two] = [await newLead(), await newLead()]
    const hidden = await world.lead(await world.person('Hidden', { lid: '55443322110099' }))
    const path = '/leads/bulk/add-to-group'
    assert.deepEqual(await api.post(200, path, { lead_ids: [one], custom_group_id: listId }), {
      added: 1,
      skipped: 0,
      failed: 0,
      errors: [],
      custom_group_id: listId,
    })
    const answer = await api.post(200, path, {
      lead_ids: [one, two, hidden, nobody],
      custom_group_id: listId,
    })
    assert.deepEqual([answer.added, answer.skipped, answer.failed], [1, 1, 2])
    const list = await api.get(200, `/custom-groups/${listId}`)
    assert.deepEqual([list.member_count, list.members.length], [2, 2])
    assert.match(list.members[0].phone, /^\+\d+$/)
    const other = new LeadsWorld(app, await app.tenant())
    await api.post(404, path, { lead_ids: [one], custom_group_id: await other.list() })
    await api.post(404, path, { lead_ids: [one], custom_group_id: nobody })
  })

  test('403 names the plan’s feature, or both scopes', async () => {
    const free = await app.tenant({ plan: 'free' })
    const body = { lead_ids: [nobody], status: 'lost', custom_group_id: nobody }
    for (const path of ['/leads/bulk/status', '/leads/bulk/add-to-group']) {
      assert.match((await free.api.post(403, path, body)).detail, /leads_bulk/)
    }
    const key = await world.tenant.apiWith(['leads:manage'])
    const reply = await key.call('POST', '/leads/bulk/add-to-group', { body })
    assert.equal(reply.status, 403)
    assert.equal(reply.headers['x-required-scopes'], 'leads:manage custom-groups:manage')
  })
})
