import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { WACallEvent } from 'baileys'
import { bob, type Client, carol, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { verifies } from './verifies.ts'

async function nextCall(client: Client, id: string, status: WACallEvent['status']): Promise<WACallEvent> {
  const calls = await client.next('call', ([one]) => one?.id === id && one.status === status)
  const [call] = calls
  assert.ok(call)
  return call
}

suite('calls', () => {
  test('a client hears of a call and rejects it, which the caller learns', async () => {
    verifies('CALL-01', 'CALL-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using second = await linkedClient(simulator, owner)
    const { id } = simulator.call(bob, { to: owner, video: true })
    const call = await nextCall(client, id, 'offer')
    assert.equal(call.from, jidOf(bob))
    assert.equal(call.chatId, jidOf(bob))
    assert.equal(call.isVideo, true)
    assert.equal(call.isGroup, false)
    await nextCall(second, id, 'offer')
    const offered = await simulator.nextEvent(owner, ({ type }) => type === 'call')
    const { at: _at, ...event } = offered
    const expected = { type: 'call', call: id, video: true, from: `${bob}@c.us`, chat: `${bob}@c.us` }
    assert.deepEqual(event, { ...expected, state: 'offered' })
    await client.socket.rejectCall(call.id, call.from)
    const rejected = await simulator.nextEvent(bob, ({ type }) => type === 'call')
    assert.deepEqual(
      { ...rejected, at: '' },
      { ...expected, from: `${owner}@c.us`, chat: `${owner}@c.us`, state: 'rejected', at: '' },
    )
    await nextCall(second, id, 'terminate')
    assert.throws(() => simulator.endCall(bob, id), { status: 404, field: 'id' })
  })

  test('a call ends when the caller hangs up, when nobody answers, or when the phone answers', async () => {
    verifies('CALL-01', 'CALL-03')
    await using simulator = await startSimulator()
    simulator.createAccount({ phone: bob, name: 'Bob', addressing: 'lid' })
    await using client = await linkedClient(simulator, owner)
    const ended = simulator.call(bob, { to: owner })
    const offer = await nextCall(client, ended.id, 'offer')
    assert.match(offer.from, /@lid$/)
    assert.equal(offer.callerPn, jidOf(bob))
    simulator.endCall(bob, ended.id)
    await nextCall(client, ended.id, 'terminate')
    const missed = simulator.call(bob, { to: owner, ringMs: 20 })
    await nextCall(client, missed.id, 'timeout')
    const accepted = simulator.call(bob, { to: owner })
    await nextCall(client, accepted.id, 'offer')
    assert.throws(() => simulator.actOnCall(carol, accepted.id, { action: 'accept' }), { field: 'phone' })
    assert.throws(() => simulator.actOnCall(bob, accepted.id, { action: 'accept' }), { field: 'phone' })
    simulator.actOnCall(owner, accepted.id, { action: 'accept' })
    await nextCall(client, accepted.id, 'terminate')
    await simulator.nextEvent(bob, (event) => event.type === 'call' && event.state === 'accepted')
    simulator.endCall(owner, accepted.id)
    await simulator.nextEvent(bob, (event) => event.type === 'call' && event.state === 'ended')
  })

  test('a client that was away hears of a missed call at its next login', async () => {
    verifies('CALL-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await client.close()
    const { id } = simulator.call(bob, { to: owner, ringMs: 0 })
    client.connect()
    assert.equal((await nextCall(client, id, 'offer')).offline, true)
    await nextCall(client, id, 'timeout')
  })

  test('a call in a group reaches its members', async () => {
    verifies('CALL-04')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const group = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner] })
    const { id } = simulator.call(bob, { to: group.id })
    const call = await nextCall(client, id, 'offer')
    assert.equal(call.isGroup, true)
    assert.equal(call.groupJid, group.id)
    assert.throws(() => simulator.call(carol, { to: group.id }), { status: 422, field: 'to' })
    assert.throws(() => simulator.call(bob, { to: bob }), { status: 422, field: 'to' })
  })

  test('a client calls a phone, and gets a link to a call', async () => {
    verifies('CALL-05')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const offer = { 'call-id': 'CALL1', 'call-creator': client.auth.creds.me?.id ?? '' }
    const send = (tag: string) =>
      client.socket.query({
        tag: 'call',
        attrs: { to: jidOf(bob) },
        content: [{ tag, attrs: offer, content: [{ tag: 'audio', attrs: {} }] }],
      })
    await send('offer')
    const rings = await simulator.nextEvent(bob, ({ type }) => type === 'call')
    assert.ok(rings.type === 'call' && rings.state === 'offered' && rings.call === 'CALL1')
    simulator.actOnCall(bob, 'CALL1', { action: 'accept' })
    await nextCall(client, 'CALL1', 'accept')
    await send('terminate')
    await simulator.nextEvent(bob, (event) => event.type === 'call' && event.state === 'ended')
    assert.match((await client.socket.createCallLink('video')) ?? '', /^[\w-]{22}$/)
  })
})
