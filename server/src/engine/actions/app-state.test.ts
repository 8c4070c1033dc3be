import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { useLinkedEngine } from '../../../test/harness-engine.ts'
import type { ChatChange, LabelChange } from '../events.ts'

const early = '15550007001'
const world = useLinkedEngine({
  isBusiness: true,
  async prepare(simulator, account) {
    simulator.createAccount({ phone: early, name: 'Early' })
    await simulator.appState.label(account, { id: '7', name: 'Old customer', color: 3 })
    await simulator.appState.labelChat(account, { chat: early, label: '7' })
    await simulator.appState.contact(account, { phone: early, name: 'Early Bird' })
    await simulator.appState.pin(account, { chat: early })
  },
})
const sessionId = () => world.session.sessionId
const chatOf = (phone: string) => `${phone}@c.us`
const viewOf = () => world.simulator.appStateOf(world.account)

/** Somebody who has written, and the message. */
async function makeChat(): Promise<{ chatId: string; waMessageId: string; phone: string; at: Date }> {
  const phone = world.addPerson()
  const { id } = await world.simulator.sendMessage(phone, { to: world.account, text: 'hello' })
  const message = await world.listener.next('message', ({ waMessageId }) => waMessageId === id)
  return { chatId: chatOf(phone), waMessageId: id, phone, at: message.waTimestamp }
}

suite('what was there before the link', () => {
  test('labels, labelled chats, names and pins are published', async () => {
    const { listener } = world
    const label = await listener.next(
      'label',
      (published) => published.kind === 'label' && published.waLabelId === '7',
    )
    assert.partialDeepStrictEqual(label, { name: 'Old customer', colorIndex: 3, isDeleted: false })
    const labelled = await listener.next(
      'label',
      (published) => published.kind === 'chat' && published.waLabelId === '7',
    )
    assert.partialDeepStrictEqual(labelled, { chatId: chatOf(early), isLabelled: true })
    const contact = await listener.next(
      'contact',
      ({ person, name }) => person.phone === early && Boolean(name),
    )
    assert.equal(contact.name, 'Early Bird')
    await listener.next('chat', ({ chatId, isPinned }) => chatId === chatOf(early) && isPinned === true)
  })
})

suite('chats, changed here', () => {
  test('archive, pin and mute stand on the phone and can be taken back', async () => {
    const { chats } = world.engine
    const { chatId, waMessageId, at } = await makeChat()
    const last = [{ waMessageId, isFromMe: false, sender: null, at }]
    await chats.archive(sessionId(), chatId, true, last)
    await chats.pin(sessionId(), chatId, true)
    const until = new Date('2030-01-02T03:04:05.000Z')
    await chats.mute(sessionId(), chatId, until)
    assert.partialDeepStrictEqual(viewOf().chats[chatId], {
      archived: true,
      pinned: true,
      mutedUntil: until.toISOString(),
    })
    await chats.archive(sessionId(), chatId, false, last)
    await chats.pin(sessionId(), chatId, false)
    await chats.mute(sessionId(), chatId, null)
    assert.partialDeepStrictEqual(viewOf().chats[chatId], { archived: false, pinned: false })
  })

  test('a star stands on the phone, in a group with the author', async () => {
    const { chatId, waMessageId, phone } = await makeChat()
    const target = { waMessageId, isFromMe: false, sender: null }
    await world.engine.chats.star(sessionId(), chatId, target, true)
    assert.deepEqual(viewOf().starred, [{ chat: chatId, id: waMessageId, fromMe: false }])
    await world.engine.chats.star(sessionId(), chatId, target, false)
    assert.deepEqual(viewOf().starred, [])
    const group = world.simulator.groups.create({ owner: world.account, subject: 'Stars', members: [phone] })
    const { id } = await world.simulator.sendGroupMessage(group.id, { from: phone, text: 'shine' })
    await world.listener.next('message', (message) => message.waMessageId === id)
    const inGroup = { waMessageId: id, isFromMe: false, sender: chatId }
    await world.engine.chats.star(sessionId(), group.id, inGroup, true)
    assert.ok(viewOf().starred.some((starred) => starred.id === id && starred.chat === group.id))
  })

  test('reading tells the sender and the own phone', async () => {
    const { chatId, waMessageId, phone } = await makeChat()
    const target = { waMessageId, isFromMe: false, sender: null }
    await world.engine.chats.markRead(sessionId(), chatId, [target])
    const seen = await world.simulator.nextEvent(
      phone,
      (event) => event.type === 'receipt' && event.receipt === 'read',
    )
    assert.ok(seen.type === 'receipt' && seen.ids.includes(waMessageId))
    assert.equal(viewOf().chats[chatId]?.read, true)
  })

  test('what another device changed in between is kept and published', async () => {
    const [mine, theirs] = [await makeChat(), await makeChat()]
    await Promise.all([
      world.engine.chats.pin(sessionId(), mine.chatId, true),
      world.simulator.appState.pin(world.account, { chat: theirs.phone }),
      world.engine.chats.archive(sessionId(), mine.chatId, true, []),
      world.simulator.appState.archive(world.account, { chat: theirs.phone }),
    ])
    const isPublished = (field: 'isPinned' | 'isArchived') => (change: ChatChange) =>
      change.chatId === theirs.chatId && change[field] === true
    await world.listener.next('chat', isPublished('isPinned'))
    await world.listener.next('chat', isPublished('isArchived'))
    for (const { chatId } of [mine, theirs]) {
      assert.partialDeepStrictEqual(viewOf().chats[chatId], { pinned: true, archived: true })
    }
  })
})

