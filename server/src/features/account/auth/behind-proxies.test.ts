import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'

const password = 'correct horse battery'
const proxy = '10.1.2.3'

/** One request as a proxy hands it on: it connects, and says for whom. */
async function ask(
  app: TestApp,
  path: string,
  payload: object,
  { forwarded, from = proxy, token }: { forwarded?: string; from?: string; token?: string },
) {
  const answer = await app.app.http.inject({
    method: 'POST',
    url: `/api/v2${path}`,
    remoteAddress: from,
    headers: {
      ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    payload,
  })
  return { status: answer.statusCode, body: answer.json() }
}

async function newOwner(app: TestApp, email: string) {
  const body = { email, password, full_name: 'Ada', tenant_name: 'Example Ltd' }
  const { status, body: signedIn } = await ask(app, '/auth/signup', body, { forwarded: '192.0.2.10' })
  assert.equal(status, 201)
  return signedIn as { access_token: string; refresh_token: string }
}

/** A login that is refused before its password is looked at, which takes long: what counts is that it is counted. */
const guess = (app: TestApp, forwarded: string, from = proxy) =>
  ask(app, '/auth/login', { email: 'nobody@example.com' }, { forwarded, from })

suite('people behind a trusted proxy', () => {
  let app: TestApp
  let tenant: TestTenant
  before(async () => {
    app = await createTestApp({ config: { trustedProxies: ['10.0.0.0/8', 'fd00::/8'], signUp: 'open' } })
    tenant = await app.tenant()
  })
  after(() => app.close())

  test('thirty wrong logins of a stranger cost nobody else the right one, nor the refresh', async () => {
    const owner = await newOwner(app, 'ada@example.com')
    const statuses: number[] = []
    for (let n = 0; n < 31; n += 1) statuses.push((await guess(app, '203.0.113.66')).status)
    assert.equal(statuses.at(-1), 429)
    const login = { email: 'ada@example.com', password }
    assert.equal((await ask(app, '/auth/login', login, { forwarded: '192.0.2.10' })).status, 200)
    const refreshed = await ask(
      app,
      '/auth/refresh',
      { refresh_token: owner.refresh_token },
      { forwarded: '192.0.2.10' },
    )
    assert.equal(refreshed.status, 200)
  })

  test('at one address, a refresh has a budget of its own', async () => {
    const owner = await newOwner(app, 'bea@example.com')
    for (let n = 0; n < 31; n += 1) await guess(app, '203.0.113.70')
    assert.equal((await guess(app, '203.0.113.70')).status, 429)
    const refreshed = await ask(
      app,
      '/auth/refresh',
      { refresh_token: owner.refresh_token },
      { forwarded: '203.0.113.70' },
    )
    assert.equal(refreshed.status, 200)
  })

  test('the audit log names the person, through two proxies as well', async () => {
    const { token } = tenant
    for (const [forwarded, wanted] of [
      ['198.51.100.7', '198.51.100.7'],
      ['198.51.100.8, 10.9.9.9', '198.51.100.8'],
      ['6.6.6.6, 198.51.100.9', '198.51.100.9'],
      ['198.51.100.10:40001', '198.51.100.10'],
      ['unknown', proxy],
    ] as const) {
      const made = await ask(
        app,
        '/api-keys',
        { name: forwarded, scopes: ['messages:read'] },
        { forwarded, token },
      )
      assert.equal(made.status, 201)
      const { rows } = await app.app.ctx.db.pool.query(
        'SELECT ip FROM audit_logs WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1',
        [tenant.id],
      )
      assert.equal(rows[0].ip, wanted, forwarded)
    }
  })

  test('who connects without the proxy is not believed', async () => {
    for (let n = 0; n < 31; n += 1) await guess(app, `198.51.100.${n}`, '203.0.113.80')
    assert.equal((await guess(app, '198.51.100.200', '203.0.113.80')).status, 429)
  })

  test('a whole IPv6 network is one guesser', async () => {
    for (let n = 0; n < 31; n += 1) await guess(app, `2001:db8:7:7::${n.toString(16)}`)
    assert.equal((await guess(app, '2001:db8:7:7:ffff::1')).status, 429)
    assert.equal((await guess(app, '2001:db8:7:8::1')).status, 422)
  })
})

suite('without MOLTFLOW_TRUSTED_PROXIES', () => {
  test('nobody is believed', async () => {
    await using app = await createTestApp()
    for (let n = 0; n < 31; n += 1) await guess(app, `198.51.100.${n}`)
    assert.equal((await guess(app, '198.51.100.200')).status, 429)
  })
})
