import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import type { ApiClient } from '../../../../test/api-client.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { type SecondProcess, startSecondProcess } from '../../../../test/second-process.ts'

let first: LinkedApp
let second: SecondProcess
let tenant: TestTenant
let session: LinkedSession
let phone: string
/** The API of the process that does not hold the session. */
let api: ApiClient

const send = (message: string) =>
  api.post(201, '/messages/send', { session_id: session.id, chat_id: phone, message })

async function receive(content: object): Promise<{ messageId: string; waMessageId: string }> {
  const received = nextEvent(first, 'message.received', (told) => told.sessionId === session.id)
  await first.simulator.sendMessage(phone, { to: session.phone, ...content } as never)
  return received
}

const reactionsOn = (waMessageId: string) => first.simulator.message(phone, waMessageId).reactions ?? {}

/** What the holder answers from now on gets lost, until `heal`. */
function loseAnswers(): { lost: number; until(count: number): Promise<void>; heal(): void } {
  const { events } = first.app.ctx
  const publishMany = events.publishMany.bind(events)
  let told: (() => void) | undefined
  const losing = {
    lost: 0,
    until: (count: number) =>
      new Promise<void>((resolve) => {
        told = () => losing.lost >= count && resolve()
        told()
      }),
    heal: () => {
      events.publishMany = publishMany
    },
  }
  events.publishMany = async (sql, type, payloads) => {
    const isAnswer = (payload: unknown) => (payload as { kind?: unknown }).kind === 'answer'
    if (type.name !== 'engine.piece' || !payloads.some(isAnswer)) return publishMany(sql, type, payloads)
    losing.lost += 1
    told?.()
  }
  return losing
}

async function fetchFile(id: string, headers: Record<string, string> = {}) {
  const response = await second.app.http.inject({
    method: 'GET',
    url: `/api/v2/messages/${id}/media`,
    headers: { authorization: `Bearer ${tenant.token}`, ...headers },
  })
  return { status: response.statusCode, bytes: response.rawPayload, text: response.body }
}

