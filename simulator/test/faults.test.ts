import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Simulator } from '../src/index.ts'
import { bob, Client, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

const ping = { tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' } }

/** Whether the server answers a ping within the time. */
async function answers(client: Client, timeoutMs: number): Promise<boolean> {
  const attrs = { ...ping.attrs, id: client.socket.generateMessageTag() }
  const query = { ...ping, attrs, content: [{ tag: 'ping', attrs: {} }] }
  try {
    await client.socket.query(query, timeoutMs)
    return true
  } catch (error) {
    if ((error as Error).message === 'Timed Out') return false
    throw error
  }
}

function kinds(simulator: Simulator): string[] {
  return simulator.state().faults.map(({ kind }) => kind)
}

suite('faults', () => {
  test('drop ends the connection, and the client can come back', async () => {
    verifies('FAULT-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'drop', phone: owner })
    assert.equal(await client.disconnectCode(), 428)
    client.connect()
    await client.open()
  })

  test('conflict replaces the client', async () => {
    verifies('FAULT-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'conflict', phone: owner })
    assert.equal(await client.disconnectCode(), 440)
    client.connect()
    await client.open()
  })

  test('logout unlinks the client for good', async () => {
    verifies('FAULT-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'logout', phone: owner })
    assert.equal(await client.disconnectCode(), 401)
    client.connect()
    assert.equal(await client.disconnectCode(), 401)
  })

  test('ban refuses connection and logins until it is lifted', async () => {
    verifies('FAULT-04', 'FAULT-10')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'ban', phone: owner })
    assert.equal(await client.disconnectCode(), 403)
    for (let attempt = 0; attempt < 2; attempt++) {
      client.connect()
      assert.equal(await client.disconnectCode(), 403)
    }
    simulator.fault({ kind: 'ban', phone: owner, clear: true })
    client.connect()
    await client.open()
  })

  test('unavailable refuses as many logins as wanted', async () => {
    verifies('FAULT-05', 'FAULT-10')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'unavailable', count: 2 })
    for (let attempt = 0; attempt < 3; attempt++) {
      assert.equal(await client.disconnectCode(), 503)
      client.connect()
    }
    await client.open()
    assert.deepEqual(kinds(simulator), [])
  })

  test('outdated refuses linked clients and those that want to be linked', async () => {
    verifies('FAULT-06')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'outdated' })
    assert.equal(await client.disconnectCode(), 405)
    client.connect()
    assert.equal(await client.disconnectCode(), 405)
    await using other = new Client(simulator)
    assert.equal(await other.disconnectCode(), 405)
    simulator.fault({ kind: 'none' })
    assert.deepEqual(kinds(simulator), [])
  })

  test('ack_error refuses messages with a code, to one chat when it says so', async () => {
    verifies('FAULT-07', 'FAULT-10')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'ack_error', phone: owner, code: 463, to: bob, count: 2 })
    const refusals: (string | undefined)[] = []
    for (const phone of [bob, carol, bob, bob]) {
      const acknowledged = client.acknowledgement()
      await client.socket.sendMessage(jidOf(phone), { text: 'hello' })
      refusals.push((await acknowledged).error)
    }
    assert.deepEqual(refusals, ['463', undefined, '463', undefined])
    await simulator.nextMessage(bob)
    assert.equal(simulator.messages(bob).length, 1)
    simulator.fault({ kind: 'ack_error', phone: owner })
    const acknowledged = client.acknowledgement()
    const sent = await client.socket.sendMessage(jidOf(bob), { text: 'refused' })
    await acknowledged
    client.socket.ev.flush()
    await client.status(sent?.key.id, 0)
  })

  test('ack_error with 463 shows as the reach-out time lock', async () => {
    verifies('FAULT-07')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    assert.equal((await client.socket.fetchAccountReachoutTimelock()).isActive, false)
    simulator.fault({ kind: 'ack_error', phone: owner, code: 463, durationMs: 60_000 })
    const { isActive, timeEnforcementEnds } = await client.socket.fetchAccountReachoutTimelock()
    assert.equal(isActive, true)
    const leftMs = (timeEnforcementEnds?.getTime() ?? 0) - Date.now()
    assert.ok(leftMs > 50_000 && leftMs <= 61_000, `${leftMs} ms left`)
    simulator.fault({ kind: 'ack_error', phone: owner, clear: true })
    assert.equal((await client.socket.fetchAccountReachoutTimelock()).isActive, false)
  })

  test('deaf: nothing is answered or carried until it is over, and then nothing is lost', async () => {
    verifies('FAULT-08', 'FAULT-10')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.fault({ kind: 'deaf', phone: owner, durationMs: 60_000 })
    assert.equal(await answers(client, 100), false)
    const { id } = await simulator.sendMessage(bob, { to: owner, text: 'into the void' })
    simulator.fault({ kind: 'deaf', phone: owner, clear: true })
    assert.equal(textOf(await client.message(({ key }) => key.id === id)), 'into the void')
    assert.equal(await answers(client, 5000), true)
  })

  test('deaf: a client that listens in vain gives up, and its next connection works', async () => {
    verifies('FAULT-08')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner, { keepAliveIntervalMs: 50 })
    simulator.fault({ kind: 'deaf', phone: owner })
    assert.equal(await client.disconnectCode(), 408)
    client.connect()
    await client.open()
  })

  test('slow: every frame to the client is late, and in order', async () => {
    verifies('FAULT-09', 'FAULT-10')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    assert.throws(() => simulator.fault({ kind: 'slow', phone: owner }), { field: 'delayMs' })
    simulator.fault({ kind: 'slow', phone: owner, delayMs: 300 })
    const startedAt = performance.now()
    assert.equal(await answers(client, 5000), true)
    assert.ok(performance.now() - startedAt >= 299)
    await Promise.all(['a', 'b', 'c'].map((text) => simulator.sendMessage(bob, { to: owner, text })))
    for (const text of ['a', 'b', 'c']) await client.message((message) => textOf(message) === text)
    simulator.fault({ kind: 'none' })
    const fastAt = performance.now()
    assert.equal(await answers(client, 5000), true)
    assert.ok(performance.now() - fastAt < 290)
  })

  test('shuffle: messages overtake each other, and all arrive', async () => {
    verifies('FAULT-16')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    assert.throws(() => simulator.fault({ kind: 'shuffle', phone: owner }), { field: 'delayMs' })
    simulator.fault({ kind: 'shuffle', phone: owner, delayMs: 200 })
    const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`)
    for (const text of texts) await simulator.sendMessage(bob, { to: owner, text })
    const seen: string[] = []
    while (seen.length < texts.length) {
      const message = await client.message((one) => {
        const text = textOf(one)
        return text !== undefined && texts.includes(text) && !seen.includes(text)
      })
      seen.push(textOf(message) ?? '')
    }
    assert.deepEqual(seen.toSorted(), texts.toSorted())
    assert.notDeepEqual(seen, texts)
  })
})
