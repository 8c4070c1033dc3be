import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { liftLimits } from '../../../../test/lift-limits.ts'
import type { Context } from '../../../context.ts'
import { applyMappings } from '../inbound/merge-contacts.service.ts'
import { storeInbound } from '../inbound/store-inbound.service.ts'
import { colorOfIndex, indexOfColor } from './label-colors.service.ts'
import { findLabel, labelChat } from './labels.service.ts'

let app: TestApp
const nobody = '01990000-0000-7000-8000-000000000000'
const red = '#FF0000'

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

const contextOf = (tenant: TestTenant): Context => ({
  ...app.app.ctx,
  caller: { kind: 'system', tenantId: tenant.id },
})

/** A tenant that may ask as often as it likes. */
async function openTenant(plan?: string): Promise<TestTenant> {
  const tenant = await app.tenant(plan === undefined ? {} : { plan })
  if (plan === undefined) await liftLimits(app.database.db)
  return tenant
}

/** A chat in which somebody wrote. */
async function addChat(tenant: TestTenant, sessionId: string, phone = buildPhone()) {
  const chatId = `${phone}@c.us`
  const sender = { phone, lid: null, pushName: 'Sample Contact' }
  const owner = { tenantId: tenant.id, sessionId }
  await storeInbound(contextOf(tenant), [buildInboundMessage(owner, { chatId, sender })])
  const { chats } = await tenant.api.get(200, `/messages/chats/${sessionId}?search=${phone}`)
  return { id: chats[0].id as string, waChatId: chatId, phone }
}

const create = (tenant: TestTenant, name: string, color = red) =>
  tenant.api.post(201, '/labels', { name, color })
const names = (labels: { name: string }[]) => labels.map(({ name }) => name)

suite('POST, GET, PATCH and DELETE /labels', () => {
  test('a label is made, read, listed by name, changed and deleted', async () => {
    const tenant = await openTenant()
    const made = await tenant.api.post(201, '/labels', {
      name: ' VIP ',
      color: '#ff6B35',
      description: 'Good ones',
    })
    assert.partialDeepStrictEqual(made, {
      name: 'VIP',
      color: '#ff6B35',
      description: 'Good ones',
      chat_count: 0,
      synced: false,
      wa_label_id: null,
      synced_session_ids: [],
    })
    await create(tenant, 'apples')
    assert.deepEqual(names(await tenant.api.get(200, '/labels')), ['apples', 'VIP'])
    const changed = await tenant.api.patch(200, `/labels/${made.id}`, { name: 'Zebra', description: null })
    assert.deepEqual([changed.name, changed.color, changed.description], ['Zebra', '#ff6B35', null])
    assert.deepEqual(await tenant.api.get(200, `/labels/${made.id}`), changed)
    assert.deepEqual(await tenant.api.patch(200, `/labels/${made.id}`, {}), changed)
    const gone = await tenant.api.delete(200, `/labels/${made.id}`)
    assert.deepEqual(gone, { status: 'deleted', id: made.id })
    await tenant.api.delete(404, `/labels/${made.id}`)
    await tenant.api.get(404, `/labels/${made.id}`)
    await tenant.api.patch(404, `/labels/${made.id}`, { name: 'x' })
    await tenant.api.get(404, `/labels/${made.id}/chats`)
  })

  test('409 for a name that is taken, when made and when renamed; other tenants may use it', async () => {
    const [tenant, other] = [await openTenant(), await openTenant()]
    const first = await create(tenant, 'VIP')
    const second = await create(tenant, 'Other')
    assert.match((await tenant.api.post(409, '/labels', { name: 'VIP', color: red })).detail, /^name:/)
    await tenant.api.patch(409, `/labels/${second.id}`, { name: 'VIP' })
    await tenant.api.patch(200, `/labels/${first.id}`, { name: 'VIP', color: '#00FF00' })
    await create(other, 'VIP')
  })

  test("404 for another tenant's label and chat, and nothing of it changes", async () => {
    const [tenant, other] = [await openTenant(), await openTenant()]
    const [label, own] = [await create(tenant, 'VIP'), await create(other, 'Own')]
    const [session, foreign] = [await createSession(tenant.api), await createSession(other.api)]
    const [chat, strange] = [await addChat(tenant, session.id), await addChat(other, foreign.id)]
    await other.api.get(404, `/labels/${label.id}`)
    await other.api.patch(404, `/labels/${label.id}`, { name: 'Mine' })
    await other.api.delete(404, `/labels/${label.id}`)
    await other.api.get(404, `/labels/chat/${chat.id}`)
    await other.api.get(404, `/labels/chat/${chat.waChatId}`)
    await other.api.put(404, `/labels/chat/${chat.id}`, { label_ids: [own.id] })
    await other.api.put(404, `/labels/chat/${strange.id}`, { label_ids: [own.id, label.id] })
    assert.deepEqual(await other.api.get(200, `/labels/chat/${strange.id}`), [])
    assert.equal((await tenant.api.get(200, `/labels/${label.id}`)).name, 'VIP')
    assert.equal(await findLabel(contextOf(other), app.app.ctx.db.sql, other.id, label.id), undefined)
    const wanted = { tenantId: other.id, chatId: chat.id, labelId: own.id }
    assert.equal(await labelChat(contextOf(other), app.app.ctx.db.sql, wanted), false)
  })

  test('403 when the plan has no room, exact for many at once, and usage counts them', async () => {
    const tenant = await openTenant('pro')
    for (let made = 0; made < 48; made += 8) {
      app.clock.advance(60_000)
      await Promise.all(Array.from({ length: 8 }, (_, index) => create(tenant, `Label ${made + index}`)))
    }
    app.clock.advance(60_000)
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        tenant.api.call('POST', '/labels', { body: { name: `Last ${index}`, color: red } }),
      ),
    )
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 201, 403, 403, 403, 403])
    assert.match(replies.find(({ status }) => status === 403)?.body.detail, /max_labels/)
    const { usage, limits } = await tenant.api.get(200, '/usage/current')
    assert.deepEqual([usage.labels, limits.max_labels], [50, 50])
  })
})

