import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { downloadMediaMessage } from 'baileys'
import { bob, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { trustMedia } from './media-client.ts'
import { verifies } from './verifies.ts'

const statusChat = 'status@broadcast'
const bytes = randomBytes(3000)

suite('status', () => {
  test('a client sees what phones post, and reads it', async () => {
    verifies('STATUS-01', 'STATUS-03')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.postStatus(bob, { text: 'on holiday' })
    const message = await client.message(({ key }) => key.id === id)
    assert.equal(message.key.remoteJid, statusChat)
    assert.equal(message.key.participant, jidOf(bob))
    assert.equal(textOf(message), 'on holiday')
    await client.socket.readMessages([message.key])
    const seen = await simulator.nextEvent(
      bob,
      (event) => event.type === 'receipt' && event.receipt === 'read',
    )
    assert.equal(seen.chat, statusChat)
    assert.equal(seen.from, `${owner}@c.us`)
    const shown = simulator.message(carol, id)
    assert.equal(shown.chat, statusChat)
    assert.equal(shown.from, `${bob}@c.us`)
    const picture = await simulator.postStatus(bob, { media: { kind: 'image', bytes, caption: 'sea' } })
    const image = await client.message(({ key }) => key.id === picture.id)
    assert.ok((await downloadMediaMessage(image, 'buffer', {})).equals(bytes))
    await simulator.postStatus(bob, { revoke: { message: id } })
    const [update] = await client.next('messages.update', (all) => all.some(({ key }) => key.id === id))
    assert.equal(update?.key.remoteJid, statusChat)
    assert.equal(update?.update.message, null)
  })

  test('only the audience sees a post', async () => {
    verifies('STATUS-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = await simulator.postStatus(bob, { text: 'for Carol', to: [carol] })
    assert.equal(simulator.message(carol, id).text, 'for Carol')
    assert.throws(() => simulator.message(owner, id), { status: 404 })
    const next = await simulator.postStatus(bob, { text: 'for all' })
    const first = await client.message(({ key }) => key.remoteJid === statusChat)
    assert.equal(first.key.id, next.id)
    await assert.rejects(simulator.postStatus(bob, {}), { status: 422, field: 'text' })
    await assert.rejects(simulator.postStatus(bob, { text: 'x', to: ['19990000000'] }), { field: 'to' })
  })

  test('phones and other clients see what a client posts', async () => {
    verifies('STATUS-02')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    await using client = await linkedClient(simulator, owner)
    await using other = await linkedClient(simulator, carol)
    const statusJidList = [jidOf(bob), jidOf(carol)]
    const acknowledged = client.acknowledgement()
    const sent = await client.socket.sendMessage(
      statusChat,
      { text: 'busy' },
      { statusJidList, backgroundColor: '#112233', font: 1 },
    )
    assert.equal((await acknowledged).error, undefined)
    const shown = await simulator.nextMessage(bob)
    assert.equal(shown.id, sent?.key.id)
    assert.equal(shown.chat, statusChat)
    assert.equal(shown.text, 'busy')
    assert.equal((await client.receipt(sent?.key.id)).remoteJid, statusChat)
    const forwarded = await other.message(({ key }) => key.id === sent?.key.id)
    assert.equal(forwarded.key.participant?.split(/[:@]/)[0], owner)
    assert.equal(textOf(forwarded), 'busy')
    const image = { image: bytes, caption: 'view', jpegThumbnail: '' }
    const picture = await client.socket.sendMessage(statusChat, image, { statusJidList })
    await simulator.nextMessage(bob, ({ id }) => id === picture?.key.id)
    assert.ok((await simulator.mediaOf(bob, picture?.key.id ?? '')).equals(bytes))
    simulator.fault({ kind: 'ack_error', phone: owner })
    const refused = await client.socket.sendMessage(statusChat, { text: 'no' }, { statusJidList })
    await client.status(refused?.key.id, 0)
  })

  test('a client that cannot read a post asks for it again', async () => {
    verifies('STATUS-04')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await simulator.postStatus(bob, { text: 'first' })
    await client.message((message) => textOf(message) === 'first')
    // A client that forgot its sessions cannot read the key that comes with the next post.
    for (const name of client.auth.store.keys()) {
      if (/^(session|sender-key)/.test(name)) client.auth.store.delete(name)
    }
    const { id } = await simulator.postStatus(bob, { text: 'second' })
    const again = await client.message((message) => message.key.id === id && textOf(message) === 'second')
    assert.equal(again.key.remoteJid, statusChat)
  })
})
