import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createSampleServer, sampleId } from '../../../test/sample-server.ts'
import { toErrorAnswer } from './errors.ts'

let app: Awaited<ReturnType<typeof createSampleServer>>
let key: string

before(async () => {
  app = await createSampleServer()
  key = app.policy.key(['sessions:manage', 'messages:send'])
})
after(() => app.http.close())
beforeEach(() => app.clock.advance(60_000))

type Call = { headers?: Record<string, string>; payload?: string | object }

function call(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS',
  url: string,
  { headers, payload }: Call = {},
) {
  return app.http.inject({
    method,
    url: url.startsWith('/') ? url : `/api/v2/${url}`,
    headers: { 'x-api-key': key, ...headers },
    ...(payload === undefined ? {} : { payload }),
  })
}

describe('paths', () => {
  test('200 with and without a trailing slash', async () => {
    assert.equal((await call('GET', 'things')).statusCode, 200)
    assert.equal((await call('GET', 'things/')).statusCode, 200)
  })

  test('405 with Allow on a known path, so that a wrong method is told from a wrong path', async () => {
    const answer = await call('PUT', 'things')
    assert.equal(answer.statusCode, 405)
    assert.equal(answer.headers.allow, 'GET, HEAD, POST')
    assert.deepEqual(answer.json(), { detail: 'Method not allowed', code: 'method_not_allowed' })
  })

  test('405 on a literal path that a parameter would also match, because the literal wins', async () => {
    assert.equal((await call('GET', 'things/send')).statusCode, 405)
  })

  test('404 with detail on an unknown path', async () => {
    const answer = await call('GET', 'nothing')
    assert.equal(answer.statusCode, 404)
    assert.equal(answer.json().detail, 'Not found')
  })

  test('400 on a path that is no UTF-8, without a stack', async () => {
    const answer = await call('GET', 'things/%zz')
    assert.equal(answer.statusCode, 400)
    assert.equal(typeof answer.json().detail, 'string')
  })

  test('404 on a malformed uuid', async () => {
    assert.equal((await call('GET', 'things/not-a-uuid')).statusCode, 404)
  })

  test('200 on an upper-case uuid', async () => {
    assert.equal((await call('GET', `things/${sampleId.toUpperCase()}`)).statusCode, 200)
  })
})

describe('bodies', () => {
  const body = '{"name":"n"}'
  for (const type of [
    undefined,
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'json',
  ]) {
    test(`201 for JSON sent as ${type ?? 'nothing'}`, async () => {
      const headers = type === undefined ? {} : { 'content-type': type }
      const answer = await call('POST', 'things', { headers, payload: body })
      assert.equal(answer.statusCode, 201, answer.body)
    })
  }

  test('400 for malformed JSON', async () => {
    const answer = await call('POST', 'things', { payload: '{"name' })
    assert.equal(answer.statusCode, 400)
    assert.equal(answer.json().detail, 'The body is not valid JSON')
  })

  for (const payload of ['[]', '"text"', '17', 'null']) {
    test(`422 for ${payload}, which is JSON but no object`, async () => {
      const answer = await call('POST', 'things', { payload })
      assert.equal(answer.statusCode, 422)
      assert.equal(answer.json().detail, 'body: must be a JSON object')
    })
  }

  test('422 for an empty body, which counts as an empty object', async () => {
    const answer = await call('POST', 'things')
    assert.equal(answer.statusCode, 422)
    assert.deepEqual(answer.json().errors, [{ field: 'name', message: 'field required' }])
    assert.equal(answer.json().detail, 'name: field required')
  })

  test('422 tells query and body at once, in plain words', async () => {
    const answer = await call('POST', 'things?dry_run=perhaps', {
      payload: { name: 'far too long for this', tags: ['a', 3], kind: 'huge' },
    })
    assert.equal(answer.statusCode, 422)
    assert.deepEqual(answer.json().errors, [
      { field: 'dry_run', message: 'must be true or false' },
      { field: 'name', message: 'must be at most 10 characters' },
      { field: 'tags.1', message: 'must be a string' },
      { field: 'kind', message: 'must be one of big, small' },
    ])
  })

  test('201 with unknown fields, which are ignored', async () => {
    assert.equal((await call('POST', 'things', { payload: { name: 'n', more: 1 } })).statusCode, 201)
  })

  test('422 with unknown fields where the schema is strict', async () => {
    const answer = await call('POST', 'things/send', { payload: { message: 'm', more: 1 } })
    assert.equal(answer.statusCode, 422)
    assert.equal(answer.json().detail, 'more: unknown field')
  })

  test('201 with __proto__ dropped, so that no object is poisoned', async () => {
    const answer = await call('POST', 'things', { payload: '{"name":"n","__proto__":{"kind":"x"}}' })
    assert.equal(answer.statusCode, 201, answer.body)
  })

  test('413 above 1 MB', async () => {
    const answer = await call('POST', 'things', { payload: JSON.stringify({ name: 'x'.repeat(1_100_000) }) })
    assert.equal(answer.statusCode, 413)
    assert.equal(answer.json().code, 'payload_too_large')
  })
})