// An embedded database belongs to one process, so there is nobody to forward to.
suite('acts and files of a session that another process holds', { skip: !isServerTest }, () => {
  before(async () => {
    first = await createLinkedApp()
    tenant = await first.tenant()
    session = await linkSession(first, tenant.api)
    phone = await addWarmContact(first, session)
    second = await startSecondProcess(first)
    api = second.apiOf(tenant)
  })
  after(async () => {
    await second.close()
    await first.close()
  })

  test('a reaction, an edit and an unsend reach the phone and are stored', async () => {
    assert.ok(!second.app.ctx.engine.isWorking(session.id))
    const { messageId, waMessageId } = await receive({ text: 'React to this' })
    const reacted = await api.post(200, `/messages/${messageId}/react`, { emoji: '👍' })
    assert.equal(reacted.reactions[0].emoji, '👍')
    assert.deepEqual(reactionsOn(waMessageId), { [`${session.phone}@c.us`]: '👍' })
    const sent = await send('Helo')
    assert.equal(
      (await api.patch(200, `/messages/${sent.id}`, { message: 'Hello' })).content_preview,
      'Hello',
    )
    await first.simulator.nextMessage(phone, (it) => it.kind === 'edit')
    assert.equal(first.simulator.message(phone, sent.wa_message_id).editedText, 'Hello')
    await api.delete(200, `/messages/${sent.id}`)
    await first.simulator.nextMessage(phone, (it) => it.kind === 'revoke')
    assert.equal(first.simulator.message(phone, sent.wa_message_id).isRevoked, true)
    assert.ok((await tenant.api.get(200, `/messages/${sent.id}`)).deleted_at)
    assert.equal((await api.post(200, `/messages/${messageId}/star`)).is_starred, true)
  })

  test('typing that began at the other process ends by itself', async () => {
    const path = `/messages/chat/${session.id}/${phone}@c.us/typing`
    await api.post(200, path, { state: 'typing', duration_ms: 50 })
    await first.simulator.nextEvent(phone, (it) => it.type === 'typing' && it.state === 'paused')
  })

  test('an answer that gets lost is asked for again, and nothing leaves twice', async () => {
    const { messageId, waMessageId } = await receive({ text: 'Once' })
    const handedOver = () => first.simulator.messages(phone).filter(({ kind }) => kind === 'reaction').length
    const before = handedOver()
    const losing = loseAnswers()
    const reacting = api.post(200, `/messages/${messageId}/react`, { emoji: '🎉' })
    await losing.until(1)
    losing.heal()
    first.clock.advance(30_000)
    assert.equal((await reacting).reactions[0].emoji, '🎉')
    assert.deepEqual(reactionsOn(waMessageId), { [`${session.phone}@c.us`]: '🎉' })
    assert.equal(handedOver() - before, 1)
  })

  test('503 in bounded time when no answer comes at all', async () => {
    const { messageId } = await receive({ text: 'Silence' })
    const losing = loseAnswers()
    const reacting = api.post(503, `/messages/${messageId}/react`, { emoji: '🎉' })
    for (const count of [1, 2]) {
      await losing.until(count)
      first.clock.advance(30_000)
    }
    assert.equal((await reacting).code, 'session_runs_elsewhere')
    losing.heal()
  })

  test('refusals of WhatsApp keep their codes', async () => {
    const { messageId } = await receive({ text: 'Refuse' })
    first.simulator.fault({ kind: 'ack_error', phone: session.phone, code: 479, count: 1 })
    const refused = await api.post(500, `/messages/${messageId}/react`, { emoji: '👍' })
    assert.deepEqual([refused.code, refused.error], ['message_refused', 'ack_479'])
  })

  test('a file on demand is got where the session is and given out here, byte for byte', async () => {
    const bytes = randomBytes(1_500_001)
    const media = { kind: 'document', bytes, mimetype: 'application/x-thing', fileName: 'a.bin' }
    const { messageId } = await receive({ media })
    const whole = await fetchFile(messageId)
    assert.equal(whole.status, 200)
    assert.ok(whole.bytes.equals(bytes))
    const part = await fetchFile(messageId, { range: 'bytes=5-14' })
    assert.equal(part.status, 206)
    assert.ok(part.bytes.equals(bytes.subarray(5, 15)))
  })

  test('errors of files keep their codes', async () => {
    const { messageId } = await receive({ media: { kind: 'image', bytes: randomBytes(3000) } })
    first.simulator.fault({ kind: 'media_corrupt', phone })
    const damaged = await fetchFile(messageId)
    assert.deepEqual([damaged.status, JSON.parse(damaged.text).code], [400, 'wa_media_damaged'])
    first.simulator.fault({ kind: 'media_gone', phone })
    first.simulator.fault({ kind: 'media_lost', phone: session.phone })
    const gone = await fetchFile(messageId)
    assert.deepEqual([gone.status, JSON.parse(gone.text).code], [404, 'wa_media_gone'])
    first.simulator.fault({ kind: 'none', clear: true })
  })

  test('the job that keeps files runs in either process', async () => {
    await tenant.api.patch(200, '/tenant/settings', { store_media: true })
    const bytes = randomBytes(200_001)
    const { messageId } = await receive({ media: { kind: 'image', bytes } })
    await second.app.jobs.drain()
    const { rows } = await first.database.db.pool.query(
      'SELECT bytes::int AS bytes FROM blobs WHERE message_id = $1 AND tenant_id = $2',
      [messageId, tenant.id],
    )
    assert.deepEqual(rows, [{ bytes: bytes.length }])
    // Kept here, so WhatsApp is not asked: it would not have it.
    first.simulator.fault({ kind: 'media_gone', phone })
    const kept = await fetchFile(messageId)
    first.simulator.fault({ kind: 'none', clear: true })
    assert.ok(kept.bytes.equals(bytes))
  })
})