suite('labels of chats', () => {
  test('the set is replaced as a whole, counted and shown with chats and contacts', async () => {
    const tenant = await openTenant()
    const session = await createSession(tenant.api)
    const chat = await addChat(tenant, session.id)
    const [a, b, c] = [await create(tenant, 'A'), await create(tenant, 'B'), await create(tenant, 'C')]
    const path = `/labels/chat/${chat.id}`
    const set = await tenant.api.put(200, path, { label_ids: [b.id, a.id, b.id] })
    assert.deepEqual(
      set.map((label: { name: string; chat_count: number }) => [label.name, label.chat_count]),
      [
        ['A', 1],
        ['B', 1],
      ],
    )
    assert.deepEqual(await tenant.api.get(200, path), set)
    await tenant.api.put(200, `/labels/chat/${encodeURIComponent(`+${chat.phone}`)}`, {
      label_ids: [b.id, c.id],
    })
    assert.deepEqual(names(await tenant.api.get(200, path)), ['B', 'C'])
    assert.equal((await tenant.api.get(200, `/labels/${a.id}`)).chat_count, 0)
    const shown = [b, c].map(({ id, name, color }) => ({ id, name, color }))
    const { chats } = await tenant.api.get(200, `/messages/chats/${session.id}`)
    assert.deepEqual(chats[0].labels, shown)
    const { contacts } = await tenant.api.get(200, '/contacts')
    assert.deepEqual(contacts[0].labels, shown)
    const page = await tenant.api.get(200, `/labels/${b.id}/chats?limit=1`)
    assert.deepEqual(page, {
      chats: [
        {
          id: chat.id,
          wa_chat_id: chat.waChatId,
          name: 'Sample Contact',
          is_group: false,
          session_id: session.id,
        },
      ],
      total: 1,
      limit: 1,
      offset: 0,
    })
    await tenant.api.delete(200, `/labels/${b.id}`)
    assert.deepEqual(names(await tenant.api.get(200, path)), ['C'])
    assert.deepEqual(await tenant.api.put(200, path, { label_ids: [] }), [])
    assert.deepEqual(await tenant.api.get(200, path), [])
    for (const unknown of [nobody, '15550009999@c.us', '120363000000000001@g.us', 'nonsense']) {
      await tenant.api.get(404, `/labels/chat/${unknown}`)
      await tenant.api.put(404, `/labels/chat/${unknown}`, { label_ids: [] })
    }
    await tenant.api.put(404, path, { label_ids: [nobody] })
    await tenant.api.put(422, path, { label_ids: ['x'] })
    await tenant.api.put(422, path, {})
  })

  test("a WhatsApp id names the chats of all sessions, ours a single one's", async () => {
    const tenant = await openTenant()
    const [one, two] = [await createSession(tenant.api), await createSession(tenant.api)]
    const phone = buildPhone()
    const first = await addChat(tenant, one.id, phone)
    const second = await addChat(tenant, two.id, phone)
    const [a, b] = [await create(tenant, 'A'), await create(tenant, 'B')]
    await tenant.api.put(200, `/labels/chat/${first.waChatId}`, { label_ids: [a.id] })
    assert.equal((await tenant.api.get(200, `/labels/${a.id}`)).chat_count, 2)
    await tenant.api.put(200, `/labels/chat/${second.id}`, { label_ids: [b.id] })
    assert.deepEqual(names(await tenant.api.get(200, `/labels/chat/${first.id}`)), ['A'])
    assert.deepEqual(names(await tenant.api.get(200, `/labels/chat/${phone}`)), ['A', 'B'])
  })

  test('counts stay exact and each chat ends with one complete set when many change them at once', async () => {
    const tenant = await openTenant()
    const session = await createSession(tenant.api)
    const chats = [await addChat(tenant, session.id), await addChat(tenant, session.id)]
    const labels = await Promise.all(['A', 'B', 'C', 'D'].map((name) => create(tenant, name)))
    const sets = [[0, 1], [2, 3], [1, 2], []].map((set) => set.map((index) => labels[index]?.id as string))
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        tenant.api.put(200, `/labels/chat/${chats[index % 2]?.id}`, { label_ids: sets[index % 4] }),
      ),
    )
    let total = 0
    for (const chat of chats) {
      const now = (await tenant.api.get(200, `/labels/chat/${chat.id}`)).map(({ id }: { id: string }) => id)
      assert.ok(
        sets.some((set) => set.length === now.length && set.every((id) => now.includes(id))),
        String(now),
      )
      total += now.length
    }
    const counted = await tenant.api.get(200, '/labels')
    assert.equal(
      counted.reduce((sum: number, label: { chat_count: number }) => sum + label.chat_count, 0),
      total,
    )
  })

  test('a label put on by another feature counts once, and one that is gone changes nothing', async () => {
    const tenant = await openTenant()
    const session = await createSession(tenant.api)
    const chat = await addChat(tenant, session.id)
    const label = await create(tenant, 'Lead')
    const ctx = contextOf(tenant)
    const put = (labelId: string) =>
      ctx.db.transaction((sql) => labelChat(ctx, sql, { tenantId: tenant.id, chatId: chat.id, labelId }))
    const results = await Promise.all(Array.from({ length: 10 }, () => put(label.id)))
    assert.equal(results.filter(Boolean).length, 1)
    assert.equal((await tenant.api.get(200, `/labels/${label.id}`)).chat_count, 1)
    assert.equal(await put(nobody), false)
  })

  test('labels of two chats that turn out to be one are all kept', async () => {
    const tenant = await openTenant()
    const session = await createSession(tenant.api)
    const ctx = contextOf(tenant)
    const [phone, lid] = [buildPhone(), `9${buildPhone()}0`]
    const owner = { tenantId: tenant.id, sessionId: session.id }
    const byPhone = await addChat(tenant, session.id, phone)
    const sender = { phone: null, lid, pushName: 'Hidden' }
    await storeInbound(ctx, [buildInboundMessage(owner, { chatId: `${lid}@c.us`, sender })])
    const [a, b] = [await create(tenant, 'A'), await create(tenant, 'B')]
    await tenant.api.put(200, `/labels/chat/${byPhone.id}`, { label_ids: [a.id] })
    await tenant.api.put(200, `/labels/chat/${lid}@c.us`, { label_ids: [a.id, b.id] })
    await applyMappings(ctx, [{ ...owner, phone, lid }])
    assert.deepEqual(names(await tenant.api.get(200, `/labels/chat/${phone}`)), ['A', 'B'])
    assert.equal((await tenant.api.get(200, `/labels/${a.id}`)).chat_count, 1)
  })
})

test('colours are WhatsApp’s nearest, and its own are themselves', () => {
  for (let index = 0; index < 20; index += 1) assert.equal(indexOfColor(colorOfIndex(index)), index)
  assert.equal(colorOfIndex(indexOfColor('#ff0000')), '#F74848')
  assert.equal(colorOfIndex(indexOfColor('#FFA500')), '#FFAF04')
  assert.equal(colorOfIndex(indexOfColor('#0000aa')), '#6D7CCE')
  assert.equal(colorOfIndex(25), colorOfIndex(5))
})
