import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildPhone, createSession } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
  scanSession,
} from '../../../../test/linked-session.ts'
import { untilAnswer } from '../../../../test/until.ts'
import type { Context } from '../../../context.ts'
import { applyLabelChanges } from './apply-label-changes.service.ts'
import { pushLabels } from './push-labels.service.ts'
import { listAccountLabels } from './wa-labels.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkBusiness(tenant)
})
after(() => app.close())

async function linkBusiness(owner: TestTenant): Promise<LinkedSession> {
  const phone = buildPhone()
  app.simulator.createAccount({ phone, name: 'Shop', business: true })
  const { id } = await owner.api.post(201, '/sessions', { name: 'Shop' })
  await scanSession(app, owner.api, { id, phone })
  return { id, phone }
}

const contextOf = (owner = tenant): Context => ({
  ...app.app.ctx,
  caller: { kind: 'system', tenantId: owner.id },
})

const create = (name: string, color = '#F74848') => tenant.api.post(201, '/labels', { name, color })
const read = (id: string) => tenant.api.get(200, `/labels/${id}`)
const onPhone = (phone = session.phone) => app.simulator.appStateOf(phone).labels
const sync = (id: string, on = session) => tenant.api.post(200, `/labels/${id}/sync`, { session_id: on.id })
/** A label that is on WhatsApp already. */
async function createSynced(name: string) {
  const { id } = await create(name)
  const { wa_label_id: waId } = await sync(id)
  return { id: id as string, waId: waId as string }
}

async function stop(on = session): Promise<void> {
  const stopped = nextEvent(
    app,
    'session.status',
    (told) => told.sessionId === on.id && told.status === 'stopped',
  )
  await tenant.api.post(200, `/sessions/${on.id}/stop`)
  await stopped
}

async function start(on = session): Promise<void> {
  const working = nextEvent(
    app,
    'session.status',
    (told) => told.sessionId === on.id && told.status === 'working',
  )
  await tenant.api.post(200, `/sessions/${on.id}/start`)
  await working
}

async function afterJobs(waId: string) {
  await app.runJobs()
  return onPhone()[waId]
}

const isoIn = (ms: number) => new Date(app.clock.nowMs() + ms).toISOString()

suite('POST /labels/{id}/sync', () => {
  test('the label and its chats are on the phone, and later changes follow by themselves', async () => {
    const chat = `${await addWarmContact(app, session)}@c.us`
    const { id } = await create('Order', '#ff0000')
    await tenant.api.put(200, `/labels/chat/${chat}`, { label_ids: [id] })
    const synced = await sync(id)
    assert.deepEqual(
      [synced.synced, synced.synced_session_ids, synced.color],
      [true, [session.id], '#ff0000'],
    )
    const waId = synced.wa_label_id
    assert.deepEqual(onPhone()[waId], { name: 'Order', color: 13, chats: [chat], messages: [] })
    const changed = await tenant.api.patch(200, `/labels/${id}`, { name: 'Paid', color: '#83E422' })
    assert.equal(changed.synced, false)
    await tenant.api.put(200, `/labels/chat/${chat}`, { label_ids: [] })
    await app.runJobs()
    assert.deepEqual(onPhone()[waId], { name: 'Paid', color: 15, chats: [], messages: [] })
    assert.equal((await read(id)).synced, true)
    await tenant.api.put(200, `/labels/chat/${chat}`, { label_ids: [id] })
    await app.runJobs()
    assert.deepEqual(onPhone()[waId]?.chats, [chat])
    await tenant.api.delete(200, `/labels/${id}`)
    await app.runJobs()
    assert.equal(onPhone()[waId], undefined)
  })

  test('a label of the same name on the phone becomes this one, with its chats', async () => {
    const phone = await addWarmContact(app, session)
    const { appState } = app.simulator
    await appState.label(session.phone, { id: '77', name: 'Twin', color: 2 })
    await appState.labelChat(session.phone, { label: '77', chat: phone })
    await untilAnswer(
      () => accountChats('77'),
      (count) => count === 1,
    )
    const { id } = await create('Twin')
    const synced = await sync(id)
    assert.deepEqual([synced.wa_label_id, synced.chat_count], ['77', 1])
    assert.equal(onPhone()['77']?.color, 13)
  })

  test('many changes at once are one job, and the newest state is the one that stays', async () => {
    const { id, waId } = await createSynced('Many')
    await app.runJobs()
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        tenant.api.patch(200, `/labels/${id}`, { name: `Many ${index}` }),
      ),
    )
    await tenant.api.patch(200, `/labels/${id}`, { name: 'Last' })
    assert.equal(await app.runJobs(), 1)
    assert.equal(onPhone()[waId]?.name, 'Last')
  })

  test('refusals: unknown label or session, not working, no business account, none to choose', async () => {
    const { id } = await create('Refused')
    const other = await app.tenant()
    const [plain, idle] = [await linkSession(app, tenant.api), await createSession(tenant.api)]
    const nobody = '01990000-0000-7000-8000-000000000000'
    const foreign = await createSession(other.api)
    for (const path of [`/labels/${id}/sync`, '/labels/sync-from-whatsapp']) {
      await tenant.api.post(404, path, { session_id: nobody })
      await tenant.api.post(404, `${path}?session_id=${foreign.id}`)
      await tenant.api.post(400, path, { session_id: idle.id })
      assert.match((await tenant.api.post(400, path, { session_id: plain.id })).detail, /Business/)
      assert.match((await tenant.api.post(422, path, { session_id: 'x' })).detail, /session_id/)
      assert.match(
        (await tenant.api.post(422, `${path}?session_id=${idle.id}`, { session_id: plain.id })).detail,
        /session_id/,
      )
      await tenant.api.post(200, `${path}?session_id=${session.id}`, { session_id: session.id })
      await tenant.api.post(200, path)
    }
    await tenant.api.post(404, `/labels/${nobody}/sync`, { session_id: session.id })
    await other.api.post(404, `/labels/${id}/sync`)
    const own = await other.api.post(201, '/labels', { name: 'x', color: '#000000' })
    assert.match((await other.api.post(422, `/labels/${own.id}/sync`)).detail, /^session_id: needed/)
    const check = await tenant.api.get(200, '/labels/business-check')
    assert.equal(check.is_business, true)
    assert.deepEqual(
      check.sessions.filter((one: { is_business: boolean }) => one.is_business),
      [{ session_id: session.id, name: 'Shop', is_business: true }],
    )
    const one = await tenant.api.get(200, `/labels/business-check?session_id=${plain.id}`)
    assert.deepEqual([one.is_business, one.sessions.length], [false, 1])
    await tenant.api.get(404, `/labels/business-check?session_id=${foreign.id}`)
    await tenant.api.delete(200, `/sessions/${plain.id}`)
    await tenant.api.delete(200, `/labels/${id}`)
    await app.runJobs()
  })
})

