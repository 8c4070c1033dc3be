import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Simulator } from '../src/index.ts'
import { bob, type Client, carol, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { verifies } from './verifies.ts'

/** The next update of a chat that says something about this property. */
async function chatUpdate(client: Client, property: string) {
  const has = (update: object) => property in update
  const updates = await client.next('chats.update', (list) => list.some(has))
  return updates.find(has) as Record<string, unknown>
}

async function receive(client: Client, simulator: Simulator, text: string) {
  const { id } = await simulator.sendMessage(bob, { to: owner, text })
  return client.message(({ key }) => key.id === id)
}

suite('app state', () => {
  test('what the owner changes on the phone reaches the client', async () => {
    verifies('SYNC-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { appState } = simulator
    await appState.archive(owner, { chat: bob })
    const archived = await chatUpdate(client, 'archived')
    assert.deepEqual([archived.id, archived.archived], [jidOf(bob), true])
    await appState.pin(owner, { chat: bob })
    assert.ok(Number((await chatUpdate(client, 'pinned')).pinned) > 0)
    const until = new Date(Date.now() + 3_600_000).toISOString()
    await appState.mute(owner, { chat: bob, until })
    assert.equal((await chatUpdate(client, 'muteEndTime')).muteEndTime, Date.parse(until))
    await appState.mute(owner, { chat: bob, muted: false })
    assert.equal((await chatUpdate(client, 'muteEndTime')).muteEndTime, null)
    await appState.markRead(owner, { chat: bob, read: false })
    assert.equal((await chatUpdate(client, 'unreadCount')).unreadCount, -1)
    await appState.lockChat(owner, { chat: bob })
    assert.deepEqual(await client.next('chats.lock'), { id: jidOf(bob), locked: true })
    await appState.contact(owner, { phone: carol, name: 'Carol Singer', firstName: 'Carol' })
    const [contact] = await client.next('contacts.upsert', ([one]) => one?.name === 'Carol Singer')
    assert.equal(contact?.phoneNumber, jidOf(carol))
    await appState.rename(owner, { name: 'Olga the Great' })
    await client.next('creds.update', ({ me }) => me?.name === 'Olga the Great')
    await appState.deleteChat(owner, { chat: bob })
    assert.deepEqual(await client.next('chats.delete'), [jidOf(bob)])
    assert.equal(simulator.state().counters.problems, 0)
  })

  test('stars and deletions name their message', async () => {
    verifies('SYNC-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const message = await receive(client, simulator, 'keep this')
    const id = message.key.id ?? ''
    await simulator.appState.star(owner, { message: id })
    const [update] = await client.next('messages.update', ([one]) => one?.update.starred === true)
    assert.deepEqual(update?.key, { remoteJid: jidOf(bob), id, fromMe: false })
    await simulator.appState.deleteMessage(owner, { message: id })
    const { keys } = (await client.next('messages.delete')) as { keys: object[] }
    assert.deepEqual(keys, [{ remoteJid: jidOf(bob), id, fromMe: false }])
    const { id: group } = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner, carol] })
    const written = await simulator.sendGroupMessage(group, { from: carol, text: 'in the group' })
    await client.message(({ key }) => key.id === written.id)
    await simulator.appState.star(owner, { message: written.id })
    await client.next('messages.update', ([one]) => one?.key.id === written.id && one.key.remoteJid === group)
    const listed = simulator.appStateOf(owner).starred.map((one) => one.id)
    assert.deepEqual(listed, [id, written.id])
  })

  test('labels and their chats reach the client', async () => {
    verifies('SYNC-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const message = await receive(client, simulator, 'an order')
    const { appState } = simulator
    await appState.label(owner, { id: '7', name: 'New order', color: 3 })
    const edited = await client.next('labels.edit')
    assert.deepEqual([edited.id, edited.name, edited.color, edited.deleted], ['7', 'New order', 3, false])
    await appState.labelChat(owner, { chat: bob, label: '7' })
    const { type, association } = await client.next('labels.association')
    assert.deepEqual([type, association.chatId, association.labelId], ['add', jidOf(bob), '7'])
    await appState.labelMessage(owner, { label: '7', message: message.key.id ?? '' })
    const second = await client.next('labels.association')
    assert.equal((second.association as { messageId?: string }).messageId, message.key.id)
    await appState.labelChat(owner, { chat: bob, label: '7', labeled: false })
    assert.equal((await client.next('labels.association')).type, 'remove')
    await appState.label(owner, { id: '7', name: 'New order', deleted: true })
    assert.equal((await client.next('labels.edit')).deleted, true)
    assert.deepEqual(simulator.appStateOf(owner).labels, {})
    await assert.rejects(appState.labelChat(owner, { chat: bob, label: '7' }), {
      status: 404,
      field: 'label',
    })
  })

  test('the phone shows what a client changes', async () => {
    verifies('SYNC-01', 'SYNC-04')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const message = await receive(client, simulator, 'hello')
    const { socket } = client
    const lastMessages = [{ key: message.key, messageTimestamp: message.messageTimestamp ?? 0 }]
    await socket.chatModify({ archive: true, lastMessages }, jidOf(bob))
    await socket.chatModify({ pin: true }, jidOf(carol))
    const mutedUntil = Date.now() + 60_000
    await socket.chatModify({ mute: mutedUntil }, jidOf(bob))
    await socket.chatModify({ markRead: false, lastMessages }, jidOf(bob))
    await socket.star(jidOf(bob), [{ id: message.key.id ?? '', fromMe: false }], true)
    await socket.addOrEditContact(jidOf(bob), { fullName: 'Robert' })
    await socket.addLabel(jidOf(bob), { id: '1', name: 'Paid', color: 5 })
    await socket.addChatLabel(jidOf(bob), '1')
    await socket.addMessageLabel(jidOf(bob), message.key.id ?? '', '1')
    await socket.addOrEditQuickReply({ shortcut: 'hi', message: 'Hello!', timestamp: '5', deleted: false })
    const view = simulator.appStateOf(owner)
    const chat = `${bob}@c.us`
    assert.deepEqual(view.chats[chat], {
      archived: true,
      mutedUntil: new Date(mutedUntil).toISOString(),
      read: false,
    })
    assert.deepEqual(view.chats[`${carol}@c.us`], { pinned: true })
    const named = { chat, id: message.key.id, fromMe: false }
    assert.deepEqual(view.starred, [named])
    assert.deepEqual(view.contacts, { [chat]: { name: 'Robert' } })
    assert.deepEqual(view.labels, { 1: { name: 'Paid', color: 5, chats: [chat], messages: [named] } })
    assert.deepEqual(view.quickReplies, { 5: { shortcut: 'hi', message: 'Hello!' } })
    await socket.removeContact(jidOf(bob))
    await socket.removeChatLabel(jidOf(bob), '1')
    await socket.chatModify({ delete: true, lastMessages }, jidOf(bob))
    const after = simulator.appStateOf(owner)
    assert.deepEqual(after.contacts, {})
    assert.deepEqual(after.labels['1']?.chats, [])
    assert.ok(after.chats[chat]?.deletedAt)
    assert.equal(simulator.state().counters.problems, 0)
  })

  test('the address book decides who may add its owner to groups', async () => {
    verifies('SYNC-04')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, bob)
    const { id } = simulator.createGroup({ subject: 'Club', owner: bob, members: [] })
    simulator.groups.setPrivacy(owner, { add: 'contacts' })
    const add = async () => {
      const [answer] = await client.socket.groupParticipantsUpdate(id, [jidOf(owner)], 'add')
      return answer?.status
    }
    assert.equal(await add(), '403')
    await simulator.appState.contact(owner, { phone: bob, name: 'Bobby' })
    assert.equal(await add(), '200')
    simulator.groups.setPrivacy(bob, { add: 'contacts' })
    await using ofOwner = await linkedClient(simulator, owner)
    const { id: other } = simulator.createGroup({ subject: 'Other', owner, members: [] })
    const addBob = async () => {
      const [answer] = await ofOwner.socket.groupParticipantsUpdate(other, [jidOf(bob)], 'add')
      return answer?.status
    }
    await client.socket.addOrEditContact(jidOf(owner), { fullName: 'Olga' })
    assert.equal(await addBob(), '200')
  })

  test('a new client and one that was away catch up with many changes', async () => {
    verifies('SYNC-05')
    await using simulator = await startSimulator()
    for (let number = 1; number <= 130; number++) {
      await simulator.appState.contact(owner, { phone: `1777000${1000 + number}`, name: `Friend ${number}` })
    }
    await using client = await linkedClient(simulator, owner)
    await using second = await linkedClient(simulator, owner)
    for (const one of [client, second]) {
      await one.next('contacts.upsert', (list) => list.some(({ name }) => name === 'Friend 130'))
    }
    await client.close()
    await simulator.appState.pin(owner, { chat: carol })
    await chatUpdate(second, 'pinned')
    client.connect()
    assert.equal((await chatUpdate(client, 'pinned')).id, jidOf(carol))
    await client.socket.chatModify({ pin: false }, jidOf(carol))
    await second.next('chats.update', (list) => list.some(({ pinned }) => pinned === null))
    assert.equal(simulator.appStateOf(owner).versions.critical_unblock_low, 130)
  })

  test('a change is refused on demand, and one from an old version is a conflict', async () => {
    verifies('SYNC-06')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'app_state_error', phone: owner, code: 500 })
    await assert.rejects(client.socket.chatModify({ pin: true }, jidOf(bob)), { data: 500 })
    assert.deepEqual(simulator.appStateOf(owner).chats, {})
    await client.socket.chatModify({ pin: true }, jidOf(bob))
    const stale = await client.socket.query({
      tag: 'iq',
      attrs: { to: '@s.whatsapp.net', type: 'set', xmlns: 'w:sync:app:state' },
      content: [
        {
          tag: 'sync',
          attrs: {},
          content: [
            {
              tag: 'collection',
              attrs: { name: 'regular_low', version: '0' },
              content: [{ tag: 'patch', attrs: {}, content: Buffer.from('any') }],
            },
          ],
        },
      ],
    })
    const [sync] = stale.content as { content: { attrs: object }[] }[]
    assert.deepEqual(sync?.content[0]?.attrs, { name: 'regular_low', type: 'error', version: '1' })
  })

  test('inputs are checked', async () => {
    verifies('CTRL-02')
    await using simulator = await startSimulator()
    const { appState } = simulator
    await assert.rejects(appState.star(owner, { message: 'NONE' }), { status: 422, field: 'message' })
    await assert.rejects(appState.pin(owner, { chat: '19990000000' }), { status: 404, field: 'chat' })
    await assert.rejects(appState.mute(owner, { chat: bob, until: 'soon' }), { status: 422, field: 'until' })
    await assert.rejects(appState.pin('19990000000', { chat: bob }), { status: 404, field: 'phone' })
    const answer = await fetch(`${simulator.controlUrl}/accounts/${owner}/app-state/label-chat`, {
      method: 'POST',
      body: JSON.stringify({ chat: bob, label: 'x' }),
    })
    assert.equal(answer.status, 404)
    const pinned = await fetch(`${simulator.controlUrl}/accounts/${owner}/app-state/pin`, {
      method: 'POST',
      body: JSON.stringify({ chat: bob }),
    })
    assert.equal(pinned.status, 200)
    const view = await fetch(`${simulator.controlUrl}/accounts/${owner}/app-state`)
    assert.deepEqual(((await view.json()) as { chats: object }).chats, { [`${bob}@c.us`]: { pinned: true } })
  })
})
