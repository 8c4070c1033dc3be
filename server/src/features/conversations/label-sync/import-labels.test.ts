import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eq } from 'drizzle-orm'
import { buildPhone } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  nextEvent,
  scanSession,
} from '../../../../test/linked-session.ts'
import { untilAnswer } from '../../../../test/until.ts'
import type { Context } from '../../../context.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { tenants } from '../../account/tenants/tenants.tables.ts'
import { listAccountLabels } from './wa-labels.service.ts'

let app: LinkedApp

before(async () => {
  app = await createLinkedApp()
})
after(() => app.close())

async function linkBusiness(owner: TestTenant): Promise<LinkedSession> {
  const phone = buildPhone()
  app.simulator.createAccount({ phone, name: 'Shop', business: true })
  const { id } = await owner.api.post(201, '/sessions', { name: 'Shop' })
  await scanSession(app, owner.api, { id, phone })
  return { id, phone }
}

const contextOf = (owner: TestTenant): Context => ({
  ...app.app.ctx,
  caller: { kind: 'system', tenantId: owner.id },
})

const onPhone = ({ phone }: LinkedSession) => app.simulator.appStateOf(phone).labels

/** Labels on the phone by id and name, which the session has heard of when this resolves. */
async function labelPhone(owner: TestTenant, session: LinkedSession, labels: [string, string][]) {
  for (const [id, name] of labels)
    await app.simulator.appState.label(session.phone, { id, name, color: Number(id) % 20 })
  await untilAnswer(
    () => listAccountLabels(contextOf(owner), session.id),
    (known) =>
      labels.every(([id, name]) => known.labels.some((row) => row.waLabelId === id && row.name === name)),
  )
}

const importFrom = (owner: TestTenant, session: LinkedSession) =>
  owner.api.post(200, '/labels/sync-from-whatsapp', { session_id: session.id })

type Listed = {
  name: string
  color: string
  chat_count: number
  synced: boolean
  synced_session_ids: string[]
}
const byName = (labels: Listed[], name: string) => labels.find((label) => label.name === name)

suite('POST /labels/sync-from-whatsapp', () => {
  test('labels and their chats come here once; one of the same name is taken over', async () => {
    const owner = await app.tenant()
    const session = await linkBusiness(owner)
    const [labelled, ours] = [await addWarmContact(app, session), await addWarmContact(app, session)]
    await labelPhone(owner, session, [
      ['1', 'New customer'],
      ['2', 'VIP'],
      ['9', 'x'.repeat(100)],
    ])
    await app.simulator.appState.labelChat(session.phone, { label: '2', chat: labelled })
    await untilAnswer(
      () => listAccountLabels(contextOf(owner), session.id),
      ({ chats }) => chats.length === 1,
    )
    const vip = await owner.api.post(201, '/labels', { name: 'VIP', color: '#000000', description: 'Ours' })
    await owner.api.post(201, '/labels', { name: 'Only here', color: '#000000' })
    await owner.api.put(200, `/labels/chat/${ours}`, { label_ids: [vip.id] })

    const first = await importFrom(owner, session)
    assert.deepEqual([first.imported, first.updated, first.skipped, first.labels.length], [2, 1, 0, 3])
    assert.partialDeepStrictEqual(byName(first.labels, 'VIP'), {
      id: vip.id,
      color: '#FFD429',
      description: 'Ours',
      chat_count: 2,
      synced: true,
      wa_label_id: '2',
      synced_session_ids: [session.id],
    })
    assert.partialDeepStrictEqual(byName(first.labels, 'New customer'), { color: '#64C4FF', chat_count: 0 })
    await app.runJobs()
    assert.deepEqual(onPhone(session)['2']?.chats.toSorted(), [`${labelled}@c.us`, `${ours}@c.us`].toSorted())
    const second = await importFrom(owner, session)
    assert.deepEqual([second.imported, second.updated, second.skipped], [0, 0, 3])
    assert.equal((await owner.api.get(200, '/labels')).length, 4)
  })

  test('403 when the plan has no room for all of them, and none is imported', async () => {
    const owner = await app.tenant()
    const session = await linkBusiness(owner)
    await labelPhone(owner, session, [
      ['1', 'One'],
      ['2', 'Two'],
      ['3', 'Three'],
    ])
    const { ctx } = app.app
    const limit = (max_labels: number | null) =>
      ctx.db.transaction(async (sql) => {
        await sql.update(tenants).set({ limitOverrides: { max_labels } }).where(eq(tenants.id, owner.id))
        await publishChange(ctx, sql, [`tenant:${owner.id}`])
      })
    await limit(2)
    const refusal = await owner.api.post(403, '/labels/sync-from-whatsapp')
    assert.match(refusal.detail, /max_labels/)
    assert.deepEqual(await owner.api.get(200, '/labels'), [])
    await limit(3)
    assert.equal((await importFrom(owner, session)).imported, 3)
    await owner.api.post(403, '/labels', { name: 'Four', color: '#000000' })
  })
})

