import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createSession } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { openWebhookReceiver } from '../../../../test/webhook-receiver.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

const nobody = '01990000-0000-7000-8000-000000000000'

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
})
after(() => app.close())

/** A group of the simulator with the session in it; others own it unless the session shall. */
function makeGroup(members: string[], options: { subject?: string; isOwn?: boolean } = {}): string {
  const { subject = 'Neighbourhood', isOwn = false } = options
  const [first = addContact(app), ...others] = members
  const [owner, rest] = isOwn ? [session.phone, members] : [first, [...others, session.phone]]
  return app.simulator.groups.create({ subject, owner, members: rest }).id
}

const monitor = (waGroupId: string, body: Record<string, unknown> = {}) =>
  tenant.api.post(201, '/groups', { session_id: session.id, wa_group_id: waGroupId, ...body })

suite('groups.monitor', () => {
  test('201 with the contract’s object; everything but session and group has a default', async () => {
    const id = makeGroup([addContact(app), addContact(app)], { subject: 'Flea market' })
    const made = await monitor(id)
    assert.match(made.id, /^[\da-f-]{36}$/)
    assert.match(made.created_at, /Z$/)
    const { id: _, created_at: __, updated_at: ___, ...rest } = made
    assert.deepEqual(rest, {
      session_id: session.id,
      wa_group_id: id,
      name: 'Flea market',
      monitor_mode: 'first_message',
      monitor_keywords: [],
      keyword_match: 'start',
      monitor_prompt: null,
      auto_respond: false,
      response_template: null,
      auto_label_leads: false,
      lead_label_id: null,
      webhook_url: null,
      skip_admins: false,
      skip_existing_contacts: false,
      is_active: true,
      member_count: 3,
      leads_detected: 0,
      messages_processed: 0,
      auto_respond_interval_hours: 24,
      auto_respond_daily_cap: 50,
    })
    assert.deepEqual(await tenant.api.get(200, `/groups/${made.id}`), made)
  })

  test('201: keywords alone mean the mode keywords; old names of modes and fields are taken', async () => {
    const [first, second, third] = [makeGroup([]), makeGroup([]), makeGroup([])]
    const one = await monitor(first, { monitor_keywords: ['flat', 'room ', 'flat'] })
    assert.deepEqual([one.monitor_mode, one.monitor_keywords], ['keywords', ['flat', 'room']])
    const two = await monitor(second, { monitor_mode: 'keyword', keywords: ['Bicycle'] })
    assert.deepEqual([two.monitor_mode, two.monitor_keywords], ['keywords', ['Bicycle']])
    const three = await monitor(third, { monitor_mode: 'ai_prompt', monitor_prompt: 'Who buys?' })
    assert.deepEqual([three.monitor_mode, three.monitor_prompt], ['ai_analysis', 'Who buys?'])
  })

  test('409 for a group that the session monitors already', async () => {
    const id = makeGroup([])
    await monitor(id)
    const body = { session_id: session.id, wa_group_id: id }
    assert.match((await tenant.api.post(409, '/groups', body)).detail, /already monitored/)
  })

  test('404 for unknown groups, foreign sessions and labels; 400 for a session that does not work', async () => {
    const id = makeGroup([])
    const elsewhere = app.simulator.groups.create({
      subject: 'Theirs',
      owner: addContact(app),
      members: [],
    }).id
    const post = (status: number, body: Record<string, unknown>) =>
      tenant.api.post(status, '/groups', { session_id: session.id, wa_group_id: id, ...body })
    assert.match((await post(404, { wa_group_id: elsewhere })).detail, /no such group/)
    await post(404, { wa_group_id: '120363000000000001@g.us' })
    await post(404, { session_id: nobody })
    await post(404, { lead_label_id: nobody, auto_label_leads: true })
    const other = await app.tenant()
    await other.api.post(404, '/groups', { session_id: session.id, wa_group_id: id })
    const idle = await createSession(tenant.api)
    assert.match((await post(400, { session_id: idle.id })).detail, /not connected/)
  })

  test('400 for an address that must not be called, 422 for what cannot be', async () => {
    const id = makeGroup([])
    const post = (status: number, body: Record<string, unknown>) =>
      tenant.api.post(status, '/groups', { session_id: session.id, wa_group_id: id, ...body })
    for (const url of ['http://example.com/hook', 'https://10.0.0.1/', 'https://169.254.169.254/x'])
      await post(400, { webhook_url: url })
    const bad: [Record<string, unknown>, RegExp][] = [
      [{ wa_group_id: '15550123456@c.us' }, /^wa_group_id/],
      [{ wa_group_id: '120363012345678901' }, /^wa_group_id/],
      [{ monitor_mode: 'none' }, /^monitor_mode/],
      [{ monitor_mode: 'keywords' }, /^monitor_keywords: at least one/],
      [{ monitor_mode: 'keywords', monitor_keywords: [] }, /^monitor_keywords/],
      [{ monitor_keywords: [' '] }, /^monitor_keywords/],
      [{ monitor_keywords: ['\u200b'] }, /^monitor_keywords/],
      [{ monitor_keywords: 'flat' }, /^monitor_keywords/],
      [{ auto_label_leads: true }, /^lead_label_id: needed/],
      [{ response_template: 'Hi {{surname}}' }, /^response_template: only/],
      [{ webhook_url: 'nonsense' }, /^webhook_url/],
      [{ auto_respond_daily_cap: -1 }, /^auto_respond_daily_cap/],
      [{ auto_respond_interval_hours: 0 }, /^auto_respond_interval_hours/],
      [{ name: '' }, /^name/],
    ]
    for (const [body, says] of bad) assert.match((await post(422, body)).detail, says, JSON.stringify(body))
  })

  test('403 when the plan has no room, exact for 20 at once, and without the AI mode; usage counts the groups', async () => {
    const small = await app.tenant({ plan: 'starter' })
    await app.database.db.pool.query('UPDATE tenants SET limit_overrides = $1 WHERE id = $2', [
      { api_requests_per_minute: null },
      small.id,
    ])
    const own = await linkSession(app, small.api)
    const ids = Array.from({ length: 20 }, () => {
      const owner = addContact(app)
      return app.simulator.groups.create({ subject: 'Group', owner, members: [own.phone] }).id
    })
    const ai = { session_id: own.id, wa_group_id: ids[0], monitor_mode: 'ai_analysis' }
    assert.match((await small.api.post(403, '/groups', ai)).detail, /ai/)
    const replies = await Promise.all(
      ids.map((id) => small.api.call('POST', '/groups', { body: { session_id: own.id, wa_group_id: id } })),
    )
    assert.deepEqual(
      [201, 403].map((status) => replies.filter((reply) => reply.status === status).length),
      [5, 15],
    )
    assert.match(replies.find(({ status }) => status === 403)?.body.detail, /max_groups/)
    assert.equal((await small.api.get(200, '/usage/current')).usage.groups, 5)
  })
})