suite('chats, changed on the phone', () => {
  test('archive, pin, mute, read, unread, star and deletion are published', async () => {
    const { appState } = world.simulator
    const { chatId, phone, waMessageId } = await makeChat()
    const published = (matches: (change: ChatChange) => boolean) =>
      world.listener.next('chat', (change) => change.chatId === chatId && matches(change))
    await appState.archive(world.account, { chat: phone })
    await published(({ isArchived }) => isArchived === true)
    await appState.archive(world.account, { chat: phone, archived: false })
    await published(({ isArchived }) => isArchived === false)
    await appState.pin(world.account, { chat: phone })
    await published(({ isPinned }) => isPinned === true)
    const until = '2031-05-06T07:08:09.000Z'
    await appState.mute(world.account, { chat: phone, until })
    await published(({ mutedUntil }) => mutedUntil?.toISOString() === until)
    await appState.mute(world.account, { chat: phone })
    await published(({ mutedUntil }) => mutedUntil?.getUTCFullYear() === 9999)
    await appState.mute(world.account, { chat: phone, muted: false })
    await published(({ mutedUntil }) => mutedUntil === null)
    await appState.markRead(world.account, { chat: phone, read: false })
    await published(({ isRead }) => isRead === false)
    await appState.markRead(world.account, { chat: phone })
    await published(({ isRead }) => isRead === true)
    await appState.star(world.account, { message: waMessageId })
    const star = await world.listener.next('change', ({ target }) => target.waMessageId === waMessageId)
    assert.deepEqual([star.change, star.chatId], [{ kind: 'star', isStarred: true }, chatId])
    await appState.deleteChat(world.account, { chat: phone })
    await published(({ isDeleted }) => isDeleted === true)
  })
})

suite('labels', () => {
  const published = (matches: (change: LabelChange) => boolean) => world.listener.next('label', matches)

  test('made here they stand on the phone, made there they are published', async () => {
    const { labels } = world.engine
    const { chatId, phone } = await makeChat()
    await labels.put(sessionId(), { waLabelId: '21', name: 'VIP', colorIndex: 5 })
    await labels.setOnChat(sessionId(), chatId, '21', true)
    assert.deepEqual(viewOf().labels['21'], { name: 'VIP', color: 5, chats: [chatId], messages: [] })
    await labels.put(sessionId(), { waLabelId: '21', name: 'Very VIP', colorIndex: 6 })
    await labels.setOnChat(sessionId(), chatId, '21', false)
    assert.deepEqual(viewOf().labels['21'], { name: 'Very VIP', color: 6, chats: [], messages: [] })
    await labels.delete(sessionId(), '21')
    assert.equal(viewOf().labels['21'], undefined)
    const { appState } = world.simulator
    await appState.label(world.account, { id: '31', name: 'New', color: 2 })
    await published((change) => change.kind === 'label' && change.waLabelId === '31' && change.name === 'New')
    await appState.labelChat(world.account, { chat: phone, label: '31' })
    await published((change) => change.kind === 'chat' && change.chatId === chatId && change.isLabelled)
    await appState.labelChat(world.account, { chat: phone, label: '31', labeled: false })
    await published((change) => change.kind === 'chat' && change.chatId === chatId && !change.isLabelled)
    await appState.label(world.account, { id: '31', name: 'New', deleted: true })
    await published((change) => change.kind === 'label' && change.waLabelId === '31' && change.isDeleted)
  })

  test('each change is published with the timestamp it was made at, one from the future as now', async () => {
    const { appState } = world.simulator
    const { phone } = await makeChat()
    const [past, future] = ['2026-01-02T03:04:05.678Z', '2999-01-01T00:00:00Z']
    await appState.label(world.account, { id: '41', name: 'Past', at: past })
    await appState.labelChat(world.account, { chat: phone, label: '41', at: past })
    const label = await published(({ waLabelId, kind }) => kind === 'label' && waLabelId === '41')
    const chat = await published(({ waLabelId, kind }) => kind === 'chat' && waLabelId === '41')
    assert.deepEqual([label.at.toISOString(), chat.at.toISOString()], [past, past])
    await appState.label(world.account, { id: '42', name: 'Future', at: future })
    const late = await published(({ waLabelId }) => waLabelId === '42')
    assert.ok(Math.abs(late.at.getTime() - Date.now()) < 60_000)
  })
})

suite('written ahead', () => {
  test('a change that was not stored when the process died is published again after the restart', async () => {
    const { chatId, phone } = await makeChat()
    const { listener } = world
    const stored = listener.onChats.bind(listener)
    let hasDied = false
    listener.onChats = async () => {
      hasDied = true
      throw new Error('the database is gone')
    }
    await world.simulator.appState.pin(world.account, { chat: phone })
    await listener.next('state', ({ status }) => status === 'starting', listener.events.length)
    assert.ok(hasDied)
    listener.onChats = stored
    await listener.next('chat', (change) => change.chatId === chatId && change.isPinned === true)
  })
})
