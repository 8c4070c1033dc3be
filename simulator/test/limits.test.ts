import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, carol, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { verifies } from './verifies.ts'

const dora = '15550004444'
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()

suite('limits', () => {
  test('too many queries are refused with 429, and no others', async () => {
    verifies('LIMIT-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = simulator.createGroup({ subject: 'Club', owner, members: [bob] })
    const { socket } = client
    simulator.setLimits(owner, { queriesPerMinute: { groups: 2, contacts: 1 } })
    await socket.groupMetadata(id)
    await socket.groupMetadata(id)
    await assert.rejects(socket.groupMetadata(id), { data: 429, message: 'rate-overlimit' })
    await socket.onWhatsApp(bob)
    await assert.rejects(socket.onWhatsApp(carol), { data: 429 })
    const sent = await socket.sendMessage(jidOf(carol), { text: 'devices may be asked for' })
    await simulator.nextMessage(carol, (message) => message.id === sent?.key.id)
    simulator.setLimits(owner, { queriesPerMinute: { groups: null } })
    assert.equal((await socket.groupMetadata(id)).subject, 'Club')
    await assert.rejects(socket.onWhatsApp(carol), { data: 429 })
    simulator.setLimits(owner, { queriesPerMinute: null })
    assert.equal((await socket.onWhatsApp(carol))?.[0]?.exists, true)
  })

  test('under a reach-out lock only who is in touch may be written to', async () => {
    verifies('LIMIT-02')
    await using simulator = await startSimulator()
    simulator.createAccount({ phone: dora, name: 'Dora' })
    await using client = await linkedClient(simulator, owner)
    await simulator.sendMessage(bob, { to: owner, text: 'hello' })
    await client.next('messages.upsert', ({ messages }) => messages[0]?.key.remoteJid === jidOf(bob))
    const until = Math.ceil(Date.now() / 1000) * 1000 + 3_600_000
    const shown = simulator.setLimits(owner, { reachOutLock: { until: new Date(until).toISOString() } })
    assert.deepEqual(shown.reachOutLock?.enforcement, 'WEB_COMPANION_ONLY')
    const told = await client.next('connection.update', ({ reachoutTimeLock }) => !!reachoutTimeLock)
    assert.equal(told.reachoutTimeLock?.isActive, true)
    assert.equal(told.reachoutTimeLock?.timeEnforcementEnds?.getTime(), until)
    const asked = await client.socket.fetchAccountReachoutTimelock()
    assert.deepEqual([asked.isActive, asked.timeEnforcementEnds?.getTime()], [true, until])
    const refused = client.acknowledgement()
    const first = await client.socket.sendMessage(jidOf(dora), { text: 'hi' })
    assert.equal((await refused).error, '463')
    await client.status(first?.key.id, 0)
    const known = await client.socket.sendMessage(jidOf(bob), { text: 'hi' })
    await simulator.nextMessage(bob, ({ id }) => id === known?.key.id)
    const isLifted = (update: { reachoutTimeLock?: { isActive?: boolean } }) =>
      update.reachoutTimeLock?.isActive === false
    simulator.setLimits(owner, { reachOutLock: { until: inMs(50) } })
    await client.next('connection.update', isLifted)
    const later = await client.socket.sendMessage(jidOf(dora), { text: 'now' })
    await simulator.nextMessage(dora, ({ id }) => id === later?.key.id)
  })

  test('messages to people who never wrote are counted and capped', async () => {
    verifies('LIMIT-03')
    await using simulator = await startSimulator()
    simulator.createAccount({ phone: dora, name: 'Dora' })
    await using client = await linkedClient(simulator, owner)
    assert.equal((await client.socket.fetchNewChatMessageCap()).total_quota, -1)
    await simulator.sendMessage(bob, { to: owner, text: 'hello' })
    const cycleEnds = inMs(86_400_000)
    simulator.setLimits(owner, { newChats: { quota: 4, used: 2, cycleEnds } })
    assert.equal((await client.next('message-capping.update')).capping_status, 'NONE')
    const send = async (phone: string) => {
      const acknowledged = client.acknowledgement()
      await client.socket.sendMessage(jidOf(phone), { text: 'offer' })
      return (await acknowledged).error
    }
    assert.equal(await send(dora), undefined)
    const warned = await client.next('message-capping.update')
    assert.deepEqual([warned.used_quota, warned.capping_status], [3, 'FIRST_WARNING'])
    assert.equal(await send(bob), undefined)
    assert.equal(await send(carol), undefined)
    assert.equal((await client.next('message-capping.update')).capping_status, 'CAPPED')
    assert.equal(await send(carol), '475')
    assert.equal(await send(bob), undefined)
    const cap = await client.socket.fetchNewChatMessageCap()
    assert.deepEqual([cap.total_quota, cap.used_quota, cap.capping_status], [4, 4, 'CAPPED'])
    assert.equal(cap.cycle_end_timestamp, String(Math.floor(Date.parse(cycleEnds) / 1000)))
    await simulator.sendMessage(carol, { to: owner, text: 'yes?' })
    assert.equal(await send(carol), undefined)
    simulator.setLimits(owner, { newChats: null })
    assert.equal(await send(dora), undefined)
  })

  test('a client that is too old is not let in', async () => {
    verifies('LIMIT-04')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner, { version: [2, 3000, 1000] })
    await client.close()
    simulator.limits.requireVersion({ minimum: '2.3000.1001' })
    await client.disconnectCode()
    client.connect()
    assert.equal(await client.disconnectCode(), 405)
    simulator.limits.requireVersion({ minimum: '2.3000.1000' })
    client.connect()
    await client.open()
  })

  test('the control API sets and tells them', async () => {
    verifies('CTRL-01', 'CTRL-02')
    await using simulator = await startSimulator()
    const put = (path: string, body: unknown) =>
      fetch(`${simulator.controlUrl}${path}`, { method: 'PUT', body: JSON.stringify(body) })
    const path = `/accounts/${owner}/limits`
    const until = inMs(60_000)
    assert.equal((await put(path, { queriesPerMinute: { groups: 5 }, reachOutLock: { until } })).status, 200)
    assert.equal((await put(path, { newChats: { quota: 9, used: 9 } })).status, 200)
    const view = (await (await fetch(`${simulator.controlUrl}${path}`)).json()) as Record<string, object>
    assert.deepEqual(view.queriesPerMinute, { groups: 5 })
    assert.deepEqual(view.reachOutLock, { until, enforcement: 'WEB_COMPANION_ONLY' })
    assert.equal((view.newChats as { status: string }).status, 'CAPPED')
    assert.equal((await put(path, { newChats: { quota: -1 } })).status, 422)
    assert.equal((await put('/client-version', { minimum: 'two' })).status, 422)
    assert.equal((await put('/client-version', { minimum: null })).status, 200)
  })
})

