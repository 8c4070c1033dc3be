import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import { liftLimits } from '../../../../test/lift-limits.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
let phone: string
let web: {
  server: Server
  origin: string
  answers: Map<string, [headers: Record<string, string>, body: Buffer]>
}

async function serveAnswers(): Promise<typeof web> {
  const answers: (typeof web)['answers'] = new Map()
  const server = createServer((request, response) => {
    const [headers, body] = answers.get(request.url ?? '') ?? [{}, Buffer.alloc(0)]
    response.writeHead('location' in headers ? 302 : 200, headers).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, answers, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const compound = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2048)])
const table = Buffer.from('BM;Bermuda\nBR;Brazil\n')
const program = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(200)])
const page = Buffer.from('<!doctype html><script>alert(1)</script>')
const pdf = Buffer.from('%PDF-1.4\n%\u00e2\u00e3\n1 0 obj\n<<>>\nendobj\n%%EOF\n')

interface Saying {
  filename?: string
  mimetype?: string
}

const about = () => ({ session_id: session.id, chat_id: phone, media_type: 'document' })

/** The ways of a file into a message; each is told the name and the type in its own words. */
const doors: Record<
  string,
  (
    bytes: Buffer,
    name: string,
    type: string | undefined,
    saying?: Saying,
  ) => Promise<{ id: string; media: { mimetype: string; file_name: string }; wa_message_id: string }>
> = {
  base64: (bytes, name, type, saying) =>
    tenant.api.post(201, '/messages/send/media', {
      ...about(),
      media_base64: bytes.toString('base64'),
      filename: name,
      ...(type === undefined ? {} : { mimetype: type }),
      ...saying,
    }),
  'data URL': (bytes, name, type, saying) =>
    tenant.api.post(201, '/messages/send/media', {
      ...about(),
      media_base64: `data:${type ?? ''};base64,${bytes.toString('base64')}`,
      filename: name,
      ...saying,
    }),
  'address that names it': (bytes, name, type, saying) => {
    const path = `/${encodeURIComponent(name)}`
    web.answers.set(path, [type === undefined ? {} : { 'content-type': type }, bytes])
    return tenant.api.post(201, '/messages/send/media', {
      ...about(),
      media_url: web.origin + path,
      ...saying,
    })
  },
  'address whose answer names it': (bytes, name, type, saying) => {
    const disposition = `attachment; filename="x.bin"; filename*=UTF-8''${encodeURIComponent(name)}`
    const headers = {
      'content-disposition': disposition,
      ...(type === undefined ? {} : { 'content-type': type }),
    }
    web.answers.set('/get?id=5', [headers, bytes])
    return tenant.api.post(201, '/messages/send/media', {
      ...about(),
      media_url: `${web.origin}/get?id=5`,
      ...saying,
    })
  },
  upload: async (bytes, name, type, saying) => {
    const form = new FormData()
    for (const [field, value] of Object.entries({ ...about(), ...saying })) form.set(field, value)
    form.set('file', new File([new Uint8Array(bytes)], name, type === undefined ? {} : { type }))
    const encoded = new Request('http://localhost', { method: 'POST', body: form })
    const response = await app.app.http.inject({
      method: 'POST',
      url: '/api/v2/messages/send/media',
      headers: {
        authorization: `Bearer ${tenant.token}`,
        'content-type': encoded.headers.get('content-type') ?? '',
      },
      payload: Buffer.from(await encoded.arrayBuffer()),
    })
    assert.equal(response.statusCode, 201, response.body)
    return response.json()
  },
}

type Row = [bytes: Buffer, name: string, type: string | undefined, mimetype: string, fileName: string]

const rows: Row[] = [
  [compound, 'report.doc', undefined, 'application/msword', 'report.doc'],
  [compound, 'mail.msg', 'application/octet-stream', 'application/vnd.ms-outlook', 'mail.msg'],
  [compound, 'report', 'application/vnd.ms-excel', 'application/vnd.ms-excel', 'report.xls'],
  [table, 'countries.csv', undefined, 'text/csv', 'countries.csv'],
  [table, 'countries', 'text/csv', 'text/csv', 'countries.csv'],
  [table, 'countries', undefined, 'text/plain', 'countries.txt'],
  [pdf, 'Rechnung Nr. 5', undefined, 'application/pdf', 'Rechnung Nr. 5.pdf'],
  [pdf, 'می\u200cخواهم.pdf', undefined, 'application/pdf', 'می\u200cخواهم.pdf'],
  [pdf, '👨\u200d👩\u200d👧 Größe.pdf', undefined, 'application/pdf', '👨\u200d👩\u200d👧 Größe.pdf'],
  [pdf, 'invoice\u202efdp.exe.pdf', undefined, 'application/pdf', 'invoicefdp.exe.pdf'],
  [program, 'plan.pdf', 'application/pdf', 'application/x-msdownload', 'plan.pdf'],
  [page, 'page.html', 'text/html', 'text/plain', 'page.html'],
]

