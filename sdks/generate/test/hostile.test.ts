import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import {
  type AnyClient,
  noteInputs,
  type Order,
  type Outcome,
  PythonClients,
  typeScriptClient,
} from './clients.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, attempt: number, body: string) => void

let server: Server
let url: string
let python: PythonClients
let clients: AnyClient[]
/** What the server does, by the word in the `x-case` header; and how often it was asked. */
const cases = new Map<string, Answer>()
const asked = new Map<string, IncomingMessage[]>()

before(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const name = String(request.headers['x-case'])
      const before = asked.get(name) ?? []
      asked.set(name, [...before, request])
      cases.get(name.split('/')[0] ?? '')?.(request, response, before.length + 1, body)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  python = new PythonClients()
  clients = [typeScriptClient, ...python.all]
  noteInputs(['messages.send', 'leads.list', 'chats.list', 'labels.create'])
})
after(async () => {
  await python.close()
  server.closeAllConnections()
  server.close()
})

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

const send: Order = {
  method: 'messages.send',
  input: { session_id: 's', chat_id: 'c', message: 'Olá 👋 \u0000' },
}
const list: Order = { method: 'sessions.list' }
const create: Order = { method: 'labels.create', input: { name: 'x' } }

/** Asks with every client and tells each one's outcome and number of requests. */
async function ask(
  name: string,
  answer: Answer,
  order: Order,
  more: { retries?: number; key?: string; at?: string; timeoutSeconds?: number } = {},
) {
  cases.set(name, answer)
  const rows = await Promise.all(
    clients.map(async (client) => {
      const word = `${name}/${client.name}`
      const settings = {
        key: more.key ?? 'mf_secret',
        url: more.at ?? url,
        retries: more.retries ?? 0,
        timeoutSeconds: more.timeoutSeconds ?? 20,
      }
      const outcome = await client.run(settings, { ...order, headers: { 'x-case': word } })
      return { client: client.name, outcome, requests: asked.get(word) ?? [] }
    }),
  )
  return rows
}

function errorOf(outcome: Outcome): Record<string, unknown> {
  assert.ok('error' in outcome, JSON.stringify(outcome))
  return outcome.error
}

