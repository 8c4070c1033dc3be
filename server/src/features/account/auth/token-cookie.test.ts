import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'

import { refreshesPerMinute } from './refresh-rate.service.ts'

const password = 'a long enough password'
const asked = { 'x-refresh-cookie': '1' }
let app: TestApp
let count = 0

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

interface Browser {
  cookie: string
  access: string
}

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  app.api.call('POST', path, { body, headers })

/** The cookie of an answer as a browser would send it back. */
function cookieOf(headers: Record<string, string>): string {
  const [pair = ''] = (headers['set-cookie'] ?? '').split(';')
  return pair
}

async function signIn(): Promise<Browser> {
  count += 1
  const email = `browser${count}@example.com`
  await app.api.post(201, '/auth/signup', { email, password, full_name: 'Somebody', tenant_name: 'Tenant' })
  const { headers, body } = await post('/auth/login', { email, password }, asked)
  return { cookie: cookieOf(headers), access: body.access_token }
}

const refresh = (cookie: string, headers: Record<string, string> = asked) =>
  post('/auth/refresh', {}, { cookie, ...headers })

suite('a refresh token in a cookie', () => {
  test('is seen by no script: neither in the answer nor without HttpOnly, nor sent from other sites', async () => {
    count += 1
    const email = `browser${count}@example.com`
    const body = { email, password, full_name: 'Somebody', tenant_name: 'Tenant' }
    const signedUp = await post('/auth/signup', body, asked)
    const signedIn = await post('/auth/login', { email, password }, asked)
    for (const answer of [signedUp, signedIn]) {
      assert.equal(answer.body.refresh_token, '')
      assert.match(
        answer.headers['set-cookie'] ?? '',
        /^moltflow_refresh=rt_[\w-]+; Path=\/api\/v2\/auth; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
      )
    }
  })

  test('is only for those who ask: without the header the answer is as ever and sets nothing', async () => {
    count += 1
    const email = `browser${count}@example.com`
    await app.api.post(201, '/auth/signup', { email, password, full_name: 'Somebody', tenant_name: 'Tenant' })
    const answer = await post('/auth/login', { email, password })
    assert.match(answer.body.refresh_token, /^rt_/)
    assert.equal(answer.headers['set-cookie'], undefined)
  })

  test('is Secure where the product is reached over https', async () => {
    await using secure = await createTestApp({ config: { publicUrl: 'https://moltflow.example.com' } })
    const body = { email: 'owner@example.com', password, full_name: 'Somebody', tenant_name: 'Tenant' }
    const { headers } = await secure.api.call('POST', '/auth/signup', { body, headers: asked })
    assert.match(headers['set-cookie'] ?? '', /; Secure$/)
  })

  test('is exchanged with the header alone, each time for another, and the new access token works', async () => {
    const { cookie } = await signIn()
    const first = await refresh(cookie)
    assert.equal(first.status, 200)
    assert.notEqual(cookieOf(first.headers), cookie)
    const second = await refresh(cookieOf(first.headers))
    assert.equal(second.status, 200)
    await app.api.with({ authorization: `Bearer ${second.body.access_token}` }).get(200, '/users/me')
  })

  test('is nothing without the header, which no other site can send: the cookie alone is refused', async () => {
    const { cookie } = await signIn()
    const answer = await refresh(cookie, {})
    assert.deepEqual([answer.status, answer.body.errors[0].field], [422, 'refresh_token'])
    const preflight = await app.app.http.inject({
      method: 'OPTIONS',
      url: '/api/v2/auth/refresh',
      headers: {
        origin: 'https://elsewhere.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-refresh-cookie',
      },
    })
    assert.doesNotMatch(String(preflight.headers['access-control-allow-headers']), /refresh-cookie/i)
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined)
  })

  test('may be sent twice by a page that is reloaded, and ends the login when an old one turns up later', async () => {
    const { cookie } = await signIn()
    const first = await refresh(cookie)
    const reloaded = await refresh(cookie)
    assert.deepEqual([first.status, reloaded.status], [200, 200])
    app.clock.advance(11_000)
    const stolen = await refresh(cookie)
    assert.deepEqual([stolen.status, stolen.body.code], [401, 'invalid_refresh_token'])
    const after = await refresh(cookieOf(reloaded.headers))
    assert.equal(after.status, 401)
  })

  test('has no such grace in a body: a second use ends the login at once', async () => {
    const { cookie } = await signIn()
    const token = cookie.replace('moltflow_refresh=', '')
    assert.equal((await post('/auth/refresh', { refresh_token: token })).status, 200)
    assert.equal((await post('/auth/refresh', { refresh_token: token })).status, 401)
  })

  test('goes with signing out, and so does the login', async () => {
    const { cookie, access } = await signIn()
    const answer = await post('/auth/logout', {}, { ...asked, cookie, authorization: `Bearer ${access}` })
    assert.match(answer.headers['set-cookie'] ?? '', /^moltflow_refresh=; Path=\/api\/v2\/auth; Max-Age=0;/)
    assert.equal((await refresh(cookie)).status, 401)
  })

  test('of nobody is refused as any other', async () => {
    assert.equal((await refresh('moltflow_refresh=rt_nobody')).status, 401)
    assert.equal((await refresh('other=1')).status, 401)
  })
})

suite('how often a login is prolonged', () => {
  test('fifty tabs that come back within a minute are let in, at an address where somebody guesses', async () => {
    const { cookie } = await signIn()
    const guesses: number[] = []
    for (let n = 0; n < 40; n += 1) guesses.push((await refresh(`moltflow_refresh=rt_guess${n}`)).status)
    assert.deepEqual([guesses[0], guesses.at(-1)], [401, 429])
    const guess = await refresh('moltflow_refresh=rt_another')
    assert.match(guess.headers['retry-after'] ?? '', /^\d+$/)
    let latest = cookie
    for (let tab = 0; tab < 50; tab += 1) {
      const answer = await refresh(latest)
      assert.equal(answer.status, 200, `tab ${tab}`)
      latest = cookieOf(answer.headers)
    }
    app.clock.advance(60_000)
    assert.equal((await refresh('moltflow_refresh=rt_later')).status, 401)
  })

  test('a loop is held back from every address, keeps its login, and costs no other one anything', async () => {
    const [looping, other] = [await signIn(), await signIn()]
    const ask = (cookie: string, n: number) =>
      app.app.http.inject({
        method: 'POST',
        url: '/api/v2/auth/refresh',
        remoteAddress: `198.51.100.${n % 250}`,
        headers: { ...asked, cookie },
        payload: {},
      })
    let { cookie } = looping
    let asks = 0
    for (; asks <= refreshesPerMinute; asks += 1) {
      const answer = await ask(cookie, asks)
      if (answer.statusCode !== 200) {
        assert.deepEqual([answer.statusCode, answer.json().code], [429, 'too_many_requests'])
        break
      }
      cookie = cookieOf({ 'set-cookie': String(answer.headers['set-cookie']) })
    }
    assert.ok(asks <= refreshesPerMinute && asks >= refreshesPerMinute * 0.9, `${asks} asks`)
    assert.equal((await refresh(other.cookie)).status, 200)
    app.clock.advance(60_000)
    assert.equal((await ask(cookie, 0)).statusCode, 200)
  })
})
