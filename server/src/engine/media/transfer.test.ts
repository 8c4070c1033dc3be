import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterEach, suite, test } from 'node:test'
import { downloadContentFromMessage } from 'baileys'
import { Agent, Dispatcher1Wrapper } from 'undici'
import { FetchedFiles, useLinkedEngine } from '../../../test/harness-engine.ts'
import type { InboundMessage } from '../events.ts'
import { proto } from '../library/library.ts'

/** Files to send, which counts how often each is read. */
class CountedBlobs extends Map<string, Uint8Array> {
  readonly reads: string[] = []

  override get(key: string): Uint8Array | undefined {
    this.reads.push(key)
    return super.get(key)
  }
}

const blobs = new CountedBlobs()
const fetched = new FetchedFiles()
/** What becomes of files that are fetched. */
let keepFile = fetched.keep
const world = useLinkedEngine({ blobs, keepFile: (stream, file) => keepFile(stream, file) })
let person: string | undefined

/** Somebody to write with. */
function anna(): string {
  person ??= world.addPerson('Anna')
  return person
}

afterEach(() => {
  world.simulator.fault({ kind: 'none', clear: true })
})

/** Anna sends a file; answers what the engine told of it. */
async function receive(bytes: Uint8Array): Promise<InboundMessage> {
  const { id } = await world.simulator.sendMessage(anna(), {
    to: world.account,
    media: { kind: 'image', bytes },
  })
  return world.listener.next('message', ({ waMessageId }) => waMessageId === id)
}

function download(
  message: Pick<InboundMessage, 'chatId' | 'proto' | 'waMessageId'>,
  limits: { maxBytes?: number; timeoutMs?: number } = {},
): Promise<Buffer> {
  const { chatId, waMessageId } = message
  return fetched.fetch(
    world,
    { chatId, proto: message.proto, target: { waMessageId, isFromMe: false, sender: null } },
    { maxBytes: 20_000_000, timeoutMs: 8000, ...limits },
  )
}

/** The message with another image than was sent. */
function changed(message: InboundMessage, change: Partial<proto.Message.IImageMessage>): InboundMessage {
  const { imageMessage } = proto.Message.decode(message.proto)
  const bytes = proto.Message.encode({ imageMessage: { ...imageMessage, ...change } }).finish()
  return { ...message, proto: bytes }
}

async function send(blob: string, chatId = `${anna()}@c.us`) {
  const { engine, session } = world
  const waMessageId = engine.newMessageId(session.sessionId)
  const bytes = blobs.has(blob) ? 1 : 0
  const outcome = await engine.send({
    sessionId: session.sessionId,
    chatId,
    waMessageId,
    content: { kind: 'image', file: { blob, mimetype: 'image/png', bytes } },
  })
  return { outcome, waMessageId }
}