/** How many chats have a label of the account, as far as it was told. */
async function accountChats(waLabelId: string): Promise<number> {
  const { chats } = await listAccountLabels(contextOf(), session.id)
  return chats.filter((chat) => chat.waLabelId === waLabelId).length
}

suite('changes on the phone', () => {
  test('name, colour, chats and deletion of a synced label are so here at once', async () => {
    const phone = await addWarmContact(app, session)
    const { id, waId } = await createSynced('Phone')
    const { appState } = app.simulator
    await appState.label(session.phone, { id: waId, name: 'Renamed', color: 4 })
    await appState.labelChat(session.phone, { label: waId, chat: phone })
    const label = await untilAnswer(
      () => read(id),
      (one) => one.name === 'Renamed' && one.chat_count === 1,
    )
    assert.deepEqual([label.color, label.synced], ['#99B6C1', true])
    await appState.labelChat(session.phone, { label: waId, chat: phone, labeled: false })
    await untilAnswer(
      () => read(id),
      (one) => one.chat_count === 0,
    )
    await app.runJobs()
    assert.deepEqual(onPhone()[waId], { name: 'Renamed', color: 4, chats: [], messages: [] })
    await appState.label(session.phone, { id: waId, name: 'Renamed', color: 4, deleted: true })
    await untilAnswer(
      () => tenant.api.call('GET', `/labels/${id}`),
      ({ status }) => status === 404,
    )
    await app.runJobs()
    assert.equal(onPhone()[waId], undefined)
  })

  test('a label put on a chat before anything was said in it is there with its first message', async () => {
    const phone = addContact(app)
    const { id, waId } = await createSynced('Early')
    await app.simulator.appState.labelChat(session.phone, { label: waId, chat: phone })
    await untilAnswer(
      () => accountChats(waId),
      (count) => count === 1,
    )
    assert.equal((await read(id)).chat_count, 0)
    const received = nextEvent(app, 'message.received', (told) => told.chatId === `${phone}@c.us`)
    await app.simulator.sendMessage(phone, { to: session.phone, text: 'Hello' })
    await received
    assert.equal((await read(id)).chat_count, 1)
  })

  test('a name that another label has is not taken over: the phone gets ours again', async () => {
    await create('Taken')
    const { id, waId } = await createSynced('Free')
    await app.simulator.appState.label(session.phone, { id: waId, name: 'Taken', color: 4 })
    await untilAnswer(
      () => read(id),
      (one) => one.color === '#99B6C1',
    )
    await app.runJobs()
    assert.deepEqual([(await read(id)).name, onPhone()[waId]?.name], ['Free', 'Free'])
  })
})

