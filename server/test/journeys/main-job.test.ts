import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { databaseEnvironment } from '../process-database.ts'
import { programEnvironment, startServer, startSimulator, temporaryDirectory } from '../processes.ts'
import { until } from '../until.ts'

const apiKey = `mf_${'journey0'.repeat(5)}`
const secret = `whsec_${randomBytes(24).toString('base64')}`
const ourPhone = '4915550100001'
const friendPhone = '4915550100002'

/** What the journey reads of any object; HTTP only, so nothing of the server's types is used. */
// biome-ignore lint/suspicious/noExplicitAny: a black box answers with whatever JSON it has
type Json = any

interface Delivery {
  headers: Record<string, string>
  raw: string
  body: Json
}

async function startReceiver() {
  const deliveries: Delivery[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks).toString()
    deliveries.push({ headers: request.headers as Record<string, string>, raw, body: JSON.parse(raw) })
    response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}/hook`,
    deliveries,
    next: (event: string, matches: (data: Json) => boolean = () => true) =>
      until(`webhook ${event}`, () => deliveries.find((d) => d.body.event === event && matches(d.body.data))),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function client(baseUrl: string) {
  return async (
    status: number,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Json> => {
    const response = await fetch(`${baseUrl}/api/v2${path}`, {
      method,
      headers: {
        'x-api-key': apiKey,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.equal(response.status, status, `${method} ${path}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}

/** Reads an event stream into an array until closed. */
async function openStream(url: string) {
  const abort = new AbortController()
  const response = await fetch(url, {
    headers: { 'x-api-key': apiKey, accept: 'text/event-stream' },
    signal: abort.signal,
  })
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const frames: { event: string; data: Json; id: string | undefined }[] = []
  const reading = (async () => {
    let buffered = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      buffered += decoder.decode(chunk, { stream: true })
      const parts = buffered.split('\n\n')
      buffered = parts.pop() ?? ''
      for (const part of parts) {
        const fields = Object.fromEntries(
          part
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]),
        )
        if (fields['event'] !== undefined)
          frames.push({
            event: fields['event'],
            data: JSON.parse(fields['data'] ?? 'null'),
            id: fields['id'],
          })
      }
    }
  })().catch(() => undefined)
  return {
    frames,
    async close() {
      abort.abort()
      await reading
    },
  }
}

/** The raw body's signature by both schemes, checked with independent code and the published verifier. */
function assertSigned(delivery: Delivery): void {
  const hex = createHmac('sha256', secret).update(delivery.raw).digest('hex')
  assert.equal(delivery.headers['x-webhook-signature'], hex)
  new Webhook(secret).verify(delivery.raw, delivery.headers)
  assert.throws(() => new Webhook(secret).verify(`${delivery.raw} `, delivery.headers))
}