describe('queries', () => {
  test('200 with defaults, coercion and any spelling of yes and no', async () => {
    const answer = await call('GET', 'things?limit=7&offset=&is_new=False&search=')
    assert.deepEqual(answer.json().query, { limit: 7, offset: 0, is_new: false })
  })

  for (const query of ['limit=0', 'limit=101', 'limit=x', 'offset=-1', 'is_new=maybe', 'limit=1&limit=2']) {
    test(`422 for ?${query}`, async () => {
      assert.equal((await call('GET', `things?${query}`)).statusCode, 422)
    })
  }
})

describe('credentials', () => {
  const bare = { 'x-api-key': '' }

  test('401 without one, with the challenge', async () => {
    const answer = await call('GET', 'things', { headers: bare })
    assert.equal(answer.statusCode, 401)
    assert.match(String(answer.headers['www-authenticate']), /^Bearer/)
  })

  test('401 before the body is looked at', async () => {
    const answer = await call('POST', 'things', { headers: bare, payload: '{"name' })
    assert.equal(answer.statusCode, 401)
  })

  test('401 for garbage', async () => {
    assert.equal((await call('GET', 'things', { headers: { 'x-api-key': 'mf_nonsense' } })).statusCode, 401)
    assert.equal(
      (await call('GET', 'things', { headers: { ...bare, authorization: 'Basic eDp5' } })).statusCode,
      401,
    )
  })

  test('200 for a key as bearer and for the same key twice', async () => {
    const authorization = `bearer ${key}`
    assert.equal((await call('GET', 'things', { headers: { ...bare, authorization } })).statusCode, 200)
    assert.equal((await call('GET', 'things', { headers: { authorization } })).statusCode, 200)
  })

  test('401 for two different ones', async () => {
    const headers = { authorization: `Bearer ${app.policy.user()}` }
    const answer = await call('GET', 'things', { headers })
    assert.equal(answer.statusCode, 401)
    assert.match(answer.json().detail, /different/)
  })

  test('403 names every scope that is needed', async () => {
    const answer = await call('POST', 'things/send', {
      headers: { 'x-api-key': app.policy.key(['leads:read']) },
    })
    assert.equal(answer.statusCode, 403)
    assert.equal(answer.headers['x-required-scopes'], 'messages:send sessions:read')
  })

  test('403 for a key where only users may, and for a role that is too low', async () => {
    const asKey = await call('GET', `things/${sampleId}/picture`)
    assert.equal(asKey.statusCode, 403)
    assert.equal(asKey.headers['x-required-scopes'], undefined)
    const authorization = `Bearer ${app.policy.user('member')}`
    const asMember = await call('GET', `things/${sampleId}/picture`, { headers: { ...bare, authorization } })
    assert.equal(asMember.statusCode, 403)
    assert.match(asMember.json().detail, /owner or admin/)
  })

  test('403 from the plan only after the input is checked', async () => {
    app.policy.hasSending = false
    assert.equal((await call('POST', 'things/send', { payload: {} })).statusCode, 422)
    assert.equal((await call('POST', 'things/send', { payload: { message: 'm' } })).statusCode, 403)
    app.policy.hasSending = true
  })
})