suite('documents through every door', () => {
  before(async () => {
    app = await createLinkedApp()
    tenant = await app.tenant()
    await liftLimits(app.database.db)
    session = await linkSession(app, tenant.api)
    phone = await addWarmContact(app, session)
    web = await serveAnswers()
  })
  after(async () => {
    await app.close()
    web.server.closeAllConnections()
    web.server.close()
  })

  for (const [door, send] of Object.entries(doors)) {
    test(`messages.send_media: type and name arrive, by ${door}`, async () => {
      for (const [bytes, name, type, mimetype, fileName] of rows) {
        const sent = await send(bytes, name, type)
        assert.deepEqual([sent.media.mimetype, sent.media.file_name], [mimetype, fileName], `${name} ${type}`)
        const shown = await app.simulator.nextMessage(phone, ({ id }) => id === sent.wa_message_id)
        assert.deepEqual([shown.media?.mimetype, shown.media?.fileName], [mimetype, fileName])
        assert.deepEqual(await app.simulator.mediaOf(phone, sent.wa_message_id), bytes)
      }
    })

    test(`the fields mimetype and filename win, by ${door}`, async () => {
      const saying = { mimetype: 'application/x-own; a=b', filename: 'own.thing' }
      const sent = await send(pdf, 'plan.pdf', 'text/plain', saying)
      assert.deepEqual([sent.media.mimetype, sent.media.file_name], ['application/x-own', 'own.thing'])
      const renamed = await send(pdf, 'plan.pdf', undefined, { filename: 'own' })
      assert.deepEqual([renamed.media.mimetype, renamed.media.file_name], ['application/pdf', 'own.pdf'])
    })
  }

  test('after a redirect the name is the one that was asked for; a program of a server names nothing', async () => {
    web.answers.set('/plan.pdf', [{ location: '/8f3a' }, Buffer.alloc(0)])
    web.answers.set('/8f3a', [{ 'content-type': 'application/pdf' }, pdf])
    web.answers.set('/get.php?id=5', [{ location: '/files/a%20plan.pdf' }, Buffer.alloc(0)])
    web.answers.set('/files/a%20plan.pdf', [{}, pdf])
    web.answers.set('/show.php', [{ 'content-type': 'application/pdf' }, pdf])
    for (const [path, fileName] of [
      ['/plan.pdf', 'plan.pdf'],
      ['/8f3a', '8f3a.pdf'],
      ['/get.php?id=5', 'a plan.pdf'],
      ['/show.php', 'show.pdf'],
    ]) {
      const body = { ...about(), media_url: `${web.origin}${path}` }
      const { media } = await tenant.api.post(201, '/messages/send/media', body)
      assert.deepEqual([media.mimetype, media.file_name], ['application/pdf', fileName], path)
    }
  })

  test('422 for a type that is none; names that are nothing count as missing', async () => {
    const body = { ...about(), media_base64: pdf.toString('base64') }
    for (const mimetype of ['pdf', 'application/', '/pdf', 'a b/c']) {
      const { detail } = await tenant.api.post(422, '/messages/send/media', {
        ...body,
        filename: 'a',
        mimetype,
      })
      assert.match(detail, /^mimetype: must be a media type/)
    }
    for (const filename of ['..', '\u202e', '/', '\u200d']) {
      const { detail } = await tenant.api.post(422, '/messages/send/media', { ...body, filename })
      assert.match(detail, /^filename/)
    }
  })

  test('an inbound document has type and extension, where its sender told one of them', async () => {
    for (const [given, mimetype, fileName] of [
      [{ mimetype: 'application/pdf', fileName: 'plan' }, 'application/pdf', 'plan.pdf'],
      [{ mimetype: 'application/octet-stream', fileName: 'a.doc' }, 'application/msword', 'a.doc'],
      [{ mimetype: 'application/pdf', fileName: 'fdp\u202eexe.pdf' }, 'application/pdf', 'fdpexe.pdf'],
      [{ mimetype: 'text/csv', fileName: 'می\u200cخ/a' }, 'text/csv', 'می\u200cخ_a.csv'],
    ] as const) {
      const coming = nextEvent(app, 'message.received', (event) => event.sessionId === session.id)
      const media = { kind: 'document' as const, bytes: pdf, ...given }
      await app.simulator.sendMessage(phone, { to: session.phone, media })
      const { messageId } = await coming
      const message = await tenant.api.get(200, `/messages/${messageId}`)
      assert.deepEqual([message.media.mimetype, message.media.file_name], [mimetype, fileName])
    }
  })

  test('what has no name is given out under its kind and extension', async () => {
    for (const [kind, mimetype, name] of [
      ['image', 'image/jpeg', 'image.jpg'],
      ['voice', 'audio/ogg; codecs=opus', 'voice.ogg'],
      ['video', 'video/mp4', 'video.mp4'],
      ['sticker', 'image/webp', 'sticker.webp'],
      ['audio', 'audio/mpeg', 'audio.mp3'],
    ] as const) {
      const coming = nextEvent(app, 'message.received', (event) => event.sessionId === session.id)
      await app.simulator.sendMessage(phone, { to: session.phone, media: { kind, bytes: pdf, mimetype } })
      const { messageId } = await coming
      const { headers } = await app.app.http.inject({
        url: `/api/v2/messages/${messageId}/media`,
        headers: { authorization: `Bearer ${tenant.token}` },
      })
      assert.match(String(headers['content-disposition']), new RegExp(`filename="${name}"`))
    }
  })
})
