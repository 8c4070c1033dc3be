import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, type Client, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

const read = 4

/** Lets a client receive while nothing it sends reaches the server, like one that dies before it acknowledges. */
function muteClient(client: Client): void {
  const { socket } = client.socket.ws as unknown as {
    socket: { send: (data: unknown, done?: () => void) => void }
  }
  socket.send = (_data, done) => done?.()
}

/** Answered by the server after everything that the client sent before. */
async function roundTrip(client: Client): Promise<void> {
  const content = [{ tag: 'ping', attrs: {} }]
  const attrs = { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' }
  await client.socket.query({ tag: 'iq', attrs, content })
}

suite('delivery', () => {
  test('a phone answers that a message was delivered, and then that it was read', async () => {
    verifies('RCPT-01')
    await using simulator = await startSimulator({ deliveryMs: 30, readMs: 60 })
    await using client = await linkedClient(simulator, owner)
    const receipts: { type: string | undefined; id: string | undefined; at: number }[] = []
    client.socket.ws.on('CB:receipt', ({ attrs }) => {
      receipts.push({ type: attrs.type, id: attrs.id, at: performance.now() })
    })
    const sentAt = performance.now()
    const sent = await client.socket.sendMessage(jidOf(bob), { text: 'hi' })
    await client.status(sent?.key.id, read)
    assert.deepEqual(
      receipts.map(({ type, id }) => ({ type, id })),
      [undefined, 'read'].map((type) => ({ type, id: sent?.key.id })),
    )
    const [delivery, reading] = receipts.map(({ at }) => at - sentAt)
    assert.ok(delivery && delivery >= 29, `delivered after ${delivery} ms`)
    assert.ok(reading && reading >= 59, `read after ${reading} ms`)
  })

  test('receipts can be limited and switched off', async () => {
    verifies('RCPT-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const receipts: Record<string, string>[] = []
    client.socket.ws.on('CB:receipt', ({ attrs }) => receipts.push(attrs))
    const settings = simulator.setReceipts(bob, { mode: 'none' })
    assert.deepEqual(settings, { mode: 'none', deliveryMs: 10, readMs: 20 })
    await client.socket.sendMessage(jidOf(bob), { text: 'unanswered' })
    await simulator.nextMessage(bob)
    simulator.setReceipts(bob, { mode: 'delivery', deliveryMs: 0 })
    const second = await client.socket.sendMessage(jidOf(bob), { text: 'delivered' })
    await simulator.nextMessage(bob)
    await roundTrip(client)
    assert.deepEqual(
      receipts.map(({ id, type }) => ({ id, type })),
      [{ id: second?.key.id, type: undefined }],
    )
  })

  test('a phone learns what the client received, and what it read', async () => {
    verifies('RCPT-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'read me' })
    const arrival = await simulator.nextEvent(bob, ({ type }) => type === 'receipt')
    const expected = { type: 'receipt', ids: [id], from: `${owner}@c.us`, chat: `${owner}@c.us` }
    const { at, ...rest } = arrival
    assert.ok(Date.parse(at))
    assert.deepEqual(rest, { ...expected, receipt: 'delivered' })
    const message = await client.message(({ key }) => key.id === id)
    await client.socket.readMessages([message.key])
    const reading = await simulator.nextEvent(bob)
    assert.equal(reading.type === 'receipt' && reading.receipt, 'read')
  })

  test('what came while the client was away comes at its login, in order, and is then done with', async () => {
    verifies('QUEUE-01', 'QUEUE-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await client.close()
    const texts = Array.from({ length: 20 }, (_, index) => `while away ${index}`)
    for (const text of texts) await simulator.sendMessage(bob, { to: owner, text })
    assert.equal(client.device?.pending, 20)
    client.connect()
    const received: string[] = []
    while (received.length < texts.length) {
      const { messages, type } = await client.next('messages.upsert')
      if (type === 'append') received.push(...messages.map((message) => textOf(message) ?? ''))
    }
    assert.deepEqual(received, texts)
    await client.open()
    await roundTrip(client)
    await client.acknowledged()
  })

  test('what the client did not acknowledge comes again after it lost its memory of it', async () => {
    verifies('QUEUE-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await roundTrip(client)
    const store = new Map(client.auth.store)
    muteClient(client)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'once more' })
    await client.message(({ key }) => key.id === id)
    assert.equal(client.device?.pending, 1)
    await client.close()
    client.auth.store.clear()
    for (const [key, value] of store) client.auth.store.set(key, value)
    client.connect()
    const again = await client.message(({ key }) => key.id === id)
    assert.equal(textOf(again), 'once more')
    await client.open()
    await roundTrip(client)
    await client.acknowledged()
  })

  test('a message that the client cannot read is sent again under a new session', async () => {
    verifies('RETRY-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await simulator.sendMessage(bob, { to: owner, text: 'first' })
    await client.message((message) => textOf(message) === 'first')
    await client.socket.sendMessage(jidOf(bob), { text: 'answer' })
    await simulator.nextMessage(bob)
    for (const key of client.auth.store.keys()) if (key.startsWith('session|')) client.auth.store.delete(key)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'lost key' })
    const message = await client.message(({ key, message: content }) => key.id === id && Boolean(content))
    assert.equal(textOf(message), 'lost key')
    await client.socket.sendMessage(jidOf(bob), { text: 'still fine' })
    assert.equal((await simulator.nextMessage(bob)).text, 'still fine')
    await simulator.nextEvent(bob, (event) => event.type === 'receipt' && event.ids.includes(id))
    await roundTrip(client)
    // The refusal of the first copy comes after the second one was read.
    await client.acknowledged()
  })

  test('a phone asks for a message again and shows it once', async () => {
    verifies('RETRY-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'undecryptable', phone: bob, count: 2 })
    const sent = await client.socket.sendMessage(jidOf(bob), { text: 'what?' })
    const shown = await simulator.nextMessage(bob)
    assert.deepEqual([shown.id, shown.text], [sent?.key.id, 'what?'])
    await client.status(sent?.key.id, read)
    const account = simulator.state().accounts.find(({ phone }) => phone === bob)
    assert.deepEqual([account?.messages, account?.duplicates], [1, 0])
  })

  test('a client that lost its latest keys is understood again, without a duplicate', async () => {
    verifies('RETRY-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const exchange = async (text: string) => {
      await client.socket.sendMessage(jidOf(bob), { text })
      await simulator.nextMessage(bob, (message) => message.text === text)
      const { id } = await simulator.sendMessage(bob, { to: owner, text: `${text} back` })
      await client.message(({ key, message }) => key.id === id && Boolean(message))
    }
    await exchange('one')
    const store = new Map(client.auth.store)
    for (const text of ['two', 'three']) await exchange(text)
    await client.close()
    client.auth.store.clear()
    for (const [key, value] of store) client.auth.store.set(key, value)
    client.connect()
    await client.open()
    for (const text of ['four', 'five', 'six']) await exchange(text)
    for (const text of ['one', 'two', 'three', 'four', 'five', 'six']) {
      await simulator.nextMessage(owner, (message) => message.fromMe === true && message.text === text)
    }
    const account = simulator.state().accounts.find(({ phone }) => phone === bob)
    assert.deepEqual([account?.messages, account?.duplicates], [6, 0])
  })

  test('a phone sees that the client types, records and stops', async () => {
    verifies('PRES-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const seen: string[] = []
    for (const state of ['composing', 'recording', 'paused'] as const) {
      await client.socket.sendPresenceUpdate(state, jidOf(bob))
      const event = await simulator.nextEvent(bob, ({ type }) => type === 'typing')
      if (event.type === 'typing') seen.push(event.state)
    }
    assert.deepEqual(seen, ['composing', 'recording', 'paused'])
    // A client that does not know its own name yet sends none of its presence.
    await client.next('creds.update', ({ me }) => Boolean(me?.name))
    await client.socket.sendPresenceUpdate('available')
    const own = await simulator.nextEvent(owner, ({ type }) => type === 'presence')
    assert.equal(own.type === 'presence' && own.state, 'available')
  })

  test('a client sees presence it subscribed to, and typing', async () => {
    verifies('PRES-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await client.socket.presenceSubscribe(jidOf(bob))
    const states = async (expected: string) => {
      await client.next('presence.update', ({ presences }) =>
        Object.values(presences).some(({ lastKnownPresence }) => lastKnownPresence === expected),
      )
    }
    await states('unavailable')
    simulator.setPresence(bob, { state: 'available' })
    await states('available')
    simulator.setPresence(bob, { state: 'composing', to: owner })
    await states('composing')
    simulator.setPresence(bob, { state: 'recording', to: owner })
    await states('recording')
    assert.throws(() => simulator.setPresence(bob, { state: 'composing' }), { field: 'to' })
  })

  test('a setting that the client changes reaches the phone', async () => {
    verifies('SYNC-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await client.socket.chatModify({ pin: true }, jidOf(bob))
    await client.socket.updateProfileName('Olga the Great')
    const { settings, name } = simulator.state().accounts.find(({ phone }) => phone === owner) ?? {}
    assert.ok(Object.keys(settings ?? {}).includes(`["pin_v1","${jidOf(bob)}"]`))
    assert.equal(name, 'Olga the Great')
  })
})