describe('rate limits', () => {
  test('429 per tenant over all its credentials, with Retry-After, and open again after the window', async () => {
    app.policy.perMinute = 3
    const [one, two] = [app.policy.key(['*'], 'tenant-r'), app.policy.key(['*'], 'tenant-r')]
    const remaining: unknown[] = []
    for (const each of [one, two, one]) {
      const answer = await call('GET', 'things', { headers: { 'x-api-key': each } })
      remaining.push(answer.headers['x-ratelimit-remaining'])
      assert.equal(answer.headers['x-ratelimit-limit'], '3')
    }
    assert.deepEqual(remaining, ['2', '1', '0'])
    const refused = await call('GET', 'things', { headers: { 'x-api-key': two } })
    assert.equal(refused.statusCode, 429)
    assert.equal(refused.headers['retry-after'], '60')
    assert.equal(Number(refused.headers['x-ratelimit-reset']), app.clock.nowMs() / 1000 + 60)
    app.clock.advance(60_000)
    assert.equal((await call('GET', 'things', { headers: { 'x-api-key': two } })).statusCode, 200)
    app.policy.perMinute = 600
  })

  test('429 per address on public operations', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 31; i += 1) {
      statuses.push((await call('POST', 'auth/hello', { payload: { name: 'n' } })).statusCode)
    }
    assert.deepEqual(statuses.slice(-2), [200, 429])
  })

  test('every answer carries the headers, refusals included', async () => {
    const answers = [
      await call('GET', 'things'),
      await call('GET', 'nothing'),
      await call('PUT', 'things'),
      await call('GET', 'things', { headers: { 'x-api-key': 'mf_x' } }),
      await call('POST', 'things', { payload: '{' }),
      await call('DELETE', `things/${sampleId}`),
      await call('GET', '/health/live'),
      await call('GET', '/openapi.json'),
      await call('GET', 'things/%zz'),
    ]
    for (const answer of answers) {
      for (const name of ['limit', 'remaining', 'reset']) {
        assert.match(
          String(answer.headers[`x-ratelimit-${name}`]),
          /^\d+$/,
          `${answer.statusCode} ${answer.body}`,
        )
      }
    }
  })
})