suite('downloads', () => {
  test('a file that is gone is asked of the phone again and got from its new place', async () => {
    for (const code of [404, 410]) {
      const bytes = randomBytes(30_000)
      const message = await receive(bytes)
      world.simulator.fault({ kind: 'media_gone', phone: anna(), code })
      assert.ok((await download(message)).equals(bytes))
    }
  })

  test('many readers of a file that is gone ask the phone once', async () => {
    const bytes = randomBytes(3000)
    const message = await receive(bytes)
    world.simulator.fault({ kind: 'media_gone', phone: anna(), count: 3 })
    const got = await Promise.all([download(message), download(message), download(message)])
    for (const file of got) assert.ok(file.equals(bytes))
  })

  test('404 when the phone does not have it either', async () => {
    const message = await receive(randomBytes(30))
    world.simulator.fault({ kind: 'media_gone', phone: anna() })
    world.simulator.fault({ kind: 'media_lost', phone: world.account })
    await assert.rejects(download(message), { code: 'wa_media_gone', status: 404 })
  })

  test('a damaged file fails where the library delivers it as if nothing was', async () => {
    const bytes = randomBytes(200_000)
    const message = await receive(bytes)
    world.simulator.fault({ kind: 'media_corrupt', phone: anna() })
    await assert.rejects(download(message), { code: 'wa_media_damaged', status: 400 })
    world.simulator.fault({ kind: 'media_corrupt', phone: anna() })
    // The library fetches with the runtime's own fetch, which takes dispatchers of an older form.
    const agent = new Agent({ connect: { ca: world.simulator.mediaCertificate } })
    const dispatcher = new Dispatcher1Wrapper(agent)
    const image = proto.Message.decode(message.proto).imageMessage
    assert.ok(image)
    const stream = await downloadContentFromMessage(image as never, 'image', {
      options: { dispatcher } as never,
    })
    const delivered = Buffer.concat(await stream.toArray())
    assert.equal(delivered.length, bytes.length)
    assert.ok(!delivered.equals(bytes))
    await agent.close()
    assert.ok((await download(message)).equals(bytes))
  })

  test('a file that breaks off fails, and the next try gets it', async () => {
    const bytes = randomBytes(300_000)
    const message = await receive(bytes)
    world.simulator.fault({ kind: 'media_truncated', phone: anna() })
    await assert.rejects(download(message), { code: 'wa_media_unreachable', status: 503 })
    assert.ok((await download(message)).equals(bytes))
  })

  test('413 for a file that is larger than allowed, whatever its sender says', async () => {
    const bytes = randomBytes(40_000)
    const message = await receive(bytes)
    const lying = changed(message, { fileLength: 10 })
    await assert.rejects(download(lying, { maxBytes: 39_999 }), { code: 'wa_media_too_large', status: 413 })
    const boasting = changed(message, { fileLength: 90_000_000 })
    assert.ok((await download(boasting, { maxBytes: 40_000 })).equals(bytes))
  })

  test('a file that comes too slowly fails in time', async () => {
    const message = await receive(randomBytes(100_000))
    world.simulator.fault({ kind: 'media_slow', phone: anna(), bytesPerSecond: 1000 })
    const startedMs = performance.now()
    await assert.rejects(download(message, { timeoutMs: 300 }), { code: 'wa_media_timeout' })
    assert.ok(performance.now() - startedMs < 5000)
  })

  test('no host but those of files is contacted, whatever a message says', async () => {
    const message = await receive(randomBytes(30))
    const places = [
      { url: 'https://files.example.com/a', directPath: null },
      { url: 'http://localhost/a', directPath: null },
      { url: 'https://user:word@localhost/a', directPath: null },
      { url: null, directPath: '@files.example.com/a' },
      { url: null, directPath: '.example.com/a' },
      { url: 'no address', directPath: null },
      { url: null, directPath: null },
    ]
    for (const place of places) {
      await assert.rejects(
        download(changed(message, place)),
        { code: 'wa_media_none' },
        JSON.stringify(place),
      )
    }
    const text = { ...message, proto: proto.Message.encode({ conversation: 'no file' }).finish() }
    await assert.rejects(download(text), { code: 'wa_media_none', status: 400 })
  })

  test('a wrong key and a wrong digest are damage', async () => {
    const message = await receive(randomBytes(100))
    for (const field of ['mediaKey', 'fileSha256', 'fileEncSha256'] as const) {
      const wrong = changed(message, { [field]: randomBytes(32) })
      await assert.rejects(download(wrong), { code: 'wa_media_damaged' }, field)
    }
  })

  test('a file that cannot be kept leaves nothing behind', async () => {
    const message = await receive(randomBytes(2_000_000))
    keepFile = async (stream) => {
      stream.destroy()
      await new Promise((resolve) => stream.once('close', resolve))
      throw new Error(`gone; ${stream.errored}`)
    }
    await assert.rejects(download(message), /gone; null/)
    keepFile = fetched.keep
  })

  test('400 while the session is not connected', async () => {
    const message = await receive(randomBytes(10))
    await assert.rejects(
      fetched.fetch(
        { ...world, session: { ...world.session, sessionId: '00000000-0000-7000-8000-000000000000' } },
        { ...message, target: { waMessageId: 'x', isFromMe: false, sender: null } },
        { maxBytes: 10, timeoutMs: 1000 },
      ),
      { code: 'session_not_connected', status: 400 },
    )
  })
})

