import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { clearSpool } from '../../../platform/files/spool.ts'
import { storeFile, sweepFiles } from './blobs.service.ts'

const day = 86_400_000
const file = randomBytes(200_001)
const document = {
  kind: 'document',
  bytes: file,
  mimetype: 'application/x-thing',
  fileName: 'Größe "1".bin',
} as const

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
let phone: string

async function receive(media: object = document, owner = session): Promise<{ messageId: string }> {
  const received = nextEvent(app, 'message.received', (told) => told.hasMedia && told.sessionId === owner.id)
  await app.simulator.sendMessage(phone, { to: owner.phone, media } as never)
  return received
}

/** A call whose answer is bytes. */
async function fetchFile(id: string, headers: Record<string, string> = {}) {
  const response = await app.app.http.inject({
    method: 'GET',
    url: `/api/v2/messages/${id}/media`,
    headers: { authorization: `Bearer ${tenant.token}`, ...headers },
  })
  return { status: response.statusCode, headers: response.headers, bytes: response.rawPayload }
}

async function countBlobs(messageId: string): Promise<number> {
  const { rows } = await app.database.db.pool.query(
    'SELECT count(*)::int AS n FROM blobs WHERE message_id = $1',
    [messageId],
  )
  return rows[0].n
}

const keepMedia = (isKept: boolean) =>
  tenant.api.patch(200, '/tenant/settings', { store_media: isKept, media_retention_days: 30 })

