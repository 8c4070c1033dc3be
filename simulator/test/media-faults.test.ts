import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { downloadMediaMessage, type WAMessage } from 'baileys'
import type { Simulator } from '../src/index.ts'
import { bob, type Client, carol, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { askMedia, trustMedia } from './media-client.ts'
import { verifies } from './verifies.ts'

const bytes = randomBytes(50_000)
const media = { kind: 'image' as const, bytes }

async function start(): Promise<{ simulator: Simulator; client: Client } & AsyncDisposable> {
  const simulator = await startSimulator()
  await trustMedia(simulator)
  const client = await linkedClient(simulator, owner)
  // After a re-upload the client looks at the host that it learned here, else at one of the internet.
  await client.socket.refreshMediaConn()
  return {
    simulator,
    client,
    async [Symbol.asyncDispose]() {
      await client.close()
      await simulator.close()
    },
  }
}

async function receive(simulator: Simulator, client: Client): Promise<WAMessage> {
  const { id } = await simulator.sendMessage(bob, { to: owner, media })
  return client.message(({ key }) => key.id === id)
}

const download = (message: WAMessage) => downloadMediaMessage(message, 'buffer', {})
const urlOf = (message: WAMessage) => message.message?.imageMessage?.url ?? ''

suite('media server', () => {
  test('it serves files whole and in ranges, over a certificate of its own', async () => {
    verifies('MEDIA-04', 'MEDIA-05')
    await using running = await start()
    const { simulator, client } = running
    const message = await receive(simulator, client)
    const url = urlOf(message)
    assert.match(url, /^https:\/\/localhost:\d+\//)
    const whole = await askMedia(simulator, url)
    assert.equal(whole.status, 200)
    const { fileEncSha256 } = message.message?.imageMessage ?? {}
    assert.ok(
      createHash('sha256')
        .update(whole.body)
        .digest()
        .equals(Buffer.from(fileEncSha256 ?? [])),
    )
    const length = whole.body.length
    const ranges: [string, number, string | undefined, Buffer][] = [
      ['bytes=0-15', 206, `bytes 0-15/${length}`, whole.body.subarray(0, 16)],
      ['bytes=16-', 206, `bytes 16-${length - 1}/${length}`, whole.body.subarray(16)],
      ['bytes=-10', 206, `bytes ${length - 10}-${length - 1}/${length}`, whole.body.subarray(-10)],
      [`bytes=5-${length * 2}`, 206, `bytes 5-${length - 1}/${length}`, whole.body.subarray(5)],
      [`bytes=${length}-`, 416, `bytes */${length}`, Buffer.alloc(0)],
      ['lines=1', 200, undefined, whole.body],
    ]
    for (const [range, status, contentRange, body] of ranges) {
      const part = await askMedia(simulator, url, { headers: { range } })
      assert.equal(part.status, status, range)
      assert.equal(part.headers['content-range'], contentRange, range)
      assert.ok(part.body.equals(body), range)
    }
    assert.equal(
      (await askMedia(simulator, url, { method: 'HEAD' })).headers['content-length'],
      String(length),
    )
    assert.equal((await askMedia(simulator, url, { method: 'DELETE' })).status, 405)
    assert.equal((await askMedia(simulator, `${url}x`)).status, 404)
    const stream = await downloadMediaMessage(message, 'stream', { startByte: 1000, endByte: 3000 } as never)
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    assert.ok(Buffer.concat(chunks).equals(bytes.subarray(1000, 3000)))
    simulator.reset()
    assert.equal((await askMedia(simulator, url)).status, 404)
  })

  test('an upload needs the token of a client and the checksum of its file', async () => {
    verifies('MEDIA-06')
    await using running = await start()
    const { simulator, client } = running
    const { hosts, auth } = await client.socket.refreshMediaConn(true)
    const base = `https://${hosts[0]?.hostname}`
    const checksum = createHash('sha256').update(bytes).digest('base64url')
    const cases: [string, number][] = [
      [`/mms/image/${checksum}?auth=wrong`, 401],
      [`/mms/image/${checksum}`, 401],
      [`/mms/image/${'A'.repeat(43)}?auth=${auth}`, 400],
      [`/mms/image?auth=${auth}`, 404],
      [`/elsewhere/image/${checksum}?auth=${auth}`, 404],
      [`/mms/document/${checksum}?auth=${auth}`, 200],
      [`/mms/md-app-state/${checksum}?auth=${auth}`, 200],
    ]
    for (const [path, status] of cases) {
      const answer = await askMedia(simulator, base + path, { method: 'POST', body: bytes })
      assert.equal(answer.status, status, path)
      if (status !== 200) continue
      const { url, direct_path } = JSON.parse(answer.body.toString()) as Record<string, string>
      assert.equal(url, base + direct_path)
      assert.ok((await askMedia(simulator, url ?? '')).body.equals(bytes))
    }
  })

  test('a file that is too large is refused', async () => {
    verifies('MEDIA-06')
    await using running = await start()
    const { simulator, client } = running
    const { hosts, auth } = await client.socket.refreshMediaConn()
    const body = Buffer.alloc((hosts[0]?.maxContentLengthBytes ?? 0) + 1)
    const checksum = createHash('sha256').update(body).digest('base64url')
    const url = `https://${hosts[0]?.hostname}/mms/video/${checksum}?auth=${auth}`
    assert.equal((await askMedia(simulator, url, { method: 'POST', body })).status, 413)
    assert.deepEqual(simulator.state().media, { files: 0, bytes: 0 })
  })

  test('upload_refused: the client cannot send its file, and then it can', async () => {
    verifies('FAULT-11')
    await using running = await start()
    const { simulator, client } = running
    assert.throws(() => simulator.fault({ kind: 'upload_refused', code: 200 }), { field: 'code' })
    simulator.fault({ kind: 'upload_refused', phone: carol })
    simulator.fault({ kind: 'upload_refused', phone: owner, code: 507 })
    const image = { image: bytes, jpegThumbnail: '' }
    await assert.rejects(client.socket.sendMessage(jidOf(bob), image), /upload failed/)
    await client.socket.sendMessage(jidOf(bob), image)
    assert.ok((await simulator.mediaOf(bob, (await simulator.nextMessage(bob)).id)).equals(bytes))
  })

  test('media_gone: the file is lost until the phone uploads it again', async () => {
    verifies('FAULT-12', 'MEDIA-07')
    await using running = await start()
    const { simulator, client } = running
    const message = await receive(simulator, client)
    const url = urlOf(message)
    simulator.fault({ kind: 'media_gone', phone: carol })
    assert.ok((await download(message)).equals(bytes), 'a fault of somebody else')
    simulator.fault({ kind: 'media_gone', phone: owner, code: 404 })
    assert.equal((await askMedia(simulator, url)).status, 404)
    assert.equal((await askMedia(simulator, url)).status, 410, 'it stays gone')
    await assert.rejects(download(message))
    const renewed = await client.socket.updateMediaMessage(message)
    assert.notEqual(urlOf(renewed), url)
    assert.ok((await download(renewed)).equals(bytes))
    assert.equal((await askMedia(simulator, url)).status, 410)
    assert.ok((await simulator.mediaOf(owner, message.key.id ?? '')).equals(bytes))
  })

  test('media_gone: a file of the client itself, sent to a group', async () => {
    verifies('MEDIA-07')
    await using running = await start()
    const { simulator, client } = running
    const group = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner] })
    const sent = await client.socket.sendMessage(group.id, { image: bytes, jpegThumbnail: '' })
    await simulator.nextMessage(owner)
    simulator.fault({ kind: 'media_gone', phone: bob, durationMs: 60_000 })
    const message = sent as WAMessage
    await assert.rejects(download(message))
    assert.ok((await download(await client.socket.updateMediaMessage(message))).equals(bytes))
  })

  test('media_lost: the phone does not have the file either', async () => {
    verifies('FAULT-13', 'MEDIA-08')
    await using running = await start()
    const { simulator, client } = running
    const message = await receive(simulator, client)
    simulator.fault({ kind: 'media_lost', phone: owner })
    await assert.rejects(client.socket.updateMediaMessage(message), /NOT_FOUND/)
    assert.ok((await download(await client.socket.updateMediaMessage(message))).equals(bytes))
    const unknown = { ...message, key: { ...message.key, id: 'NOTHING' } }
    await assert.rejects(client.socket.updateMediaMessage(unknown), /Failed to re-upload media \(2\)/)
    const image = { ...message.message?.imageMessage, mediaKey: randomBytes(32) }
    const foreign = { ...message, message: { imageMessage: image } } as WAMessage
    await assert.rejects(client.socket.updateMediaMessage(foreign), /Failed to re-upload media \(3\)/)
  })

  test('media_corrupt and media_truncated: once, and then the file is whole again', async () => {
    verifies('FAULT-14')
    await using running = await start()
    const { simulator, client } = running
    const message = await receive(simulator, client)
    const whole = (await askMedia(simulator, urlOf(message))).body
    simulator.fault({ kind: 'media_corrupt', phone: bob })
    const corrupt = (await askMedia(simulator, urlOf(message))).body
    assert.equal(corrupt.length, whole.length)
    assert.equal(corrupt.filter((byte, index) => byte !== whole[index]).length, 1)
    simulator.fault({ kind: 'media_truncated', phone: owner })
    await assert.rejects(askMedia(simulator, urlOf(message)), /aborted/)
    assert.ok((await download(message)).equals(bytes))
  })

  test('media_slow: down and up', async () => {
    verifies('FAULT-15')
    await using running = await start()
    const { simulator, client } = running
    const message = await receive(simulator, client)
    assert.throws(() => simulator.fault({ kind: 'media_slow' }), { field: 'bytesPerSecond' })
    simulator.fault({ kind: 'media_slow', phone: owner, bytesPerSecond: 200_000 })
    const startedAt = performance.now()
    assert.ok((await download(message)).equals(bytes))
    const downMs = performance.now() - startedAt
    assert.ok(downMs > 200, `${downMs} ms`)
    const upAt = performance.now()
    await client.socket.sendMessage(jidOf(bob), { image: bytes, jpegThumbnail: '' })
    assert.ok(performance.now() - upAt > 200)
    simulator.fault({ kind: 'media_slow', clear: true })
    assert.ok((await download(message)).equals(bytes))
  })
})
