import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { createSimulator, type Simulator } from '../src/index.ts'
import { bob, Client, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

const folder = mkdtempSync(join(tmpdir(), 'simulator-'))
after(() => rmSync(folder, { recursive: true }))

/** Two messages between the owner's client and a chat, so that keys are in use on both sides. */
async function talk(simulator: Simulator, client: Client, group: string): Promise<void> {
  const toBob = await client.socket.sendMessage(jidOf(bob), { text: 'to Bob' })
  await simulator.nextMessage(bob, ({ id }) => id === toBob?.key.id)
  const ofBob = await simulator.sendMessage(bob, { to: owner, text: 'of Bob' })
  await client.message(({ key, message }) => key.id === ofBob.id && message !== undefined)
  const toAll = await client.socket.sendMessage(group, { text: 'to all' })
  for (const phone of [bob, carol]) await simulator.nextMessage(phone, ({ id }) => id === toAll?.key.id)
  const ofCarol = await simulator.sendGroupMessage(group, { from: carol, text: 'of Carol' })
  const read = await client.message(({ key }) => key.id === ofCarol.id)
  assert.equal(textOf(read), 'of Carol')
}

suite('persistence', () => {
  test('after a restart clients log in with the keys they have, and nothing is lost', async () => {
    verifies('SAVE-01')
    const state = join(folder, 'restart')
    const first = await startSimulator({ state })
    const linked = await linkedClient(first, owner)
    const { id: group } = first.createGroup({ subject: 'Club', owner: bob, members: [owner, carol] })
    const { id: channel } = first.channels.create({ owner: bob, name: 'News' })
    await talk(first, linked, group)
    await linked.socket.chatModify({ pin: true }, jidOf(bob))
    await first.appState.label(owner, { id: '1', name: 'Paid' })
    first.setHistory(owner, { chats: [{ with: carol, generate: { count: 12 } }] })
    first.script(bob, [{ when: { text: 'ping' }, answer: { text: 'pong' } }])
    first.setLimits(owner, { queriesPerMinute: { groups: 1000 }, newChats: { quota: 50 } })
    first.fault({ kind: 'ack_error', phone: owner, to: carol, code: 500 })
    const bytes = randomBytes(5000)
    const picture = await first.sendMessage(bob, { to: owner, media: { kind: 'image', bytes } })
    await linked.message(({ key }) => key.id === picture.id)
    const before = {
      app: first.appStateOf(owner),
      limits: first.limits.of(owner),
      messages: first.messages(bob),
    }
    await linked.close()
    const missed = await first.sendMessage(bob, { to: owner, text: 'while you were away' })
    await first.close()

    await using second = await createSimulator({ state, deliveryMs: 10, readMs: 20 })
    assert.deepEqual(
      { app: second.appStateOf(owner), limits: second.limits.of(owner), messages: second.messages(bob) },
      before,
    )
    assert.ok((await second.mediaOf(owner, picture.id)).equals(bytes))
    await using client = new Client(second, {}, linked.auth)
    await client.open()
    const waited = await client.message(({ key }) => key.id === missed.id)
    assert.equal(textOf(waited), 'while you were away')
    await talk(second, client, group)
    await client.socket.sendMessage(jidOf(bob), { text: 'ping' })
    await client.message((message) => textOf(message) === 'pong')
    const refused = await client.socket.sendMessage(jidOf(carol), { text: 'refused' })
    await client.status(refused?.key.id, 0)
    await second.appState.pin(owner, { chat: bob, pinned: false })
    await client.next('chats.update', (list) => list.some(({ pinned }) => pinned === null))
    const asked = await client.socket.fetchMessageHistory(5, { remoteJid: jidOf(carol) }, 0)
    const chunk = await client.next('messaging-history.set', (one) => one.peerDataRequestSessionId === asked)
    assert.equal(chunk.messages.length, 5)
    assert.equal(second.channels.describe(channel).name, 'News')
    const { accounts, counters } = second.state()
    assert.equal(counters.undecryptable + counters.problems, 0)
    assert.deepEqual(
      accounts.map(({ undecryptable, duplicates }) => undecryptable + duplicates),
      [0, 0, 0],
    )
    await using another = await linkedClient(second, owner)
    assert.match(another.auth.creds.me?.id ?? '', /:2@/)
  })

  test('a world is saved on demand and loaded into another simulator', async () => {
    verifies('SAVE-02')
    const state = join(folder, 'demand')
    await using first = await startSimulator({ state })
    await using client = await linkedClient(first, owner)
    const saved = await fetch(`${first.controlUrl}/save`, { method: 'POST' })
    assert.deepEqual([saved.status, await saved.json()], [200, { file: state }])
    await using other = await startSimulator()
    other.createAccount({ phone: '15550009999', name: 'Somebody' })
    await other.load(state)
    assert.deepEqual(
      other.state().accounts.map(({ name, devices }) => [name, devices.length]),
      [
        ['Olga Owner', 1],
        ['Bob', 0],
        ['Carol', 0],
      ],
    )
    await client.close()
    await using moved = new Client(other, {}, client.auth)
    await moved.open()
    assert.equal((await fetch(`${other.controlUrl}/save`, { method: 'POST' })).status, 409)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    )
  })

  test('the program keeps its world in a file', async () => {
    verifies('SAVE-01', 'CLI-01')
    const state = join(folder, 'program')
    const cli = new URL('../src/cli.ts', import.meta.url).pathname
    const start = async () => {
      const child = spawn(process.execPath, [cli, '--port', '0', '--control-port', '0', '--state', state])
      const [output] = await once(child.stdout, 'data')
      return { child, control: /http:\/\/127\.0\.0\.1:\d+/.exec(String(output))?.[0] }
    }
    const first = await start()
    const body = JSON.stringify({ phone: owner, name: 'Olga' })
    await fetch(`${first.control}/accounts`, { method: 'POST', body })
    first.child.kill('SIGTERM')
    assert.deepEqual(await once(first.child, 'close'), [0, null])
    const second = await start()
    const world = (await (await fetch(`${second.control}/state`)).json()) as { accounts: { name: string }[] }
    assert.deepEqual(
      world.accounts.map(({ name }) => name),
      ['Olga'],
    )
    second.child.kill('SIGTERM')
    assert.deepEqual(await once(second.child, 'close'), [0, null])
  })

  test('a file that is no world is refused, and left as it is', async () => {
    verifies('SAVE-03')
    const state = join(folder, 'letter')
    writeFileSync(state, 'Dear Olga')
    await assert.rejects(createSimulator({ state }), /no world/)
    await using simulator = await startSimulator()
    await assert.rejects(simulator.load(state), /no world/)
    await assert.rejects(simulator.load(join(folder, 'missing')), { status: 404, field: 'file' })
    assert.equal(simulator.state().accounts.length, 3)
  })
})
