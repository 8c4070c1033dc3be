import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
  recordEvents,
} from '../../../../test/linked-session.ts'
import { untilAnswer } from '../../../../test/until.ts'

/** Pauses between the tries, in milliseconds. */
const pauses = [5000, 10_000, 20_000, 40_000, 80_000, 160_000, ...Array<number>(5).fill(300_000)]
const document = { media_type: 'document', filename: 'memo.txt', media_base64: 'TWVtbw==' }

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
let phone: string

const to = (chatId: string, more: object) => ({ session_id: session.id, chat_id: chatId, ...more })

const refuseUploads = (code: number) =>
  app.simulator.fault({ kind: 'upload_refused', phone: session.phone, code, count: 1000 })
const takeUploads = () => app.simulator.fault({ kind: 'upload_refused', phone: session.phone, clear: true })

/** Resolves when so many tries failed and the message is put off. */
async function untilPutOff(id: string, failures: number): Promise<void> {
  const read = () =>
    app.database.db.pool.query(
      'SELECT upload_failures AS n, not_before > $2::timestamptz AS "isPutOff" FROM outbox WHERE message_id = $1',
      [id, app.clock.now().toISOString()],
    )
  await untilAnswer(read, ({ rows }) => rows[0]?.n >= failures && rows[0].isPutOff, { everyMs: 5 })
}

suite('files that WhatsApp does not take for now', () => {
  before(async () => {
    app = await createLinkedApp()
  })
  beforeEach(async () => {
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    phone = await addWarmContact(app, session)
  })
  after(() => app.close())

  test('the message pauses and leaves when uploads work again; others do not wait for it', async () => {
    refuseUploads(503)
    const body = to(phone, document)
    const put = await tenant.api.post(202, '/messages/send/media', body, { prefer: 'respond-async' })
    await untilPutOff(put.id, 1)
    const friend = await addWarmContact(app, session)
    for (const chat of [friend, phone]) {
      const sent = await tenant.api.post(201, '/messages/send', to(chat, { message: 'Meanwhile' }))
      assert.equal(sent.status, 'sent')
    }
    app.clock.advance(pauses[0] ?? 0)
    await untilPutOff(put.id, 2)
    assert.equal((await tenant.api.get(200, `/messages/${put.id}`)).status, 'pending')
    takeUploads()
    const left = nextEvent(app, 'message.sent', (told) => told.messageId === put.id)
    app.clock.advance(pauses[1] ?? 0)
    await left
    const shown = await app.simulator.nextMessage(phone, (it) => it.kind === 'document')
    assert.equal(shown.id, put.wa_message_id)
    assert.equal((await app.simulator.mediaOf(phone, shown.id)).toString(), 'Memo')
  })

  test('a caller who waits is answered with the message when a pause was enough', async () => {
    app.simulator.fault({ kind: 'upload_refused', phone: session.phone, code: 503, count: 2 })
    const sending = tenant.api.post(201, '/messages/send/media', to(phone, document))
    const { rows } = await untilStored()
    await untilPutOff(rows[0].id, 1)
    app.clock.advance(pauses[0] ?? 0)
    assert.equal((await sending).status, 'sent')
  })

  test('after half an hour it fails with a code of its own, published once; the quota is given back', async () => {
    const keyed = await tenant.apiWith(['messages:send', 'usage:read'])
    const used = (await tenant.api.get(200, '/usage/current')).messages_sent
    refuseUploads(507)
    const headers = { 'idempotency-key': 'memo', prefer: 'respond-async' }
    const put = await keyed.post(202, '/messages/send/media', to(phone, document), headers)
    const recorded = recordEvents(app, ['message.failed'])
    const failed = nextEvent(app, 'message.failed')
    for (const [index, pauseMs] of pauses.entries()) {
      await untilPutOff(put.id, index + 1)
      app.clock.advance(pauseMs)
    }
    assert.deepEqual([(await failed).messageId, (await failed).error], [put.id, 'upload_failed'])
    const { rows } = await app.database.db.pool.query('SELECT status, error FROM messages WHERE id = $1', [
      put.id,
    ])
    assert.deepEqual(rows, [{ status: 'failed', error: 'upload_failed' }])
    await recorded.close()
    assert.equal(recorded.received.length, 1)
    // The owner's token has run out by now.
    assert.equal((await keyed.get(200, '/usage/current')).messages_sent, used)
    takeUploads()
    assert.equal((await keyed.post(201, '/messages/send/media', to(phone, document))).status, 'sent')
  })

  test('503 upload_failed for whoever asks again under the key of a send that failed so', async () => {
    const keyed = await tenant.apiWith(['messages:send'])
    refuseUploads(503)
    const headers = { 'idempotency-key': 'again' }
    const sending = keyed.post(503, '/messages/send/media', to(phone, document), headers)
    const { rows } = await untilStored()
    const { id } = rows[0]
    await untilPutOff(id, 1)
    await app.database.db.pool.query('UPDATE outbox SET upload_failures = 11 WHERE message_id = $1', [id])
    app.clock.advance(pauses[0] ?? 0)
    for (const refused of [
      await sending,
      await keyed.post(503, '/messages/send/media', to(phone, document), headers),
    ]) {
      assert.deepEqual(
        [refused.code, refused.message_id, refused.error],
        ['upload_failed', id, 'upload_failed'],
      )
    }
  })
})

/** The message of the session that waits in the outbox. */
function untilStored() {
  const read = () =>
    app.database.db.pool.query('SELECT message_id AS id FROM outbox WHERE session_id = $1', [session.id])
  return untilAnswer(read, ({ rows }) => rows.length > 0, { everyMs: 5 })
}
