import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { type MediaSamples, makeMediaSamples } from '../../../../test/media-samples.ts'
import { until } from '../../../../test/until.ts'
import { sweepFiles } from '../../conversations/media/blobs.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
let samples: MediaSamples
let phone: string
let web: { server: Server; origin: string; files: Map<string, Buffer>; held: (() => void)[] }

async function serveFiles(): Promise<typeof web> {
  const files = new Map<string, Buffer>()
  const held: (() => void)[] = []
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '')
    if (request.url === '/held') held.push(() => response.writeHead(200).end(files.get('/image.jpg')))
    else if (request.url === '/moved') response.writeHead(302, { location: '/image.jpg' }).end()
    else if (request.url === '/inside') response.writeHead(302, { location: 'http://10.0.0.1/x' }).end()
    else if (request.url === '/endless') {
      response.writeHead(200, { 'content-type': 'image/jpeg' })
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', more)
      more()
    } else if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'text/html' }).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, files, held, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const to = (more: Record<string, unknown>) => ({ session_id: session.id, chat_id: phone, ...more })
const base64 = (bytes: Buffer) => bytes.toString('base64')

/** What the phone shows next, with its file. */
async function shown(kind: string) {
  const message = await app.simulator.nextMessage(phone, (it) => it.kind === kind)
  return { message, file: await app.simulator.mediaOf(phone, message.id) }
}

interface FormPart {
  name: string
  value: string | Buffer
  fileName?: string
  type?: string
}

const boundary = 'x-boundary-x'

function formOf(parts: readonly FormPart[]): Buffer {
  const pieces = parts.flatMap(({ name, value, fileName, type }) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"`
    const kind = type === undefined ? '' : `Content-Type: ${type}\r\n`
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${kind}\r\n`
    return [Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')]
  })
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

async function upload(path: string, payload: Buffer, headers: Record<string, string> = {}) {
  const response = await app.app.http.inject({
    method: 'POST',
    url: `/api/v2${path}`,
    headers: {
      authorization: `Bearer ${tenant.token}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...headers,
    },
    payload,
  })
  return { status: response.statusCode, body: response.json() }
}

const fields = (more: Record<string, string> = {}): FormPart[] =>
  Object.entries({ session_id: session.id, chat_id: phone, ...more }).map(([name, value]) => ({
    name,
    value,
  }))

