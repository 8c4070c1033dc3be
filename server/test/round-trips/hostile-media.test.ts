import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { type MediaSamples, makeMediaSamples } from '../media-samples.ts'
import { openRoundTrip, type RoundTrip } from './round-trip.ts'

// Shown in features/sending/send-files.test.ts: redirects to private addresses, addresses that answer 404 or never
// end, base64 that is none, wrong types, cut files, too many pixels, forms. Shown in features/media/media.test.ts:
// files that are gone for ever, and the job that tries again. Here is what neither of them has.

let trip: RoundTrip
let samples: MediaSamples
let liar: { server: Server; origin: string }

const base64 = (bytes: Buffer) => bytes.toString('base64')
const page = Buffer.from('<!doctype html><html><script>alert(1)</script></html>')

/** Answers that claim another length than they have. */
async function openLiar(): Promise<typeof liar> {
  const server = createServer((request, response) => {
    const { jpeg } = samples
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': jpeg.length + 1000 })
      response.write(jpeg, () => response.destroy())
    } else if (request.url === '/huge') {
      response.writeHead(200, { 'content-length': 10 ** 12 }).write(jpeg)
    } else if (request.url === '/short') {
      response.socket?.end(
        Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'), jpeg]),
      )
    } else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end()
    else if (request.url === '/empty') response.writeHead(200).end()
    else response.writeHead(500).end('broken')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const refuse = (status: number, path: string, content: object) =>
  trip.tenant.api.post(status, `/messages/send/${path}`, { ...trip.to('person'), ...content })

suite('hostile files', () => {
  before(async () => {
    samples = await makeMediaSamples()
    trip = await openRoundTrip()
    liar = await openLiar()
  })
  after(async () => {
    await trip.close()
    liar.server.closeAllConnections()
    liar.server.close()
  })

  test('a document goes out as what its sender says, byte for byte, and a program as what it is', async () => {
    for (const [bytes, mimetype] of [
      [samples.png, 'application/pdf'],
      [samples.mp4, 'application/pdf'],
      [Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'), 'application/x-elf'],
      [Buffer.from('#!/bin/sh\nrm -rf ~\n'), 'text/x-shellscript'],
    ] as const) {
      const sent = await trip.tenant.api.post(201, '/messages/send/media', {
        ...trip.to('person'),
        media_type: 'document',
        media_base64: base64(bytes),
        mimetype: 'application/pdf',
        filename: 'plan.pdf',
      })
      assert.equal(sent.media.mimetype, mimetype)
      await trip.app.simulator.nextMessage(trip.phone, ({ id }) => id === sent.wa_message_id)
      assert.deepEqual(await trip.app.simulator.mediaOf(trip.phone, sent.wa_message_id), bytes)
    }
  })

  test('400 for a page that is called a picture, by URL and as base64', async () => {
    trip.web.files.set('/photo.jpg', page)
    for (const source of [{ media_url: `${trip.web.origin}/photo.jpg` }, { media_base64: base64(page) }]) {
      const content = { media_type: 'image', mimetype: 'image/jpeg', ...source }
      assert.equal((await refuse(400, 'media', content)).code, 'wrong_file_type')
    }
  })

  test('413 for 17 MB of video, by URL and as base64; a document of that size goes out', async () => {
    const large = Buffer.concat([samples.mp4, Buffer.alloc(17 * 1024 * 1024)])
    trip.web.files.set('/film.mp4', large)
    const media_url = `${trip.web.origin}/film.mp4`
    for (const source of [{ media_url }, { media_base64: base64(large) }]) {
      const refused = await refuse(413, 'media', { media_type: 'video', ...source })
      assert.match(refused.detail, /16 MB/)
    }
    await refuse(413, 'gif', { media_url })
    const sent = await refuse(201, 'media', { media_type: 'document', media_url })
    await trip.app.simulator.nextMessage(trip.phone, ({ id }) => id === sent.wa_message_id)
    const arrived = await trip.app.simulator.mediaOf(trip.phone, sent.wa_message_id)
    assert.ok(arrived.equals(large))
  })

  test('400 or 413 for answers that lie about their length, go in circles, are empty or broken', async () => {
    for (const [path, status] of [
      ['/cut', 400],
      ['/huge', 413],
      ['/short', 400],
      ['/loop', 400],
      ['/empty', 400],
      ['/broken', 400],
    ] as const) {
      const media_url = `${liar.origin}${path}`
      const { status: answered, body } = await trip.tenant.api.call('POST', '/messages/send/media', {
        body: { ...trip.to('person'), media_type: 'image', media_url },
      })
      assert.equal(answered, status, `${path}: ${JSON.stringify(body)}`)
      assert.ok(body.detail.length > 10, path)
    }
  })

  for (const kind of ['media_corrupt', 'media_truncated'] as const) {
    test(`a file with ${kind} is never given out as if it were whole, and comes once it is`, async () => {
      const bytes = Buffer.alloc(300_000, 'x')
      const { message } = await trip.receive('person', { media: { kind: 'document', bytes } })
      trip.app.simulator.fault({ kind, phone: trip.phone })
      const failed = await trip.file(message.id)
      assert.ok(failed.status >= 400, `answered ${failed.status}`)
      assert.ok(JSON.parse(failed.bytes.toString()).detail.length > 10)
      const whole = await trip.file(message.id)
      assert.equal(whole.status, 200)
      assert.deepEqual(whole.bytes, bytes)
    })
  }

  test('a file that is gone is uploaded again by the phone, and comes byte for byte', async () => {
    const bytes = Buffer.alloc(150_000, 'y')
    for (const where of ['person', 'group'] as const) {
      const { message } = await trip.receive(where, { media: { kind: 'video', bytes } })
      trip.app.simulator.fault({ kind: 'media_gone', phone: trip.phone })
      const { status, bytes: got } = await trip.file(message.id)
      assert.equal(status, 200)
      assert.deepEqual(got, bytes)
    }
  })

  test('an inbound file that lies about its type and name is given out as a download only', async () => {
    const media = { kind: 'image', bytes: page, mimetype: 'text/html\r\nx-evil: 1' }
    const named = { kind: 'document', bytes: page, mimetype: 'text/html', fileName: '../../a\r\nb".html' }
    for (const content of [media, named]) {
      const { message } = await trip.receive('person', { media: content })
      const { status, headers, bytes } = await trip.file(message.id)
      assert.equal(status, 200)
      assert.deepEqual(bytes, page)
      assert.match(headers['content-disposition'], /^attachment/)
      assert.ok(!/[\r\n]/.test(headers['content-disposition']))
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['x-evil'], undefined)
    }
  })

  test('a refused upload fails the message with a sentence, once', async () => {
    trip.app.simulator.fault({ kind: 'upload_refused', phone: trip.session.phone, code: 415, count: 10 })
    const content = { ...trip.to('person'), media_type: 'image', media_base64: base64(samples.jpeg) }
    const { status, body } = await trip.tenant.api.call('POST', '/messages/send/media', { body: content })
    trip.app.simulator.fault({ kind: 'none', clear: true })
    assert.ok(status >= 400 && body.detail.length > 10, `answered ${status} ${JSON.stringify(body)}`)
    const isIt = (data: { message_id: string }) => data.message_id === body.message_id
    const delivered = await trip.delivered('message.failed', isIt)
    assert.equal(delivered.error, body.error)
    assert.equal((await trip.read(body.message_id)).status, 'failed')
    assert.equal(trip.hook.received.filter((it) => isIt(it.body.data)).length, 1)
    assert.equal((await trip.tenant.api.post(201, '/messages/send/media', content)).status, 'sent')
  })

  test('every delivery of all this has the contract’s form', () => trip.checkDeliveries())
})