suite('several sessions with one label', () => {
  test('a change on one phone reaches the other; deleted on one it stays on the other, on both it is gone', async () => {
    const owner = await app.tenant()
    const [one, two] = [await linkBusiness(owner), await linkBusiness(owner)]
    const [first, second] = [await addWarmContact(app, one), await addWarmContact(app, two)]
    await labelPhone(owner, two, [['5', 'Other']])
    const { id } = await owner.api.post(201, '/labels', { name: 'Both', color: '#000000' })
    await owner.api.post(422, `/labels/${id}/sync`)
    for (const chat of [first, second]) await owner.api.put(200, `/labels/chat/${chat}`, { label_ids: [id] })
    await owner.api.post(200, `/labels/${id}/sync?session_id=${one.id}`)
    const label = await owner.api.post(200, `/labels/${id}/sync`, { session_id: two.id })
    assert.deepEqual(
      [label.synced_session_ids, label.wa_label_id, label.synced],
      [[one.id, two.id], '1', true],
    )
    assert.deepEqual(onPhone(one)['1']?.chats, [`${first}@c.us`])
    assert.deepEqual(onPhone(two)['6']?.chats, [`${second}@c.us`])

    await app.simulator.appState.label(two.phone, { id: '6', name: 'Renamed', color: 7 })
    await untilAnswer(
      () => owner.api.get(200, `/labels/${id}`),
      ({ name }) => name === 'Renamed',
    )
    await app.runJobs()
    assert.partialDeepStrictEqual(onPhone(one)['1'], { name: 'Renamed', color: 7 })

    await app.simulator.appState.label(one.phone, { id: '1', name: 'Renamed', deleted: true })
    const left = await untilAnswer(
      () => owner.api.get(200, `/labels/${id}`),
      ({ synced_session_ids: sessions }) => sessions.length === 1,
    )
    assert.deepEqual([left.synced_session_ids, left.chat_count], [[two.id], 1])
    await app.runJobs()
    assert.equal(onPhone(two)['6']?.name, 'Renamed')
    await app.simulator.appState.label(two.phone, { id: '6', name: 'Renamed', deleted: true })
    await untilAnswer(
      () => owner.api.call('GET', `/labels/${id}`),
      ({ status }) => status === 404,
    )
  })

  test('a session that is linked anew begins without synced labels, and the labels stay', async () => {
    const owner = await app.tenant()
    const session = await linkBusiness(owner)
    const { id } = await owner.api.post(201, '/labels', { name: 'Stays', color: '#000000' })
    await owner.api.post(200, `/labels/${id}/sync`)
    const ended = nextEvent(
      app,
      'session.status',
      (told) => told.sessionId === session.id && told.status === 'stopped',
    )
    await owner.api.post(200, `/sessions/${session.id}/logout`)
    await ended
    const phone = buildPhone()
    app.simulator.createAccount({ phone, name: 'Another shop', business: true })
    await scanSession(app, owner.api, { id: session.id, phone })
    const label = await owner.api.get(200, `/labels/${id}`)
    assert.deepEqual([label.synced, label.synced_session_ids], [false, []])
    await owner.api.delete(200, `/labels/${id}`)
    await app.runJobs()
    assert.deepEqual(app.simulator.appStateOf(phone).labels, {})
  })
})