suite('sends with files', () => {
  before(async () => {
    samples = await makeMediaSamples()
    app = await createLinkedApp()
    tenant = await app.tenant()
    session = await linkSession(app, tenant.api)
    phone = await addWarmContact(app, session)
    web = await serveFiles()
    web.files.set('/image.jpg', samples.jpeg).set('/files/a%20plan.pdf', samples.pdf)
  })
  after(async () => {
    await app.close()
    web.server.closeAllConnections()
    web.server.close()
  })

  test('messages.send_media: a large file arrives byte for byte and is kept byte for byte', async () => {
    const large = randomBytes(3 * 1024 * 1024 + 7)
    const form = formOf([
      ...fields({ media_type: 'document' }),
      { name: 'file', value: large, fileName: 'large.bin' },
    ])
    const { status, body } = await upload('/messages/send/media', form)
    assert.equal(status, 201)
    const { file } = await shown('document')
    assert.ok(file.equals(large))
    const kept = await app.app.http.inject({
      url: `/api/v2/messages/${body.id}/media`,
      headers: { authorization: `Bearer ${tenant.token}` },
    })
    assert.equal(kept.statusCode, 200)
    assert.ok(kept.rawPayload.equals(large))
  })

  test('messages.send_media: an image arrives byte for byte, with its size, a small picture and the caption', async () => {
    const body = to({ media_type: 'image', media_base64: base64(samples.jpeg), caption: 'Look' })
    const sent = await tenant.api.post(201, '/messages/send/media', body)
    assert.equal(sent.message_type, 'image')
    assert.equal(sent.status, 'sent')
    assert.equal(sent.has_media, true)
    assert.equal(sent.content_preview, 'Look')
    assert.deepEqual(sent.media, {
      mimetype: 'image/jpeg',
      file_name: null,
      size: samples.jpeg.length,
      seconds: null,
      url: `http://localhost:3000/api/v2/messages/${sent.id}/media`,
    })
    const { message, file } = await shown('image')
    assert.deepEqual(file, samples.jpeg)
    assert.equal(message.media?.caption, 'Look')
    assert.equal(message.media?.width, 320)
    assert.equal(message.media?.height, 200)
  })

  test('by URL, also after a redirect; a lying content type does not matter', async () => {
    for (const path of ['/image.jpg', '/moved']) {
      const body = to({ media_type: 'image', media_url: `${web.origin}${path}` })
      assert.equal((await tenant.api.post(201, '/messages/send/media', body)).media.mimetype, 'image/jpeg')
      assert.deepEqual((await shown('image')).file, samples.jpeg)
    }
    const plan = to({ media_type: 'document', media_url: `${web.origin}/files/a%20plan.pdf` })
    const sent = await tenant.api.post(201, '/messages/send/media', plan)
    assert.equal(sent.media.file_name, 'a plan.pdf')
    assert.equal(sent.media.mimetype, 'application/pdf')
  })

  test('as multipart/form-data with the file; the same bytes arrive', async () => {
    const { file: _, ...rest } = await shown('document').catch(() => ({ file: undefined }))
    assert.ok(rest)
    const part = { name: 'file', value: samples.pdf, fileName: 'plan.pdf', type: 'image/png' }
    const parts = [...fields({ media_type: 'document', caption: '[1, 2]' }), part]
    const { status, body } = await upload('/messages/send/media', formOf(parts))
    assert.equal(status, 201, JSON.stringify(body))
    assert.equal(body.media.file_name, 'plan.pdf')
    assert.equal(body.media.mimetype, 'application/pdf')
    assert.equal(body.content_preview, '[1, 2]')
    assert.deepEqual((await shown('document')).file, samples.pdf)
  })

  test('422 for a document without a name', async () => {
    const nameless = to({ media_type: 'document', media_base64: base64(samples.pdf) })
    assert.match((await tenant.api.post(422, '/messages/send/media', nameless)).detail, /^filename/)
  })

  test('messages.send_sticker: WebP as it is; PNG and GIF become 512 times 512 pixels', async () => {
    const ready = to({ media_base64: `data:image/webp;base64,${base64(samples.sticker)}` })
    assert.equal((await tenant.api.post(201, '/messages/send/sticker', ready)).message_type, 'sticker')
    assert.deepEqual((await shown('sticker')).file, samples.sticker)
    for (const [source, pages] of [
      [samples.png, 1],
      [samples.gif, 3],
    ] as const) {
      await tenant.api.post(201, '/messages/send/sticker', to({ media_base64: base64(source) }))
      const { file, message } = await shown('sticker')
      const facts = await sharp(file, { animated: true }).metadata()
      assert.equal(message.media?.mimetype, 'image/webp')
      assert.deepEqual([facts.width, facts.pageHeight ?? facts.height, facts.pages ?? 1], [512, 512, pages])
    }
  })

  test('messages.send_gif: MP4 as it is, a GIF as MP4', async () => {
    const ready = to({ media_base64: base64(samples.mp4), caption: 'Moves' })
    assert.equal((await tenant.api.post(201, '/messages/send/gif', ready)).message_type, 'gif')
    assert.deepEqual((await shown('gif')).file, samples.mp4)
    await tenant.api.post(201, '/messages/send/gif', to({ media_base64: base64(samples.gif) }))
    const { file, message } = await shown('gif')
    assert.equal(message.media?.mimetype, 'video/mp4')
    assert.equal(file.subarray(4, 8).toString(), 'ftyp')
    assert.equal(message.media?.width, 100)
  })

  test('messages.send_voice: Opus as it is, other sound converted, with seconds', async () => {
    const ready = to({ media_base64: base64(samples.opus) })
    const sent = await tenant.api.post(201, '/messages/send/voice', ready)
    assert.equal(sent.message_type, 'voice')
    assert.equal(sent.media.seconds, 2)
    const { file, message } = await shown('voice')
    assert.deepEqual(file, samples.opus)
    assert.equal(message.media?.seconds, 2)
    for (const source of [samples.mp3, samples.wav]) {
      await tenant.api.post(201, '/messages/send/voice', to({ media_base64: base64(source) }))
      const converted = await shown('voice')
      assert.match(converted.message.media?.mimetype ?? '', /^audio\/ogg; codecs=opus$/)
      assert.equal(converted.file.subarray(0, 4).toString(), 'OggS')
      assert.equal(converted.message.media?.seconds, 2)
    }
  })

  test('video and audio arrive byte for byte', async () => {
    for (const [kind, source] of [
      ['video', samples.mp4],
      ['audio', samples.mp3],
    ] as const) {
      const body = to({ media_type: kind, media_base64: base64(source) })
      const sent = await tenant.api.post(201, '/messages/send/media', body)
      assert.equal(sent.media.seconds, kind === 'video' ? 1 : 2)
      assert.deepEqual((await shown(kind)).file, source)
    }
  })

  test('exactly one source: 422 otherwise; bad base64 422', async () => {
    const { media_type } = { media_type: 'image' }
    const one = { media_url: `${web.origin}/image.jpg` }
    const other = { media_base64: base64(samples.jpeg) }
    for (const source of [{}, { ...one, ...other }]) {
      const { detail } = await tenant.api.post(422, '/messages/send/media', to({ media_type, ...source }))
      assert.match(detail, /media_url/)
    }
    const part = { name: 'file', value: samples.jpeg, fileName: 'a.jpg' }
    const both = await upload('/messages/send/media', formOf([...fields({ media_type, ...one }), part]))
    assert.equal(both.status, 422)
    for (const media_base64 of ['no base64!', 'abcde', 'data:image/png,abcd']) {
      const { detail } = await tenant.api.post(422, '/messages/send/media', to({ media_type, media_base64 }))
      assert.match(detail, /^media_base64/)
    }
  })

  test('400 naming what the file is, whatever it calls itself', async () => {
    const wrong: [string, Record<string, unknown>, RegExp][] = [
      ['sticker', { media_base64: base64(samples.mp4) }, /video\/mp4/],
      ['gif', { media_base64: base64(samples.jpeg) }, /image\/jpeg/],
      ['voice', { media_base64: base64(samples.pdf) }, /application\/pdf/],
      [
        'media',
        { media_type: 'image', media_base64: base64(samples.mp3), mimetype: 'image/jpeg' },
        /audio\/mpeg/,
      ],
      ['media', { media_type: 'video', media_base64: base64(samples.png) }, /image\/png/],
      ['media', { media_type: 'audio', media_base64: base64(samples.jpeg) }, /image\/jpeg/],
      ['media', { media_type: 'image', media_base64: base64(Buffer.from('<svg/>')) }, /not an image/],
    ]
    for (const [path, content, says] of wrong) {
      const answer = await tenant.api.post(400, `/messages/send/${path}`, to(content))
      assert.equal(answer.code, 'wrong_file_type')
      assert.match(answer.detail, says)
    }
  })

  test('400 for a file that is cut off or empty', async () => {
    const cut = (bytes: Buffer) => base64(bytes.subarray(0, Math.floor(bytes.length / 2)))
    for (const [path, content] of [
      ['media', { media_type: 'image', media_base64: cut(samples.jpeg) }],
      ['sticker', { media_base64: cut(samples.sticker) }],
      ['media', { media_type: 'video', media_base64: base64(samples.mp4.subarray(0, 60)) }],
    ] as const) {
      const { code } = await tenant.api.post(400, `/messages/send/${path}`, to(content))
      assert.equal(code, 'unreadable_file')
    }
    const empty = await upload(
      '/messages/send/sticker',
      formOf([...fields(), { name: 'file', value: '', fileName: 'a.webp' }]),
    )
    assert.equal(empty.status, 400)
  })

  test('a picture that would unpack to too many pixels is refused, and nothing else suffers', async () => {
    // A small picture whose header claims 60,000 times 60,000 pixels.
    const bomb = Buffer.from(samples.png)
    bomb.writeUInt32BE(60_000, 16)
    bomb.writeUInt32BE(60_000, 20)
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29)
    const body = to({ media_type: 'image', media_base64: base64(bomb) })
    const { code } = await tenant.api.post(400, '/messages/send/media', body)
    assert.equal(code, 'unreadable_file')
  })

  test('413 for what is too large, by every way', async () => {
    const large = Buffer.alloc(1024 * 1024 + 1)
    const json = await tenant.api.post(413, '/messages/send/sticker', to({ media_base64: base64(large) }))
    assert.match(json.detail, /1 MB/)
    web.files.set('/large', large)
    await tenant.api.post(413, '/messages/send/sticker', to({ media_url: `${web.origin}/large` }))
    await tenant.api.post(413, '/messages/send/gif', to({ media_url: `${web.origin}/endless` }))
    const form = formOf([...fields(), { name: 'file', value: large, fileName: 'a.webp' }])
    assert.equal((await upload('/messages/send/sticker', form)).status, 413)
    await tenant.api.post(413, '/messages/send/sticker', to({ media_base64: 'A'.repeat(3 * 1024 * 1024) }))
  })

  test('bodies without a length count as what they were, once they are read', async () => {
    const origin = await app.app.http.listen({ port: 0, host: '127.0.0.1' })
    const send = () =>
      fetch(`${origin}/api/v2/messages/send/media`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tenant.token}` },
        body: new Blob([
          JSON.stringify(to({ media_type: 'image', media_url: `${web.origin}/held` })),
        ]).stream(),
        duplex: 'half',
      })
    const answers: Promise<Response>[] = []
    for (let count = 1; count <= 4; count += 1) {
      answers.push(send())
      await until('its file is asked for', () => (web.held.length === count ? true : undefined))
    }
    for (const answer of web.held) answer()
    for (const answer of answers) assert.equal((await answer).status, 201)
    for (const _ of answers) await shown('image')
  })

  test('400 for addresses that must not be reached or give no file', async () => {
    const ask = (media_url: string) =>
      tenant.api.post(400, '/messages/send/media', to({ media_type: 'image', media_url }))
    for (const url of [
      'http://10.0.0.1/x',
      'https://169.254.169.254/meta',
      `${web.origin}/inside`,
      'file:///etc/passwd',
    ]) {
      const refused = await ask(url)
      assert.equal(refused.code, 'address_refused')
      assert.match(refused.detail, /^media_url/)
    }
    const missing = await ask(`${web.origin}/none`)
    assert.equal(missing.code, 'media_not_found')
    assert.match(missing.detail, /^media_url.*404/)
    web.server.closeIdleConnections()
    assert.equal((await ask('http://127.0.0.1:9/x')).code, 'media_not_found')
  })

  test('400 for a form that ends early or has no boundary, 422 for a file in another field', async () => {
    const whole = formOf([...fields(), { name: 'file', value: samples.sticker, fileName: 'a.webp' }])
    assert.equal((await upload('/messages/send/sticker', whole.subarray(0, -200))).status, 400)
    const headers = { 'content-type': 'multipart/form-data' }
    assert.equal((await upload('/messages/send/sticker', whole, headers)).status, 400)
    const elsewhere = formOf([...fields(), { name: 'picture', value: samples.sticker, fileName: 'a.webp' }])
    assert.equal((await upload('/messages/send/sticker', elsewhere)).status, 422)
    const incomplete = formOf([{ name: 'file', value: samples.sticker, fileName: 'a.webp' }])
    assert.match((await upload('/messages/send/sticker', incomplete)).body.detail, /session_id/)
  })

  test('404 for another tenant before a file is fetched; 401 before a byte is read', async () => {
    const other = await app.tenant()
    const body = to({ media_url: `${web.origin}/none` })
    await other.api.post(404, '/messages/send/sticker', body)
    const form = formOf([...fields(), { name: 'file', value: samples.sticker, fileName: 'a.webp' }])
    assert.equal((await upload('/messages/send/sticker', form, { authorization: 'Bearer x' })).status, 401)
  })

  test('the same Idempotency-Key sends an upload once; another file under it is 422', async () => {
    const key = { 'idempotency-key': 'upload-1' }
    const form = (file: Buffer) => formOf([...fields(), { name: 'file', value: file, fileName: 'a.webp' }])
    const first = await upload('/messages/send/sticker', form(samples.sticker), key)
    assert.equal(first.status, 201)
    const again = await upload('/messages/send/sticker', form(samples.sticker), key)
    assert.equal(again.body.id, first.body.id)
    assert.equal((await upload('/messages/send/sticker', form(samples.png), key)).status, 422)
    const later = await upload('/messages/send/sticker', form(samples.sticker), { prefer: 'respond-async' })
    assert.equal(later.status, 202)
    await shown('sticker')
    await shown('sticker')
  })

  test('to groups and channels as well', async () => {
    const { id: group } = app.simulator.createGroup({
      subject: 'Team',
      owner: phone,
      members: [session.phone],
    })
    const { id: channel } = app.simulator.channels.create({ owner: session.phone, name: 'News' })
    const content = { media_type: 'image', media_base64: base64(samples.jpeg), caption: 'For all' }
    const place = (chat_id: string) => ({ session_id: session.id, chat_id })
    await tenant.api.post(201, '/messages/send/media', { ...place(group), ...content })
    assert.deepEqual((await shown('image')).file, samples.jpeg)
    const post = await tenant.api.post(201, '/messages/send/media', { ...place(channel), ...content })
    assert.equal(post.wa_chat_id, channel)
    const poll = { title: 'Q', options: ['a', 'b'] }
    await tenant.api.post(201, '/messages/send/poll', { ...place(group), ...poll })
    await tenant.api.post(201, '/messages/send/location', { ...place(group), latitude: 1, longitude: 2 })
    await tenant.api.post(201, '/messages/send', { ...place(channel), message: 'Words' })
    assert.equal(app.simulator.channels.posts(channel).length, 2)
  })

  test('what has no answer yet keeps its file, and is sent again whole after the connection was lost', async () => {
    app.simulator.fault({ kind: 'slow', phone: session.phone, delayMs: 60_000 })
    const body = to({ media_base64: base64(samples.sticker) })
    const sent = await tenant.api.post(202, '/messages/send/sticker', body, { prefer: 'respond-async' })
    await sweepFiles(app.app.ctx)
    const left = nextEvent(app, 'message.sent', (told) => told.messageId === sent.id)
    const working = nextEvent(app, 'session.status', (told) => told.status === 'working')
    app.simulator.fault({ kind: 'slow', phone: session.phone, clear: true })
    app.simulator.fault({ kind: 'drop', phone: session.phone })
    await Promise.all([left, working])
    const { message, file } = await shown('sticker')
    assert.equal(message.id, sent.wa_message_id)
    assert.deepEqual(file, samples.sticker)
  })

  test('without ffmpeg what needs it is refused with a sentence, what does not is sent', async () => {
    const { config } = app.app.ctx
    const before = config.searchPath
    config.searchPath = '/nowhere'
    try {
      for (const [path, source] of [
        ['gif', samples.gif],
        ['voice', samples.mp3],
      ] as const) {
        const answer = await tenant.api.post(
          400,
          `/messages/send/${path}`,
          to({ media_base64: base64(source) }),
        )
        assert.equal(answer.code, 'converter_missing')
        assert.match(answer.detail, /install the package "ffmpeg"/)
      }
      await tenant.api.post(201, '/messages/send/voice', to({ media_base64: base64(samples.opus) }))
      await tenant.api.post(201, '/messages/send/gif', to({ media_base64: base64(samples.mp4) }))
    } finally {
      config.searchPath = before
    }
  })
})
