import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { buildPhone } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  nextEvent,
  scanSession,
} from '../../../../test/linked-session.ts'
import { openWebhookReceiver, type WebhookReceiver } from '../../../../test/webhook-receiver.ts'

// NUL and half a surrogate pair: PostgreSQL stores neither, and other clients send both.
const dirty = (text: string) => `${text.slice(0, 1)}\0${text.slice(1)}\ud83d`
const clean = (text: string) => `${text}\ufffd`

suite('what others write in bytes that no database stores', () => {
  let app: LinkedApp
  let tenant: TestTenant
  let session: LinkedSession
  let receiver: WebhookReceiver
  let anna: string

  before(async () => {
    app = await createLinkedApp()
    tenant = await app.tenant()
    receiver = await openWebhookReceiver()
    const phone = buildPhone()
    app.simulator.createAccount({ phone, name: dirty('Desk'), business: true })
    const { id } = await tenant.api.post(201, '/sessions', { name: 'Front desk' })
    session = { id, phone }
    await scanSession(app, tenant.api, session)
    await tenant.api.post(201, '/webhooks', {
      url: receiver.url,
      events: ['message.received', 'message.edited'],
    })
    anna = buildPhone()
    app.simulator.createAccount({ phone: anna, name: dirty('Anna') })
  })
  after(async () => {
    await app.close()
    await receiver.close()
  })

  /** What arrives is stored, shown and delivered. */
  async function arrives(send: () => Promise<unknown>, text: string) {
    const received = nextEvent(app, 'message.received')
    await send()
    const { messageId } = await received
    await app.runJobs()
    const delivery = await receiver.next(({ body }) => body.data.message_id === messageId)
    assert.equal(delivery.body.data.message, text)
    const { content_preview: preview } = await tenant.api.get(200, `/messages/${messageId}`)
    assert.equal(preview, text)
    return delivery.body.data
  }

  test('a text is stored and delivered without them, and so is its sender', async () => {
    const send = () => app.simulator.sendMessage(anna, { to: session.phone, text: dirty('Hello') })
    const data = await arrives(send, clean('Hello'))
    assert.equal(data.sender_name, clean('Anna'))
    const { contacts } = await tenant.api.get(200, `/contacts?search=${encodeURIComponent('Anna')}`)
    assert.equal(contacts[0].push_name, clean('Anna'))
  })

  test('an edit is stored and delivered without them', async () => {
    const { id } = await app.simulator.sendMessage(anna, { to: session.phone, text: 'At nine' })
    const edited = nextEvent(app, 'message.edited')
    await app.simulator.sendMessage(anna, { to: session.phone, edit: { message: id, text: dirty('At ten') } })
    await edited
    await app.runJobs()
    const { body } = await receiver.next(({ body: { event } }) => event === 'message.edited')
    assert.equal(body.data.message, clean('At ten'))
  })

  test('a poll with such a question and options is stored', async () => {
    const poll = { title: dirty('When?'), options: [dirty('Noon'), dirty('Night')] }
    const send = () => app.simulator.sendMessage(anna, { to: session.phone, poll })
    await arrives(send, clean('When?'))
  })

  test('a group keeps its messages whatever it is called', async () => {
    const group = app.simulator.createGroup({
      subject: dirty('Team'),
      description: dirty('All of us'),
      owner: anna,
      members: [session.phone],
    })
    const send = () => app.simulator.sendGroupMessage(group.id, { from: anna, text: dirty('Morning') })
    await arrives(send, clean('Morning'))
    const { items } = await tenant.api.get(200, `/groups/available/${session.id}`)
    assert.deepEqual(
      items.map(({ name }: { name: string }) => name),
      [clean('Team')],
    )
    const monitored = await tenant.api.post(201, '/groups', { session_id: session.id, wa_group_id: group.id })
    assert.equal(monitored.name, clean('Team'))
  })

  test('what refers to a message by such an id is let go, and what follows is stored', async () => {
    const bytes = () => randomBytes(48)
    for (const id of ['\0', 'A\0B', '\ud83d', 'x'.repeat(20_000)]) {
      const key = { remoteJid: `${anna}@s.whatsapp.net`, fromMe: false, id }
      const sealed = { targetMessageKey: key, encPayload: bytes(), encIv: randomBytes(12) }
      const vote = { encPayload: bytes(), encIv: randomBytes(12) }
      for (const raw of [
        { encReactionMessage: sealed },
        { encCommentMessage: sealed },
        { encEventResponseMessage: { ...sealed, eventCreationMessageKey: key } },
        { secretEncryptedMessage: { ...sealed, secretEncType: 2 } },
        { pollUpdateMessage: { pollCreationMessageKey: key, vote } },
        { protocolMessage: { key, type: 0 } },
        { protocolMessage: { key, type: 14, editedMessage: { conversation: 'Changed' } } },
        { reactionMessage: { key, text: '👍' } },
        { pinInChatMessage: { key, type: 1 } },
        { keepInChatMessage: { key, keepType: 1 } },
      ])
        await app.simulator.sendMessage(anna, { to: session.phone, raw } as never)
      const arrived = nextEvent(app, 'message.received', ({ text }) => text === 'After it')
      await app.simulator.sendMessage(anna, { to: session.phone, text: 'After it' })
      await arrived
    }
  })

  test('names of the address book and labels of the phone are stored', async () => {
    await app.simulator.appState.contact(session.phone, { phone: anna, name: dirty('Bakery') })
    await app.simulator.appState.label(session.phone, { id: '7', name: dirty('Old'), color: 3 })
    const send = () => app.simulator.sendMessage(anna, { to: session.phone, text: 'After it all' })
    await arrives(send, 'After it all')
    const { contacts } = await tenant.api.get(200, `/contacts?search=${encodeURIComponent('Bakery')}`)
    // The library reads each byte of the half pair as one character here.
    assert.match(contacts[0]?.book_name, /^Bakery\ufffd+$/)
    const { labels } = await tenant.api.post(200, '/labels/sync-from-whatsapp', { session_id: session.id })
    assert.match(labels[0]?.name, /^Old\ufffd+$/)
  })
})
