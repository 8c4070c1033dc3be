import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { changeAntispam } from '../../account/settings/settings.service.ts'

const minute = 60_000
/** A window of the limits, and a little more. */
const windowMs = 6500

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

const to = (phone: string, message = 'Hello') => ({
  session_id: session.id,
  chat_id: `${phone}@c.us`,
  message,
})
const sent = (phone: string) => nextEvent(app, 'message.sent', (told) => told.chatId === `${phone}@c.us`)

async function waitingRows(): Promise<number> {
  const { rows } = await app.database.db.pool.query(
    'SELECT count(*)::int AS n FROM outbox WHERE session_id = $1',
    [session.id],
  )
  return rows[0].n
}

suite('limits of the outbox', () => {
  before(async () => {
    // Little typing, and windows of 6 s: longer than six messages take on a busy machine.
    app = await createLinkedApp({ config: { pace: 0.05 } })
  })
  after(() => app.close())

  test('burst: the fifth message to people out of conversation waits and leaves when the window allows', async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    await tenant.api.patch(200, '/tenant/settings', { cold_contacts: 'warn' })
    const phones = Array.from({ length: 6 }, () => addContact(app))
    const statuses: string[] = []
    const left = Promise.all([sent(phones[4] as string), sent(phones[5] as string)])
    for (const phone of phones) {
      statuses.push((await tenant.api.post(201, '/messages/send', to(phone))).status)
    }
    assert.deepEqual(statuses, ['sent', 'sent', 'sent', 'sent', 'pending', 'pending'])
    app.clock.advance(windowMs)
    await left
    // WhatsApp's ack comes before the phone shows the message.
    await app.simulator.nextMessage(phones[4] as string)
    assert.equal(app.simulator.messages(phones[4] as string).length, 1)
    assert.equal(await waitingRows(), 0)
  })

  test('an answer within a conversation does not wait, whatever else does', async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    await tenant.api.patch(200, '/tenant/settings', { cold_contacts: 'warn' })
    const warm = await addWarmContact(app, session)
    for (let n = 0; n < 5; n += 1) await tenant.api.post(201, '/messages/send', to(addContact(app)))
    for (let n = 0; n < 6; n += 1) {
      assert.equal((await tenant.api.post(201, '/messages/send', to(warm, `Answer ${n}`))).status, 'sent')
    }
  })

  test('429 with Retry-After behind 20 waiting, and none of the 20 is lost', async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    await tenant.api.patch(200, '/tenant/settings', { cold_contacts: 'warn' })
    const phones = Array.from({ length: 30 }, () => addContact(app))
    const calls = phones.map((phone) => tenant.api.call('POST', '/messages/send', { body: to(phone) }))
    const replies = await Promise.all(calls)
    const refused = replies.filter(({ status }) => status === 429)
    assert.equal(refused.length, 6)
    assert.ok(Number(refused[0]?.headers['retry-after']) >= 1)
    assert.equal(replies.filter(({ body }) => body.status === 'pending').length, 20)
    for (let round = 0; round < 8 && (await waitingRows()) > 0; round += 1) {
      const next = nextEvent(app, 'message.sent', (told) => told.sessionId === session.id)
      app.clock.advance(windowMs)
      await next
    }
    const refusedPhones = new Set(
      phones.filter((_, index) => replies[index]?.status === 429).map((phone) => phone),
    )
    for (const phone of phones) {
      if (refusedPhones.has(phone)) continue
      if (app.simulator.messages(phone).length === 0) await app.simulator.nextMessage(phone)
      assert.equal(app.simulator.messages(phone).length, 1)
    }
  })

  test("the tenant's own rate holds for conversations too", async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    const { ctx } = app.app
    await ctx.db.transaction((sql) => changeAntispam(ctx, sql, tenant.id, { rateLimit: 3 }))
    const warm = await addWarmContact(app, session)
    const statuses: string[] = []
    for (const text of ['1', '2', '3', '4']) {
      statuses.push((await tenant.api.post(201, '/messages/send', to(warm, text))).status)
    }
    assert.deepEqual(statuses, ['sent', 'sent', 'sent', 'pending'])
    const left = sent(warm)
    app.clock.advance(minute)
    assert.equal((await left).text, '4')
  })

  test('a message that waits survives the end of the connection and leaves with the next one', async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    await tenant.api.patch(200, '/tenant/settings', { cold_contacts: 'warn' })
    const phones = Array.from({ length: 5 }, () => addContact(app))
    for (const phone of phones) await tenant.api.post(201, '/messages/send', to(phone))
    const last = phones[4] as string
    await tenant.api.post(200, `/sessions/${session.id}/stop`)
    app.clock.advance(windowMs)
    assert.equal(app.simulator.messages(last).length, 0)
    const left = sent(last)
    await tenant.api.post(200, `/sessions/${session.id}/start`)
    await left
    assert.equal(app.simulator.messages(last).length, 1)
  })

  test('an answer that was lost with the connection: sent again under the same id, shown once', async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    const warm = await addWarmContact(app, session)
    // The first message fetches keys; from the second one on only the answer is missing.
    await tenant.api.post(201, '/messages/send', to(warm, 'First'))
    await app.simulator.nextMessage(warm)
    app.simulator.fault({ kind: 'slow', phone: session.phone, delayMs: 60_000 })
    const accepted = await tenant.api.post(202, '/messages/send', to(warm), { prefer: 'respond-async' })
    const shown = await app.simulator.nextMessage(warm)
    assert.equal(shown.id, accepted.wa_message_id)
    assert.equal((await tenant.api.get(200, `/messages/${accepted.id}`)).status, 'pending')
    const left = sent(warm)
    app.simulator.fault({ kind: 'slow', phone: session.phone, clear: true })
    app.simulator.fault({ kind: 'drop', phone: session.phone })
    assert.equal((await left).messageId, accepted.id)
    assert.equal(app.simulator.messages(warm).length, 2)
    assert.equal(await waitingRows(), 0)
  })
})