suite('uploads', () => {
  test('one file to many chats is read and uploaded once', async () => {
    blobs.set('flyer', randomBytes(20_000))
    const before = world.simulator.state().media.files
    const people = Array.from({ length: 6 }, () => `${world.addPerson()}@c.us`)
    const sent = await Promise.all(people.map((chatId) => send('flyer', chatId)))
    for (const { outcome } of sent) assert.equal(outcome.kind, 'sent')
    await send('flyer')
    assert.equal(world.simulator.state().media.files - before, 1)
    assert.equal(blobs.reads.filter((key) => key === 'flyer').length, 1)
  })

  test('an upload that is refused once is tried again', async () => {
    blobs.set('twice', randomBytes(2_000_000))
    world.simulator.fault({ kind: 'upload_refused', phone: world.account, code: 503 })
    const { outcome, waMessageId } = await send('twice')
    assert.equal(outcome.kind, 'sent')
    await world.simulator.nextMessage(anna(), ({ id }) => id === waMessageId)
    const file = await world.simulator.mediaOf(anna(), waMessageId)
    assert.ok(file.equals(blobs.get('twice') ?? Buffer.alloc(0)))
  })

  test('hosts that fail leave the message not sent; the next try uploads', async () => {
    blobs.set('later', randomBytes(50))
    world.simulator.fault({ kind: 'upload_refused', phone: world.account, code: 503, count: 2 })
    assert.deepEqual((await send('later')).outcome, { kind: 'not_sent', error: 'upload_failed' })
    assert.equal((await send('later')).outcome.kind, 'sent')
  })

  test('a file that WhatsApp does not take is refused for good', async () => {
    blobs.set('bad', randomBytes(50))
    world.simulator.fault({ kind: 'upload_refused', phone: world.account, code: 415, count: 2 })
    assert.deepEqual((await send('bad')).outcome, { kind: 'refused', error: 'upload_refused_415' })
  })

  test('a file that cannot be read is no reason to give up', async () => {
    assert.deepEqual((await send('nowhere')).outcome, { kind: 'not_sent', error: 'file_unreadable' })
  })

  test('the time for the ack begins after the upload', async () => {
    blobs.set('slow', randomBytes(30_000))
    world.simulator.fault({ kind: 'media_slow', phone: world.account, bytesPerSecond: 60_000 })
    const { engine, session } = world
    const outcome = await engine.send(
      {
        sessionId: session.sessionId,
        chatId: `${anna()}@c.us`,
        waMessageId: engine.newMessageId(session.sessionId),
        content: { kind: 'image', file: { blob: 'slow', mimetype: 'image/png', bytes: 30_000 } },
      },
      { ackTimeoutMs: 400 },
    )
    assert.equal(outcome.kind, 'sent', JSON.stringify(outcome))
  })

  test('files that are uploaded while the connection is lost are sent afterwards', async () => {
    blobs.set('cut', randomBytes(30_000))
    world.simulator.fault({ kind: 'media_slow', phone: world.account, bytesPerSecond: 60_000 })
    const sending = send('cut')
    const after = world.listener.events.length
    world.simulator.fault({ kind: 'drop', phone: world.account })
    assert.equal((await sending).outcome.kind, 'unknown')
    await world.listener.next('state', ({ status }) => status === 'working', after)
    assert.equal((await send('cut')).outcome.kind, 'sent')
    assert.equal(blobs.reads.filter((key) => key === 'cut').length, 1)
  })
})