describe('answers', () => {
  test('the raw type by default and JSON on request', async () => {
    const authorization = `Bearer ${app.policy.user()}`
    const get = (accept?: string) =>
      call('GET', `things/${sampleId}/picture`, {
        headers: { 'x-api-key': '', authorization, ...(accept === undefined ? {} : { accept }) },
      })
    assert.equal((await get()).headers['content-type'], 'image/png')
    assert.equal((await get('image/*, */*;q=0.5')).headers['content-type'], 'image/png')
    assert.deepEqual((await get('application/json')).json(), { picture: 'data:' })
    assert.deepEqual((await get('image/png;q=0.2, application/json')).json(), { picture: 'data:' })
  })

  test('an Answer sets status and headers; Prefer and User-Agent arrive', async () => {
    const headers = { prefer: 'wait=5, respond-async', 'user-agent': 'u'.repeat(500) }
    const answer = await call('POST', 'things/send', { headers, payload: { message: 'm' } })
    assert.equal(answer.statusCode, 202)
    assert.equal(answer.headers['x-extra'], 'yes')
    assert.equal(answer.json().userAgent.length, 400)
  })

  test('Idempotency-Key arrives with a hash of the request, whatever the order of its keys', async () => {
    const send = async (payload: string) =>
      (await call('POST', 'things/send', { headers: { 'idempotency-key': 'k-1' }, payload })).json()
        .idempotency
    const first = await send('{"message":"m"}')
    assert.equal(first.key, 'k-1')
    assert.match(first.bodyHash, /^[0-9a-f]{64}$/)
    assert.deepEqual(await send('{ "message" : "m" }'), first)
    assert.notEqual((await send('{"message":"other"}')).bodyHash, first.bodyHash)
  })

  for (const bad of ['with space', 'x'.repeat(256)]) {
    test(`422 for an Idempotency-Key like ${bad.slice(0, 12)}`, async () => {
      const answer = await call('POST', 'things/send', {
        headers: { 'idempotency-key': bad },
        payload: { message: 'm' },
      })
      assert.equal(answer.statusCode, 422)
      assert.equal(answer.json().errors[0].field, 'Idempotency-Key')
    })
  }

  test('500 without internals; the log has the cause under the request id', async () => {
    const headers = { 'x-request-id': 'trace-500' }
    const answer = await call('DELETE', `things/${sampleId}`, { headers })
    assert.deepEqual(answer.json(), { detail: 'Internal error', code: 'internal_error' })
    const line = app.logLines.find((text) => text.includes('trace-500') && text.includes('is away'))
    assert.ok(line !== undefined)
  })

  test('503 without internals while the database is away; the log has the cause', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' })
    const logged: unknown[] = []
    const log = { error: (entry: unknown) => logged.push(entry) }
    const answer = toErrorAnswer(new Error('Failed query', { cause: refused }), log, 'trace-503')
    assert.deepEqual(answer, {
      status: 503,
      headers: { 'retry-after': '5' },
      body: { detail: 'Not available right now', code: 'unavailable' },
    })
    assert.equal(logged.length, 1)
  })

  test('X-Request-Id is echoed when safe and replaced when not', async () => {
    const echoed = await call('GET', 'things', { headers: { 'x-request-id': 'abc-1' } })
    assert.equal(echoed.headers['x-request-id'], 'abc-1')
    const replaced = await call('GET', 'things', { headers: { 'x-request-id': 'a"b' } })
    assert.match(String(replaced.headers['x-request-id']), /^[\w.-]{10,64}$/)
  })

  test('the access log has the route, never the query or the id', async () => {
    app.logLines.length = 0
    await call('GET', `things/${sampleId}?token=topsecret&phone=15550123456`)
    const text = app.logLines.join('')
    assert.match(text, /"route":"\/api\/v2\/things\/:id"/)
    assert.doesNotMatch(text, /topsecret|15550123456|0190a1b2/)
  })

  test('data answers allow no script, frame or sniffing', async () => {
    const { headers } = await call('GET', 'things')
    assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'")
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['cache-control'], 'no-store')
  })

  test('metrics are for the scraper: no other origin reads them', async () => {
    for (const path of ['/metrics', '/metrics/', '/%6detrics']) {
      const answer = await call('GET', path, { headers: { origin: 'https://app.example' } })
      assert.equal(answer.statusCode, 200, path)
      assert.equal(answer.headers['access-control-allow-origin'], undefined, path)
    }
  })

  test('other origins may call with a header credential, never with cookies', async () => {
    const origin = 'https://app.example'
    const preflight = await call('OPTIONS', 'things', {
      headers: { origin, 'access-control-request-method': 'POST', 'x-api-key': '' },
    })
    assert.equal(preflight.statusCode, 204)
    assert.equal(preflight.headers['access-control-allow-origin'], '*')
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined)
    const answer = await call('GET', 'things', { headers: { origin } })
    assert.match(String(answer.headers['access-control-expose-headers']), /X-Required-Scopes/)
  })

  test('other origins may read a refusal, too, however early it is', async () => {
    for (const [status, url, headers] of [
      [415, 'things', { 'content-type': 'multipart/mixed; boundary=x' }],
      [415, 'things', { 'content-encoding': 'gzip' }],
      [400, 'things?search=%ff', {}],
      [400, 'things', { 'content-type': 'application/json; charset=utf-16' }],
      [401, 'things', { 'x-api-key': 'none' }],
      [405, `things/${sampleId}`, {}],
      [404, 'nothing', {}],
    ] as const) {
      const answer = await call('POST', url, {
        headers: { origin: 'https://app.example', ...headers },
        payload: '{}',
      })
      assert.equal(answer.statusCode, status, JSON.stringify([url, headers]))
      assert.equal(answer.headers['access-control-allow-origin'], '*', JSON.stringify([url, headers]))
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
      assert.ok(answer.headers['x-request-id'])
    }
  })
})