suite('groups.list, get, update, delete', () => {
  test('200 in pages with the exact total; nothing of other tenants', async () => {
    const other = await app.tenant()
    const own = await linkSession(app, other.api)
    const ids = Array.from({ length: 3 }, () => {
      const owner = addContact(app)
      return app.simulator.groups.create({ subject: 'Group', owner, members: [own.phone] }).id
    })
    for (const id of ids) await other.api.post(201, '/groups', { session_id: own.id, wa_group_id: id })
    const page = await other.api.get(200, '/groups?limit=2&offset=1')
    assert.deepEqual(
      page.items.map((group: { wa_group_id: string }) => group.wa_group_id),
      ids.slice(1),
    )
    assert.deepEqual([page.total, page.limit, page.offset], [3, 2, 1])
    const [{ id }] = page.items
    await tenant.api.get(404, `/groups/${id}`)
    await tenant.api.patch(404, `/groups/${id}`, { is_active: false })
    await tenant.api.delete(404, `/groups/${id}`)
    await tenant.api.get(404, `/groups/${id}/messages`)
  })

  test('200: what is given changes, the rest stays; modes and addresses are checked again', async () => {
    const group = await monitor(makeGroup([], { subject: 'Old name' }), { monitor_keywords: ['flat'] })
    const changed = await tenant.api.patch(200, `/groups/${group.id}`, {
      name: 'Mine',
      skip_admins: true,
      response_template: 'Hi {{name|there}}',
      session_id: nobody,
    })
    const { updated_at: _, ...rest } = changed
    const { updated_at: __, ...before } = group
    assert.deepEqual(rest, {
      ...before,
      name: 'Mine',
      skip_admins: true,
      response_template: 'Hi {{name|there}}',
    })
    assert.equal((await tenant.api.patch(200, `/groups/${group.id}`, { name: null })).name, 'Old name')
    const patch = (status: number, body: unknown) => tenant.api.patch(status, `/groups/${group.id}`, body)
    assert.match((await patch(422, { monitor_keywords: [] })).detail, /^monitor_keywords/)
    await patch(422, { monitor_mode: 'none' })
    await patch(400, { webhook_url: 'https://127.0.0.2/' })
    await patch(404, { lead_label_id: nobody })
    await patch(200, { monitor_mode: 'all', monitor_keywords: [] })
    assert.deepEqual(await tenant.api.patch(200, `/groups/${group.id}`, {}), {
      ...(await tenant.api.get(200, `/groups/${group.id}`)),
    })
  })

  test('the name follows the subject and the members are counted as they come and go', async () => {
    const [anna, ben] = [addContact(app), addContact(app)]
    const id = makeGroup([anna], { isOwn: true, subject: 'Before' })
    const group = await monitor(id)
    assert.deepEqual([group.name, group.member_count], ['Before', 2])
    const told = (change: string) =>
      nextEvent(app, 'group.updated', (event) => event.waGroupId === id && event.change === change)
    const renamed = told('subject')
    app.simulator.groups.change(id, { subject: 'After' })
    await renamed
    const added = told('add')
    app.simulator.groups.changeMembers(id, { action: 'add', members: [ben] })
    await added
    const after = await tenant.api.get(200, `/groups/${group.id}`)
    assert.deepEqual([after.name, after.member_count], ['After', 3])
  })

  test('200 for a deletion with the id; the group can be monitored again, and its endpoint is gone', async () => {
    await using receiver = await openWebhookReceiver()
    const id = makeGroup([])
    const group = await monitor(id, { webhook_url: receiver.url })
    assert.equal(group.webhook_url, receiver.url)
    const { rows: stored } = await app.database.db.pool.query(
      'SELECT g.webhook_url AS own, w.url FROM monitored_groups g JOIN webhooks w ON w.id = g.id WHERE g.id = $1',
      [group.id],
    )
    for (const kept of [stored[0]?.own, stored[0]?.url]) assert.doesNotMatch(kept, /:/, 'sealed')
    assert.deepEqual(await tenant.api.delete(200, `/groups/${group.id}`), { status: 'deleted', id: group.id })
    await tenant.api.get(404, `/groups/${group.id}`)
    await tenant.api.delete(404, `/groups/${group.id}`)
    const { rows } = await app.database.db.pool.query('SELECT 1 FROM webhooks WHERE id = $1', [group.id])
    assert.equal(rows.length, 0)
    await monitor(id)
  })

  test('the endpoint of a group is no webhook to list, read, change or delete', async () => {
    await using receiver = await openWebhookReceiver()
    const { id } = await monitor(makeGroup([]), { webhook_url: receiver.url })
    const webhooks = await tenant.api.get(200, '/webhooks')
    assert.ok(webhooks.every((webhook: { id: string }) => webhook.id !== id))
    await tenant.api.get(404, `/webhooks/${id}`)
    await tenant.api.patch(404, `/webhooks/${id}`, { is_active: false })
    await tenant.api.delete(404, `/webhooks/${id}`)
    await tenant.api.get(404, `/webhooks/${id}/deliveries`)
  })
})