suite('media', () => {
  before(async () => {
    app = await createLinkedApp()
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    phone = await addWarmContact(app, session)
  })
  after(() => app.close())

  test('an inbound file is described in event and message, and given out byte for byte while WhatsApp has it', async () => {
    const event = await receive()
    const message = await tenant.api.get(200, `/messages/${event.messageId}`)
    assert.equal(message.message_type, 'document')
    assert.equal(message.has_media, true)
    assert.deepEqual(message.media, {
      mimetype: 'application/x-thing',
      file_name: 'Größe "1".bin',
      size: file.length,
      seconds: null,
      url: `http://localhost:3000/api/v2/messages/${event.messageId}/media`,
    })
    assert.deepEqual((event as { details?: { media: object } }).details?.media, message.media)
    const { status, headers, bytes } = await fetchFile(event.messageId)
    assert.equal(status, 200)
    assert.deepEqual(bytes, file)
    assert.equal(headers['content-type'], 'application/x-thing')
    assert.equal(headers['content-length'], String(file.length))
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.match(String(headers['content-security-policy']), /sandbox/)
    assert.equal(headers['accept-ranges'], 'bytes')
    assert.equal(
      headers['content-disposition'],
      `attachment; filename="Gr__e _1_.bin"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.bin`,
    )
    assert.equal(headers.etag, `"${createHash('sha256').update(file).digest('hex')}"`)
  })

  test('206 for a range, 416 outside of the file, 304 for what is known', async () => {
    const { messageId } = await receive()
    const whole = await fetchFile(messageId)
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 0],
      ['bytes=65530-131080', 65_530, 131_080],
      ['bytes=200000-', 200_000, 200_000],
      ['bytes=-5', 199_996, 200_000],
      ['bytes=100-999999', 100, 200_000],
    ] as const) {
      const part = await fetchFile(messageId, { range })
      assert.equal(part.status, 206, range)
      assert.deepEqual(part.bytes, file.subarray(start, end + 1), range)
      assert.equal(part.headers['content-range'], `bytes ${start}-${end}/${file.length}`)
    }
    for (const range of ['bytes=200001-', 'bytes=5-4']) {
      const refused = await fetchFile(messageId, { range })
      assert.equal(refused.status, 416, range)
      assert.equal(refused.headers['content-range'], `bytes */${file.length}`)
    }
    for (const range of ['bytes=', 'lines=1-2', 'bytes=0-1,5-6']) {
      assert.equal((await fetchFile(messageId, { range })).status, 200, range)
    }
    const etag = String(whole.headers.etag)
    assert.equal((await fetchFile(messageId, { 'if-none-match': `"x", ${etag}` })).status, 304)
    assert.equal((await fetchFile(messageId, { range: 'bytes=0-0', 'if-range': etag })).status, 206)
    assert.equal((await fetchFile(messageId, { range: 'bytes=0-0', 'if-range': '"x"' })).status, 200)
  })

  test('404 without a file, for others and for nobody; 403 for a key without chat history', async () => {
    const { messageId } = await receive()
    const { messages } = await tenant.api.get(200, `/messages/chat/${session.id}/${phone}`)
    const text = messages.find((message: { message_type: string }) => message.message_type === 'text')
    assert.equal((await tenant.api.get(404, `/messages/${text.id}/media`)).code, 'no_media')
    await tenant.api.get(404, `/messages/${crypto.randomUUID()}/media`)
    const other = await app.tenant()
    await other.api.get(404, `/messages/${messageId}/media`)
    const program = await tenant.apiWith(['messages:read'])
    const closed = await program.get(403, `/messages/${messageId}/media`)
    assert.match(closed.detail, /Chat history access requires opt-in/)
  })

  test('404 with a sentence when WhatsApp has it no longer, 410 when the message is too old to ask', async () => {
    const { messageId } = await receive()
    app.simulator.fault({ kind: 'media_gone', phone })
    app.simulator.fault({ kind: 'media_lost', phone: session.phone })
    const gone = await tenant.api.get(404, `/messages/${messageId}/media`)
    assert.match(gone.detail, /no longer has the file/)
    app.simulator.fault({ kind: 'none', clear: true })
    await app.database.db.pool.query('UPDATE messages SET proto = NULL WHERE id = $1', [messageId])
    assert.equal((await tenant.api.get(410, `/messages/${messageId}/media`)).code, 'media_gone')
  })

  test('a tenant that keeps media has the file when WhatsApp does not, until its retention is over', async () => {
    await keepMedia(true)
    const { messageId } = await receive()
    assert.equal(await countBlobs(messageId), 0)
    await app.runJobs()
    assert.equal(await countBlobs(messageId), 1)
    await app.database.db.pool.query('UPDATE messages SET proto = NULL WHERE id = $1', [messageId])
    assert.deepEqual((await fetchFile(messageId)).bytes, file)
    const { ctx } = app.app
    const { rows } = await app.database.db.pool.query(
      'SELECT id, keep_until FROM blobs WHERE message_id = $1',
      [messageId],
    )
    const days = (rows[0].keep_until.getTime() - app.clock.nowMs()) / day
    assert.ok(days > 29.9 && days <= 30, `kept for ${days} days`)
    await sweepFiles(ctx)
    const stored = join(ctx.config.dataDir, 'media', rows[0].id.slice(-2), rows[0].id)
    assert.ok(existsSync(stored))
    await app.database.db.pool.query(`UPDATE blobs SET keep_until = $1`, [app.clock.now().toISOString()])
    assert.equal((await fetchFile(messageId)).status, 410)
    await sweepFiles(ctx)
    assert.equal(await countBlobs(messageId), 0)
    assert.ok(!existsSync(stored))
    await keepMedia(false)
  })

  test('fetching is tried again when WhatsApp cannot be reached, and ends when the file is gone', async () => {
    await keepMedia(true)
    const { messageId } = await receive()
    app.simulator.fault({ kind: 'media_corrupt', phone })
    await app.runJobs()
    assert.equal(await countBlobs(messageId), 0)
    await app.runJobs({ includeDelayed: true })
    assert.equal(await countBlobs(messageId), 1)
    await keepMedia(false)
  })

  test('an outbound file goes when it has left, and is kept for a tenant that keeps media', async () => {
    for (const isKept of [false, true]) {
      await keepMedia(isKept)
      const sent = await tenant.api.post(201, '/messages/send/media', {
        session_id: session.id,
        chat_id: phone,
        media_type: 'document',
        media_base64: file.toString('base64'),
        filename: 'thing.bin',
      })
      await sweepFiles(app.app.ctx)
      assert.equal(await countBlobs(sent.id), isKept ? 1 : 0)
      // What is no longer kept here WhatsApp still has.
      assert.deepEqual((await fetchFile(sent.id)).bytes, file)
    }
    await keepMedia(false)
  })

  test('what was taken back is given out no longer', async () => {
    await keepMedia(true)
    const { messageId } = await receive()
    await app.runJobs()
    const deleted = nextEvent(app, 'message.deleted', (told) => told.messageId === messageId)
    const { wa_message_id: id } = await tenant.api.get(200, `/messages/${messageId}`)
    await app.simulator.sendMessage(phone, { to: session.phone, revoke: { message: id } })
    await deleted
    await tenant.api.get(404, `/messages/${messageId}/media`)
    await sweepFiles(app.app.ctx)
    assert.equal(await countBlobs(messageId), 0)
    await keepMedia(false)
  })

  test('what a crash left behind is removed: files of no message, and spool files', async () => {
    const { ctx } = app.app
    const { dataDir } = ctx.config
    mkdirSync(join(dataDir, 'spool'), { recursive: true })
    const path = join(dataDir, 'spool', 'left')
    writeFileSync(path, 'left')
    const id = ctx.ids.uuid()
    await storeFile(ctx, tenant.id, { id, path, bytes: 4, mimetype: 'text/plain' })
    const stored = join(dataDir, 'media', id.slice(-2), id)
    await sweepFiles(ctx)
    assert.ok(existsSync(stored))
    await app.database.db.pool.query(
      `UPDATE blobs SET created_at = created_at - interval '25 hours' WHERE id = $1`,
      [id],
    )
    await sweepFiles(ctx)
    assert.ok(!existsSync(stored))
    utimesSync(path, 1000, 1000)
    await clearSpool(dataDir, 2_000_000)
    assert.ok(!existsSync(path))
  })
})