describe('host root', () => {
  test('health and metrics need no key', async () => {
    const headers = { 'x-api-key': '' }
    assert.deepEqual((await call('GET', '/health/live', { headers })).json(), { status: 'ok' })
    assert.deepEqual((await call('GET', '/health/ready', { headers })).json(), { status: 'ready' })
    assert.equal((await call('GET', '/metrics', { headers })).body, 'up 1\n')
  })

  test('503 when not ready; 401 for metrics without their token', async () => {
    const health = {
      ready: { database: () => Promise.reject(new Error('no database')), disk: async () => true },
      metrics: async () => ({ contentType: 'text/plain', body: 'up 1\n' }),
      metricsToken: 'metrics-token',
    }
    const other = await createSampleServer({ health })
    const ready = await other.http.inject('/health/ready')
    assert.equal(ready.statusCode, 503)
    assert.deepEqual(ready.json(), {
      detail: 'Not ready: database fails',
      code: 'unavailable',
      failing: { database: 'fails' },
    })
    assert.equal(ready.headers['retry-after'], '1')
    assert.equal((await other.http.inject('/metrics')).statusCode, 401)
    const headers = { authorization: 'Bearer metrics-token' }
    assert.equal((await other.http.inject({ url: '/metrics', headers })).statusCode, 200)
    await other.http.close()
  })

  test('a check that hangs is told within seconds, and asked once however often readiness is', async () => {
    let asked = 0
    const hung = Promise.withResolvers<boolean>()
    const database = () => {
      asked += 1
      return hung.promise
    }
    const other = await createSampleServer({ health: { ready: { database } } })
    const startedMs = performance.now()
    const answers = await Promise.all([1, 2, 3].map(() => other.http.inject('/health/ready')))
    assert.ok(performance.now() - startedMs < 3000)
    for (const answer of answers) {
      assert.equal(answer.statusCode, 503)
      assert.deepEqual(answer.json().failing, { database: 'does not answer' })
    }
    assert.equal(asked, 1)
    assert.equal((await other.http.inject('/health/live')).statusCode, 200)
    hung.resolve(true)
    assert.equal((await other.http.inject('/health/ready')).statusCode, 200)
    await other.http.close()
  })

  test('the reference page loads everything from here and its one inline script by hash', async () => {
    const page = await call('GET', '/docs/')
    const policy = String(page.headers['content-security-policy'])
    assert.match(policy, /script-src 'self' 'sha256-[\w+/=]{44}'/)
    assert.doesNotMatch(policy, /unsafe-eval|https?:/)
    assert.doesNotMatch(page.body, /https?:\/\//)
    const script = await call('GET', '/docs/js/scalar.js')
    assert.equal(script.statusCode, 200)
  })

  test('the document lists every operation with its scopes', async () => {
    const document = (await call('GET', '/openapi.json')).json()
    assert.equal(document.openapi, '3.1.0')
    const send = document.paths['/api/v2/things/send'].post
    assert.deepEqual(send['x-required-scopes'], ['messages:send', 'sessions:read'])
    assert.deepEqual(Object.keys(send.responses), ['201', '202', '400', '401', '403', '413', '422', '429'])
    assert.deepEqual(document.paths['/api/v2/auth/hello'].post.security, [])
    assert.ok(document.components.schemas.Thing)
  })

  test('the document for assistants names the one address that the operator set', async () => {
    const { servers, openapi } = (await call('GET', '/openapi-actions.json')).json()
    assert.equal(openapi, '3.1.0')
    assert.equal(servers.length, 1)
    assert.match(servers[0].url, /^https?:/)
  })
})

describe('in a terminal and a browser', () => {
  test('every JSON answer ends with a line break, its length counted', async () => {
    const answers = await Promise.all([
      call('GET', 'things'),
      call('GET', `things/${sampleId}`),
      call('POST', 'things', { payload: { name: 'n' } }),
      call('POST', 'things', { payload: '{"name' }),
      call('PUT', 'things'),
      call('GET', 'nothing'),
      call('GET', 'things', { headers: { 'x-api-key': 'wrong' } }),
      call('GET', '/health/live'),
      call('GET', '/health/ready'),
      call('GET', '/openapi.json'),
    ])
    for (const { payload, rawPayload, headers } of answers) {
      assert.match(String(headers['content-type']), /^application\/json/)
      assert.equal(payload.indexOf('\n'), payload.length - 1, payload.slice(0, 100))
      assert.equal(Number(headers['content-length']), rawPayload.length)
      JSON.parse(payload)
    }
  })

  test('the mark of the tab is there under both of its addresses, and the reference names it', async () => {
    const icon = await call('GET', '/favicon.ico')
    assert.deepEqual([icon.statusCode, icon.headers['content-type']], [200, 'image/x-icon'])
    assert.deepEqual([...icon.rawPayload.subarray(0, 6)], [0, 0, 1, 0, 3, 0])
    const mark = await call('GET', '/favicon.svg')
    assert.deepEqual([mark.statusCode, mark.headers['content-type']], [200, 'image/svg+xml'])
    assert.match((await call('GET', '/docs/')).payload, /favicon\.svg/)
  })
})
