import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { openWebhookReceiver } from '../../../../test/webhook-receiver.ts'
import type { StatusPost } from '../../../engine/events.ts'
import { applyStatusPosts, pruneStatusPosts } from './status-posts.service.ts'

let app: LinkedApp
let tenant: TestTenant

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
})
after(() => app.close())

suite('status posts', () => {
  test('a post of somebody reaches webhooks and becomes no chat', async () => {
    await using endpoint = await openWebhookReceiver()
    const session = await linkSession(app, tenant.api)
    const hook = await tenant.api.post(201, '/webhooks', { url: endpoint.url, events: ['status.received'] })
    const author = addContact(app, 'Anna')
    const told = nextEvent(app, 'status.received')
    await app.simulator.postStatus(author, { text: 'Fresh bread', to: [session.phone] })
    await told
    await app.runJobs()
    const { data } = endpoint.received.at(-1)?.body ?? {}
    assert.deepEqual(
      [data.session_id, data.author_phone, data.message_type, data.message, data.has_media],
      [session.id, `+${author}`, 'text', 'Fresh bread', false],
    )
    assert.match(data.timestamp, /Z$/)
    assert.equal((await tenant.api.get(200, `/messages/chats/${session.id}`)).total, 0)
    await tenant.api.delete(200, `/webhooks/${hook.id}`)
  })

  test('status.send: 201, shown to people who wrote or are known by name, and to nobody else', async () => {
    const session = await linkSession(app, tenant.api)
    const body = { session_id: session.id, message: 'Open until six' }
    await tenant.api.post(400, '/status/send', body)
    const warm = await addWarmContact(app, session)
    const stranger = addContact(app)
    const answer = await tenant.api.post(201, '/status/send', body)
    assert.deepEqual([answer.status, answer.audience_count], ['sent', 1])
    const seen = await app.simulator.nextMessage(warm, ({ id }) => id === answer.wa_message_id)
    assert.equal(seen.text, 'Open until six')
    assert.deepEqual(app.simulator.messages(stranger), [])
  })

  test('status.send: not shown to whoever opted out or is not allowed; the content policy refuses secrets', async () => {
    const owner = await app.tenant()
    const session = await linkSession(app, owner.api)
    const send = (status: number, message: string) =>
      owner.api.post(status, '/status/send', { session_id: session.id, message })
    const [first, second] = [await addWarmContact(app, session), await addWarmContact(app, session)]
    assert.equal((await send(201, 'To both')).audience_count, 2)
    await owner.api.put(200, `/opt-outs/${first}`, {})
    assert.equal((await send(201, 'To one')).audience_count, 1)
    await owner.api.patch(200, '/tenant/settings', { allowed_numbers: [`+${first}`] })
    await send(400, 'To nobody')
    await owner.api.patch(200, '/tenant/settings', { allowed_numbers: [`+${second}`] })
    await send(403, 'My card is 4111 1111 1111 1111')
  })

  test('status.send: 404 for a foreign session, 400 for a stopped one, 422 for texts that are too long or none', async () => {
    const session = await linkSession(app, tenant.api)
    const other = await app.tenant()
    await other.api.post(404, '/status/send', { session_id: session.id, message: 'x' })
    for (const message of ['', 'x'.repeat(701), 7, undefined]) {
      const refused = await tenant.api.post(422, '/status/send', { session_id: session.id, message })
      assert.match(refused.detail, /^message/)
    }
    await tenant.api.post(200, `/sessions/${session.id}/stop`)
    await tenant.api.post(400, '/status/send', { session_id: session.id, message: 'x' })
  })

  test('a post that comes again is published once, as long as it lives', async () => {
    const session = await linkSession(app, tenant.api)
    const post: StatusPost = {
      tenantId: tenant.id,
      sessionId: session.id,
      waMessageId: 'POST1',
      author: { phone: '15550001111', lid: null, pushName: 'A\0' },
      content: { kind: 'text', text: 'N\0ews\udc00', mentions: [] },
      at: app.clock.now(),
      proto: new Uint8Array([1]),
    }
    const heard: { text: string }[] = []
    const subscription = app.app.ctx.events.subscribe({ names: ['status.received'] })
    const listening = (async () => {
      for await (const event of subscription)
        if (!('lost' in event)) heard.push(event.payload as unknown as { text: string })
    })()
    await applyStatusPosts(app.app.ctx, [post, post])
    await applyStatusPosts(app.app.ctx, [post])
    await pruneStatusPosts(app.app.ctx)
    await applyStatusPosts(app.app.ctx, [post])
    await new Promise((resolve) => setImmediate(resolve))
    subscription.close()
    await listening
    assert.equal(heard.length, 1)
    assert.match(heard[0]?.text ?? '', /^News/)
  })
})