suite('clients of both languages', { timeout: 120_000 }, () => {
  test('tell refusals by status with code, request id and required scopes', async () => {
    const classes: Record<number, string> = {
      400: 'BadRequestError',
      401: 'AuthenticationError',
      403: 'PermissionDeniedError',
      404: 'NotFoundError',
      409: 'ConflictError',
      413: 'ApiError',
      422: 'ValidationError',
      429: 'RateLimitError',
      500: 'ServerError',
    }
    for (const [status, name] of Object.entries(classes)) {
      const headers = {
        'x-request-id': 'r1',
        'x-required-scopes': 'leads:manage custom-groups:manage',
        'retry-after': '7',
      }
      const rows = await ask(
        `refusal${status}`,
        (_, r) => json(r, Number(status), { detail: 'No', code: 'no' }, headers),
        list,
      )
      for (const { outcome } of rows) {
        assert.deepEqual(errorOf(outcome), {
          class: name,
          message: `${status}: No`,
          status: Number(status),
          detail: 'No',
          code: 'no',
          requestId: 'r1',
          requiredScopes: ['leads:manage', 'custom-groups:manage'],
          retryAfter: 7,
        })
      }
    }
  })

  test('send again after 408, 429 and 5xx, waiting as told, and a send under the same key', async () => {
    const statuses = [429, 503, 408, 502]
    const flaky: Answer = (_, r, attempt) =>
      attempt <= statuses.length
        ? json(r, statuses[attempt - 1] ?? 500, { detail: 'Later' }, { 'retry-after': '0' })
        : json(r, 201, { id: 'm' })
    for (const { client, outcome, requests } of await ask('flaky', flaky, send, { retries: 4 })) {
      assert.deepEqual(outcome, { value: { id: 'm' } }, client)
      const keys = new Set(requests.map(({ headers }) => headers['idempotency-key']))
      assert.equal(requests.length, 5)
      assert.equal(keys.size, 1)
      assert.match(String([...keys][0]), /^sdk-[0-9a-f]{32}$/)
    }
  })

  test('never repeat what may have been done and has no key; nor wait longer than allowed', async () => {
    const rows = await ask('once', (_, r) => json(r, 500, { detail: 'Oh' }), create, { retries: 3 })
    for (const { requests } of rows) assert.equal(requests.length, 1)
    const lost = await ask('lost', (request) => request.socket.destroy(), create, { retries: 3 })
    for (const { outcome, requests } of lost) {
      assert.equal(errorOf(outcome)['class'], 'ConnectionError')
      assert.equal(requests.length, 1)
    }
    const long = await ask(
      'long',
      (_, r) => json(r, 429, { detail: 'Later' }, { 'retry-after': '86400' }),
      list,
      { retries: 3 },
    )
    for (const { outcome, requests } of long) {
      assert.equal(errorOf(outcome)['retryAfter'], 86_400)
      assert.equal(requests.length, 1)
    }
    const odd = await ask(
      'odd',
      (_, r, attempt) => (attempt === 1 ? json(r, 429, {}, { 'retry-after': 'soon' }) : json(r, 200, [])),
      list,
      { retries: 1 },
    )
    for (const { outcome } of odd) assert.deepEqual(outcome, { value: [] })
  })

  test('say in words what a proxy says in HTML, and what breaks off', async () => {
    const page = '<html><style>a{}</style><h1>502 Bad&nbsp;Gateway</h1><script>x</script>nginx</html>'
    const html: Answer = (_, r) => void r.writeHead(502, { 'content-type': 'text/html' }).end(page)
    for (const { outcome } of await ask('html', html, list)) {
      const { class: name, detail } = errorOf(outcome)
      assert.equal(name, 'ServerError')
      assert.match(String(detail), /^502 Bad&nbsp;Gateway nginx \(not an answer of MoltFlow/)
    }
    const half: Answer = (_, r) =>
      void r.writeHead(200, { 'content-type': 'application/json' }).end('{"id": ')
    for (const { outcome } of await ask('half', half, list))
      assert.equal(errorOf(outcome)['class'], 'ConnectionError')
    const cut: Answer = (request, r) => {
      r.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{')
      setImmediate(() => request.socket.destroy())
    }
    for (const { outcome } of await ask('cut', cut, list))
      assert.equal(errorOf(outcome)['class'], 'ConnectionError')
    const empty: Answer = (_, r) => void r.writeHead(204).end()
    for (const { outcome } of await ask('empty', empty, list)) assert.deepEqual(outcome, { value: null })
    const moved: Answer = (_, r) =>
      void r.writeHead(301, { location: 'https://elsewhere.example.com/' }).end()
    for (const { outcome } of await ask('moved', moved, list))
      assert.match(String(errorOf(outcome)['message']), /elsewhere/)
    const big: Answer = (_, r) =>
      void r
        .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
        .end('[12345678901234567890]')
    for (const { outcome } of await ask('big', big, list))
      assert.equal(Number((outcome as { value: number[] }).value[0]), Number('12345678901234567890'))
  })

  test('give up in time', async () => {
    for (const { outcome } of await ask('silent', () => undefined, list, { timeoutSeconds: 0.3 }))
      assert.equal(errorOf(outcome)['class'], 'TimeoutError')
  })

  test('take addresses and keys as people paste them, and tell no key', async () => {
    const echo: Answer = (request, r) => json(r, 200, [request.url, request.headers['x-api-key']])
    for (const [at, path] of [
      [`${url}/`, '/api/v2/sessions'],
      [`${url}/api/v2`, '/api/v2/sessions'],
      [` ${url}/api/v2//\n`, '/api/v2/sessions'],
      [`${url}/wa/`, '/wa/api/v2/sessions'],
    ] as const)
      for (const { outcome } of await ask('address', echo, list, { at, key: ' mf_secret\r\n' }))
        assert.deepEqual(outcome, { value: [path, 'mf_secret'] }, at)
    for (const at of ['wa.example.com', 'ftp://wa.example.com', 'http://', 'http://a b'])
      for (const { outcome } of await ask('no-address', echo, list, { at }))
        assert.deepEqual(
          [errorOf(outcome)['class'], String(errorOf(outcome)['message']).slice(0, 4)],
          ['MoltFlowError', 'base'],
        )
    for (const key of ['mf_se\ncret', 'mf_🔑', 'mf_se cret'])
      for (const { outcome } of await ask('no-key', echo, list, { key })) {
        assert.equal(errorOf(outcome)['class'], 'MoltFlowError')
        assert.doesNotMatch(String(errorOf(outcome)['message']), /mf_/)
      }
  })

  test('keep ids within their place, and headers within ASCII', async () => {
    const echo: Answer = (request, r) => json(r, 200, [request.url, request.headers['idempotency-key']])
    for (const { outcome } of await ask('id', echo, { method: 'sessions.get', path: ['../a?b#c/🙂'] }))
      assert.deepEqual(outcome, { value: ['/api/v2/sessions/..%2Fa%3Fb%23c%2F%F0%9F%99%82', null] })
    for (const id of ['', '.', '..'])
      for (const { outcome } of await ask('no-id', echo, { method: 'sessions.get', path: [id] }))
        assert.match(String(errorOf(outcome)['message']), /id'? is missing|missing 'id'/)
    const emoji = { ...send, input: { ...send.input, idempotency_key: 'order 🎉' } }
    for (const { outcome } of await ask('emoji', echo, emoji))
      assert.deepEqual(outcome, { value: ['/api/v2/messages/send', 'order%20%F0%9F%8E%89'] })
  })

  test('go through every page, whatever comes in meanwhile', async () => {
    const rows = Array.from({ length: 7 }, (_, id) => ({ id }))
    const pages: Answer = (request, r, attempt) => {
      const query = new URL(request.url ?? '', url).searchParams
      // Somebody new stands first from the second page on.
      const now = attempt > 1 ? [{ id: 'new' }, ...rows] : rows
      const offset = Number(query.get('offset') ?? 0)
      json(r, 200, { leads: now.slice(offset, offset + 3), total: now.length, status: query.get('status') })
    }
    const order: Order = { method: 'leads.list', input: { status: 'new', limit: 3 }, kind: 'iterate' }
    for (const { client, outcome } of await ask('pages', pages, order))
      assert.deepEqual(outcome, { value: rows }, client)
    const cursors: Answer = (request, r) => {
      const after = Number(new URL(request.url ?? '', url).searchParams.get('after') ?? -1)
      const chats = rows.slice(after + 1, after + 4)
      json(r, 200, { chats, total: null, limit: 3, next: after + 4 < rows.length ? String(after + 3) : null })
    }
    for (const { outcome } of await ask('cursors', cursors, { method: 'chats.list', kind: 'iterate' }))
      assert.deepEqual(outcome, { value: rows })
    const none: Answer = (_, r) => json(r, 200, { leads: [], total: 5 })
    for (const { outcome } of await ask('none', none, { method: 'leads.list', kind: 'iterate' }))
      assert.deepEqual(outcome, { value: [] })
  })

  test('follow a stream over lost connections, after the last event, to its end', async () => {
    const events: Answer = (request, r, attempt) => {
      if (attempt === 2) return json(r, 503, { detail: 'Restarting' })
      r.writeHead(200, { 'content-type': 'text/event-stream' })
      const last = Number(request.headers['last-event-id'] ?? 0)
      r.write(
        `retry: 5\r\n\r\n: still here\n\nid: ${last + 1}\nevent: progress\ndata: {"sent":${last + 1},\ndata: "text":"Zoë 👋"}\n\n`,
      )
      if (last === 2) r.end('id: 4\ndata: {"status":"completed"}\n\n')
      else r.end('data: {"half":')
    }
    const order: Order = { method: 'bulk_send.progress', path: ['j'], kind: 'stream' }
    for (const { client, outcome } of await ask('events', events, order)) {
      const progress = (id: number) => ({
        event: 'progress',
        data: { sent: id, text: 'Zoë 👋' },
        id: String(id),
      })
      const end = { event: 'message', data: { status: 'completed' }, id: '4' }
      assert.deepEqual(outcome, { value: [progress(1), progress(2), progress(3), end] }, client)
    }
    const refused = await ask('refused', (_, r) => json(r, 403, { detail: 'No' }), { ...order, count: 1 })
    for (const { outcome } of refused) assert.equal(errorOf(outcome)['status'], 403)
  })

  test('believe a delivery only with the secret, its bytes and about the right time', async () => {
    const body = Buffer.from('{"id":"d","event":"message.received","data":{"message":"👋"}}')
    const now = 1_770_804_000
    const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_my_secret', 'plain 🔑']
    const keys = [Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'), 'whsec_my_secret', 'plain 🔑']
    for (const [index, secret] of secrets.entries()) {
      const sign = (text: string) =>
        `v1,${createHmac('sha256', keys[index] ?? '')
          .update(`d.${now}.`)
          .update(text)
          .digest('base64')}`
      const headers = {
        'Webhook-Id': 'd',
        'Webhook-Timestamp': String(now),
        'Webhook-Signature': `v1a,x v1,%% ${sign(body.toString())}`,
      }
      for (const client of clients) {
        const good = await client.verify({ body, headers, secret, now: now + 299 })
        assert.deepEqual(good, { value: JSON.parse(body.toString()) }, client.name)
        const bad = [
          { body: Buffer.from(body.toString().replace('d"', 'e"')), headers, secret, now },
          { body, headers, secret: 'other', now },
          { body, headers, secret: '', now },
          { body, headers, secret, now: now + 301 },
          { body, headers, secret, now: now - 301 },
          { body, headers: { ...headers, 'Webhook-Timestamp': `${now}.0` }, secret, now },
          { body, headers: { ...headers, 'Webhook-Signature': '' }, secret, now },
          { body, headers: {}, secret, now },
        ]
        for (const delivery of bad)
          assert.equal(
            errorOf(await client.verify(delivery))['class'],
            'WebhookVerificationError',
            client.name,
          )
      }
    }
  })
})