suite('conflicts while the session was away', () => {
  for (const isPhoneNewer of [true, false]) {
    test(`${isPhoneNewer ? 'the phone' : 'here'} changed last: that is so in both places`, async () => {
      const phone = await addWarmContact(app, session)
      const { id, waId } = await createSynced(`Conflict ${isPhoneNewer}`)
      await app.runJobs()
      await stop()
      app.clock.advance(60_000)
      const at = isoIn(isPhoneNewer ? 10_000 : -10_000)
      const { appState } = app.simulator
      const there = `There ${isPhoneNewer}`
      const here = `Here ${isPhoneNewer}`
      await appState.label(session.phone, { id: waId, name: there, color: 2, at })
      await appState.labelChat(session.phone, { label: waId, chat: phone, at })
      await tenant.api.patch(200, `/labels/${id}`, { name: here })
      await tenant.api.put(200, `/labels/chat/${phone}`, { label_ids: [id] })
      await tenant.api.put(200, `/labels/chat/${phone}`, { label_ids: [] })
      app.clock.advance(60_000)
      await app.runJobs()
      await start()
      const [name, count] = isPhoneNewer ? [there, 1] : [here, 0]
      await untilAnswer(
        async () => {
          await app.runJobs()
          const chats = onPhone()[waId]?.chats.length
          return { ...(await read(id)), there: onPhone()[waId]?.name, chats }
        },
        (one) => one.name === name && one.there === name && one.chat_count === count && one.chats === count,
      )
    })
  }

  test('deleted here and changed on the phone: it is gone in both places', async () => {
    const { id, waId } = await createSynced('Going')
    await stop()
    await tenant.api.delete(200, `/labels/${id}`)
    await app.simulator.appState.label(session.phone, { id: waId, name: 'Staying?', color: 1 })
    await start()
    await untilAnswer(
      () => afterJobs(waId),
      (label) => label === undefined,
    )
  })

  test('deleted on the phone, then changed here: it is back on the phone', async () => {
    const phone = await addWarmContact(app, session)
    const { id, waId } = await createSynced('Back')
    await tenant.api.put(200, `/labels/chat/${phone}`, { label_ids: [id] })
    await app.runJobs()
    await stop()
    app.clock.advance(60_000)
    await app.simulator.appState.label(session.phone, {
      id: waId,
      name: 'Back',
      deleted: true,
      at: isoIn(-10_000),
    })
    await tenant.api.patch(200, `/labels/${id}`, { name: 'Back again' })
    await start()
    await untilAnswer(
      () => afterJobs(waId),
      (label) => label?.name === 'Back again' && label.chats.length === 1,
    )
    assert.equal((await read(id)).synced, true)
  })

  test('an echo of our own push changes nothing, even after a later change', async () => {
    const { id, waId } = await createSynced('Echo')
    const at = app.clock.now()
    app.clock.advance(1000)
    await tenant.api.patch(200, `/labels/${id}`, { name: 'Later', color: '#123456' })
    const owner = { tenantId: tenant.id, sessionId: session.id, at }
    const echo = {
      ...owner,
      kind: 'label' as const,
      waLabelId: waId,
      name: 'Echo',
      colorIndex: 13,
      isDeleted: false,
    }
    await applyLabelChanges(contextOf(), [echo])
    assert.partialDeepStrictEqual(await read(id), { name: 'Later', color: '#123456' })
    await app.runJobs()
    assert.equal(onPhone()[waId]?.name, 'Later')
    await applyLabelChanges(contextOf(), [
      { ...echo, at: app.clock.now(), name: 'Later', colorIndex: onPhone()[waId]?.color ?? 0 },
    ])
    assert.partialDeepStrictEqual(await read(id), { name: 'Later', color: '#123456', synced: true })
    assert.equal(await app.runJobs(), 0)
  })

  test('a push that is interrupted goes on where it was, and one in between is not repeated', async () => {
    const { id, waId } = await createSynced('Interrupted')
    await app.runJobs()
    const chats = [await addWarmContact(app, session), await addWarmContact(app, session)].map(
      (phone) => `${phone}@c.us`,
    )
    await stop()
    for (const chat of chats) await tenant.api.put(200, `/labels/chat/${chat}`, { label_ids: [id] })
    // What was enqueued while the session was away ends at once; the connection brings it.
    await app.runJobs()
    await assert.rejects(pushLabels(contextOf(), tenant.id, session.id), { code: 'session_not_connected' })
    await start()
    await app.runJobs()
    assert.deepEqual(onPhone()[waId]?.chats.toSorted(), chats.toSorted())
    const { versions } = app.simulator.appStateOf(session.phone)
    await pushLabels(contextOf(), tenant.id, session.id)
    assert.deepEqual(app.simulator.appStateOf(session.phone).versions, versions)
  })
})