test('the main job: from an empty directory to signed webhooks, over a restart, to logout', {
  timeout: 240_000,
}, async (t) => {
  await using data = await temporaryDirectory()
  await using database = await databaseEnvironment()
  await using receiver = await startReceiver()
  const simulator = await startSimulator()
  t.after(() => simulator.process.stop())
  await simulator.call('POST', '/accounts', { phone: ourPhone, name: 'Front desk' })
  await simulator.call('POST', '/accounts', { phone: friendPhone, name: 'Friend' })
  await simulator.call('POST', `/accounts/${friendPhone}/receipts`, { mode: 'none' })

  const env = {
    ...programEnvironment({ dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }),
    LOG_LEVEL: 'info',
    ...database.env,
    MOLTFLOW_OUTGOING_ALLOW: '127.0.0.1',
    MOLTFLOW_WEBHOOK_RETRY_SECONDS: '1,1,1',
  }
  let server = await startServer({ env })
  t.after(() => server.process.stop())
  let call = client(server.url)

  const login = await fetch(`${server.url}/api/v2/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ email: 'owner@example.com', password: 'correct horse battery' }),
  })
  assert.equal(login.status, 200)
  const { access_token: token } = (await login.json()) as Json
  const me = await fetch(`${server.url}/api/v2/auth/me`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(((await me.json()) as Json).role, 'owner')

  const session = await call(201, 'POST', '/sessions', { name: 'Front desk' })
  assert.equal(session.status, 'stopped')
  const stream = await openStream(
    `${server.url}/api/v2/sessions/${session.id}/events?token=${token}`.replace(`?token=${token}`, ''),
  )
  await call(200, 'POST', `/sessions/${session.id}/start`)
  const qr = await until('a QR code', async () => {
    const response = await fetch(`${server.url}/api/v2/sessions/${session.id}/qr`, {
      headers: { 'x-api-key': apiKey, accept: 'application/json' },
    })
    return response.status === 200 ? ((await response.json()) as Json) : undefined
  })
  assert.match(qr.qr, /^data:image\/png;base64,/)
  assert.ok(Date.parse(qr.expires_at) > 0)

  const hook = await call(201, 'POST', '/webhooks', {
    name: 'journey',
    url: receiver.url,
    secret,
    events: [
      'message.received',
      'message.sent',
      'message.delivered',
      'message.read',
      'session.connected',
      'session.disconnected',
    ],
  })
  assert.equal(hook.secret, undefined)

  await simulator.call('POST', `/accounts/${ourPhone}/scan`, { code: qr.code })
  await until('working on the stream', () =>
    stream.frames.find((f) => f.event === 'session.status' && f.data.status === 'working'),
  )
  assert.equal(stream.frames[0]?.data.status, 'stopped')
  const connected = await receiver.next('session.connected')
  assertSigned(connected)
  assert.equal(connected.body.data.phone_number, ourPhone)

  const sent = await call(201, 'POST', '/messages/send', {
    session_id: session.id,
    chat_id: `+${friendPhone}`,
    message: 'Hello from the journey',
  })
  assert.equal(sent.status, 'sent')
  assert.equal(sent.direction, 'outbound')
  assert.equal(sent.wa_chat_id, `${friendPhone}@c.us`)
  const inbox = await until('the message on the phone', async () => {
    const messages = await simulator.call<Json[]>('GET', `/accounts/${friendPhone}/messages`)
    return messages.length > 0 ? messages : undefined
  })
  assert.deepEqual(
    inbox.map((m) => m.text),
    ['Hello from the journey'],
  )
  assert.equal(inbox[0].id, sent.wa_message_id)

  await simulator.call('POST', `/accounts/${friendPhone}/receipts`, {
    mode: 'read',
    deliveryMs: 20,
    readMs: 60,
  })
  const second = await call(201, 'POST', '/messages/send', {
    session_id: session.id,
    chat_id: friendPhone,
    message: 'And again',
  })
  const isSecond = (data: Json) => data.message_id === second.id
  for (const event of ['message.sent', 'message.delivered', 'message.read']) {
    const delivery = await receiver.next(event, isSecond)
    assertSigned(delivery)
    assert.equal(delivery.body.data.chat_id, `${friendPhone}@c.us`)
    assert.equal(delivery.body.data.direction, 'outbound')
  }

  await simulator.call('POST', `/accounts/${friendPhone}/messages`, {
    to: `${ourPhone}@c.us`,
    text: 'Hi, is it still free?',
  })
  const received = await receiver.next('message.received')
  assertSigned(received)
  assert.equal(received.body.data.message, 'Hi, is it still free?')
  assert.equal(received.body.data.session_id, session.id)
  assert.equal(received.body.data.sender_phone, `+${friendPhone}`)
  assert.equal(received.body.data.direction, 'inbound')
  await stream.close()

  assert.equal(await server.process.stop('SIGTERM'), 0, server.process.output)
  await simulator.call('POST', `/accounts/${friendPhone}/messages`, {
    to: `${ourPhone}@c.us`,
    text: 'While you were away',
  })
  server = await startServer({ env })
  call = client(server.url)
  await until('working again without a scan', async () => {
    const now = await call(200, 'GET', `/sessions/${session.id}`)
    return now.status === 'working' ? now : undefined
  })
  await receiver.next('message.received', (data) => data.message === 'While you were away')
  assert.equal(receiver.deliveries.filter((d) => d.body.data.message === 'While you were away').length, 1)

  const out = await call(200, 'POST', `/sessions/${session.id}/logout`)
  assert.deepEqual([out.status, out.phone_number], ['stopped', null])
  assert.equal(
    (await receiver.next('session.disconnected', (data) => data.reason === 'logout')).body.data.session_id,
    session.id,
  )
  await call(400, 'POST', '/messages/send', {
    session_id: session.id,
    chat_id: friendPhone,
    message: 'too late',
  })
  assert.equal(await server.process.stop('SIGTERM'), 0, server.process.output)
})
