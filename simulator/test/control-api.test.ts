import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Simulator, SimulatorError } from '../src/index.ts'
import { bob, Client, carol, jidOf, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

type Answer = { status: number; body: Record<string, unknown> }

async function call(simulator: Simulator, method: string, path: string, body?: unknown): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${simulator.controlUrl}${path}`, {
    method,
    ...(body !== undefined && { body: text, headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

suite('control API', () => {
  test('a client is linked, written to, read and unlinked through it', async () => {
    verifies('CTRL-01')
    await using simulator = await startSimulator()
    const post = (path: string, body: unknown) => call(simulator, 'POST', path, body)
    const created = await post('/accounts', { phone: '+1 (555) 000-4444', name: 'Dora', business: true })
    assert.equal(created.status, 201)
    assert.equal(created.body.id, '15550004444@c.us')
    await using client = new Client(simulator)
    const { qr } = await client.next('connection.update', (update) => update.qr !== undefined)
    assert.deepEqual(await post(`/accounts/${owner}/scan`, { code: qr }), {
      status: 200,
      body: { phone: owner, device: 1 },
    })
    await client.open()
    await post(`/accounts/${bob}/receipts`, { mode: 'delivery', deliveryMs: 0 })
    const { status, body } = await post(`/accounts/${bob}/messages`, { to: `${owner}@c.us`, text: 'hi' })
    assert.equal(status, 201)
    await client.message(({ key }) => key.id === body.id)
    const group = await post('/groups', { subject: 'Club', owner: bob, members: [owner] })
    assert.equal(group.status, 201)
    assert.equal((await post(`/groups/${group.body.id}/members`, { members: [carol] })).status, 200)
    const written = await post(`/groups/${group.body.id}/messages`, { from: carol, text: 'hello' })
    const message = await client.message(({ key }) => key.id === written.body.id)
    assert.equal(textOf(message), 'hello')
    await client.socket.sendMessage(jidOf(bob), { text: 'bye' })
    await simulator.nextMessage(bob, ({ text }) => text === 'bye')
    const shown = await call(simulator, 'GET', `/accounts/${bob}/messages`)
    assert.deepEqual(
      (shown.body as unknown as { text: string }[]).map(({ text }) => text),
      ['hello', 'bye'],
    )
    await post(`/accounts/${bob}/presence`, { state: 'composing', to: owner })
    await simulator.nextEvent(owner, ({ type }) => type === 'typing')
    assert.equal((await call(simulator, 'GET', `/accounts/${bob}/events`)).status, 200)
    const disconnected = client.disconnectCode()
    assert.equal((await post('/faults', { phone: owner, kind: 'logout' })).status, 200)
    assert.equal(await disconnected, 401)
  })

  test('a pairing code is typed through it', async () => {
    verifies('CTRL-01')
    await using simulator = await startSimulator()
    await using client = new Client(simulator)
    await client.next('connection.update', (update) => update.qr !== undefined)
    const code = await client.socket.requestPairingCode(owner)
    await simulator.nextPairingRequest(owner)
    const paired = await call(simulator, 'POST', `/accounts/${owner}/pair`, { code })
    assert.deepEqual(paired, { status: 200, body: { phone: owner, device: 1 } })
    await client.open()
  })

  test('errors name what is wrong', async () => {
    verifies('CTRL-02')
    await using simulator = await startSimulator()
    const cases: [string, string, unknown, number, string | undefined][] = [
      ['POST', '/accounts', { phone: 'abc', name: 'A' }, 422, 'phone'],
      ['POST', '/accounts', { phone: bob }, 422, 'name'],
      ['POST', '/accounts', { phone: bob, name: 'B', age: 3 }, 422, 'age'],
      ['POST', '/accounts', '{', 400, undefined],
      ['POST', '/accounts', 'x'.repeat(1_100_000), 413, undefined],
      ['POST', '/accounts', undefined, 422, 'phone'],
      ['PUT', '/accounts', {}, 405, undefined],
      ['GET', '/nothing', undefined, 404, undefined],
      ['GET', '/accounts/19990000000/messages', undefined, 404, 'phone'],
      ['GET', '/accounts/%E0/messages', undefined, 400, undefined],
      ['GET', `/accounts/${bob}/messages?since=yesterday`, undefined, 422, 'since'],
      ['POST', `/accounts/${bob}/messages`, { to: '19990000000', text: 'x' }, 404, 'to'],
      ['POST', `/accounts/${bob}/messages`, { to: owner, text: '' }, 422, 'text'],
      ['POST', `/accounts/${bob}/messages`, { to: owner, text: 'x', mentions: ['y'] }, 422, 'mentions.0'],
      ['POST', `/accounts/${bob}/scan`, { code: 'nonsense' }, 422, 'code'],
      ['POST', `/accounts/${bob}/scan`, {}, 422, 'code'],
      ['POST', `/accounts/${bob}/receipts`, { mode: 'sometimes' }, 422, 'mode'],
      ['POST', '/groups', { subject: 'x', owner: bob, members: ['19990000000'] }, 404, 'members'],
      ['POST', '/groups/123@g.us/messages', { from: bob, text: 'x' }, 404, 'id'],
      ['POST', '/faults', { kind: 'earthquake' }, 422, 'kind'],
      ['POST', '/faults', { kind: 'drop', phone: '19990000000' }, 404, 'phone'],
    ]
    for (const [method, path, body, status, field] of cases) {
      const answer = await call(simulator, method, path, body)
      const error = answer.body.error as { status: number; message: string; field?: string }
      assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`)
      assert.equal(error.status, status)
      assert.equal(error.field, field, `${method} ${path}: ${error.message}`)
      assert.ok(error.message.length > 5)
    }
    assert.throws(() => simulator.createAccount({ phone: '1', name: 'x' }), SimulatorError)
  })

  test('since takes a time and leaves out what is older', async () => {
    verifies('CTRL-03')
    await using simulator = await startSimulator()
    await simulator.sendMessage(bob, { to: carol, text: 'old' })
    const [old] = simulator.messages(carol)
    const next = Date.parse(old?.receivedAt ?? '') + 1
    while (Date.now() < next) await simulator.nextMessage(carol, () => false, 1).catch(() => undefined)
    await simulator.sendMessage(bob, { to: carol, text: 'new' })
    for (const since of [String(next), new Date(next).toISOString()]) {
      const { body } = await call(simulator, 'GET', `/accounts/${carol}/messages?since=${since}`)
      assert.deepEqual(
        (body as unknown as { text: string }[]).map(({ text }) => text),
        ['new'],
      )
    }
    assert.equal(simulator.messages(carol).length, 2)
  })

  test('a reset makes a new world', async () => {
    verifies('CTRL-04')
    await using simulator = await startSimulator()
    await using client = new Client(simulator)
    await client.next('connection.update', (update) => update.qr !== undefined)
    const disconnected = client.disconnectCode()
    assert.equal((await call(simulator, 'POST', '/reset')).status, 200)
    assert.equal(await disconnected, 428)
    const { body } = await call(simulator, 'GET', '/state')
    assert.deepEqual([body.accounts, body.groups, body.faults], [[], [], []])
  })
})