suite('groups.available', () => {
  test('200 with every group of the session; ?monitored filters; literals win over {id}', async () => {
    const other = await app.tenant()
    const own = await linkSession(app, other.api)
    const owner = addContact(app)
    const make = (subject: string, first: string, members: string[]) =>
      app.simulator.groups.create({ subject, owner: first, members }).id
    const [garden, alley] = [make('Garden', owner, [own.phone]), make('Alley', own.phone, [owner])]
    make('Theirs', owner, [addContact(app)])
    await other.api.post(201, '/groups', { session_id: own.id, wa_group_id: garden })
    const [first, second] = [
      { wa_group_id: alley, name: 'Alley', member_count: 2, is_admin: true, is_monitored: false },
      { wa_group_id: garden, name: 'Garden', member_count: 2, is_admin: false, is_monitored: true },
    ]
    const path = `/groups/available/${own.id}`
    assert.deepEqual(await other.api.get(200, path), { items: [first, second], total: 2 })
    assert.deepEqual(await other.api.get(200, `${path}?monitored=False`), { items: [first], total: 1 })
    assert.deepEqual(await other.api.get(200, `${path}?monitored=1`), { items: [second], total: 1 })
    await other.api.get(422, `${path}?monitored=maybe`)
    await tenant.api.get(404, path)
    await tenant.api.get(404, '/groups/available/desk')
    const idle = await createSession(other.api)
    await other.api.get(400, `/groups/available/${idle.id}`)
  })
})