suite('devices', () => {
  test('the owner unlinks one device, and who writes to the account hears of it', async () => {
    verifies('USYNC-03')
    await using simulator = await startSimulator()
    await using first = await linkedClient(simulator, owner)
    await using second = await linkedClient(simulator, owner)
    await using writer = await linkedClient(simulator, bob)
    const send = async (text: string) => {
      const sent = await writer.socket.sendMessage(jidOf(owner), { text })
      await first.message(({ key }) => key.id === sent?.key.id)
      return sent?.key.id
    }
    const before = await send('to both')
    await second.message(({ key }) => key.id === before)
    const told = new Promise<string[]>((resolve) => {
      writer.socket.ws.on('CB:notification,type:devices', ({ content }) => {
        const [change] = content as { tag: string; content: { attrs: { jid: string } }[] }[]
        if (change?.tag === 'remove') resolve(change.content.flatMap(({ attrs }) => attrs.jid ?? []))
      })
    })
    simulator.unlink(owner, { device: 2 })
    assert.equal(await second.disconnectCode(), 401)
    assert.deepEqual(await told, [`${owner}:2@s.whatsapp.net`])
    // The library acknowledges a change of devices when it has taken note of it.
    await writer.acknowledged()
    await send('to one')
    assert.equal(simulator.state().accounts.find(({ phone }) => phone === owner)?.devices.length, 1)
    assert.throws(() => simulator.unlink(owner, { device: 2 }), { status: 404, field: 'device' })
    simulator.unlink(owner)
    assert.equal(await first.disconnectCode(), 401)
  })
})
