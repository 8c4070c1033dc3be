import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { type ClientDocumentHost, openClientDocumentHost } from '../../../../test/client-document-host.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { OAuthWorld, redirectUri } from '../../../../test/oauth-world.ts'
import { defaultScopes } from './oauth.schema.ts'

const issuer = 'http://localhost:3000'
let app: TestApp
let world: OAuthWorld
let tenant: TestTenant
let host: ClientDocumentHost
let server: oauth.AuthorizationServer
let client: oauth.Client

before(async () => {
  app = await createTestApp()
  world = await OAuthWorld.open(app)
  tenant = await world.tenant()
  host = await openClientDocumentHost()
  server = await world.discover()
  client = await world.register()
})
after(async () => {
  await app.close()
  await host.close()
})
/** Requests are counted by the minute. For the tests of a suite alone: files share a process. */
const eachInItsOwnMinute = () => beforeEach(() => app.clock.advance(61_000))

/** The error in the body of an answer. */
const errorIn = async (response: Response): Promise<string> => {
  assert.equal(response.status, 400)
  const body = (await response.json()) as { error: string; error_description: string }
  assert.ok(body.error_description)
  return body.error
}

suite('the whole way, by a foreign client library', () => {
  eachInItsOwnMinute()
  test('registration, consent, code, tokens, refresh: the program works in the name of the person', async () => {
    const { tokens } = await world.connect(tenant, { client })
    assert.equal(tokens.token_type, 'bearer')
    assert.equal(tokens.expires_in, 1800)
    assert.equal(tokens.scope, defaultScopes.join(' '))
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 200)
    const refused = await world.call(tokens.access_token, '/webhooks')
    assert.equal(refused.status, 403)
    assert.equal(refused.headers.get('x-required-scopes'), 'webhooks:read')
    const answer = await world.refresh(server, client, tokens.refresh_token ?? '')
    const fresh = await oauth.processRefreshTokenResponse(server, client, answer)
    assert.notEqual(fresh.refresh_token, tokens.refresh_token)
    assert.equal((await world.call(fresh.access_token, '/sessions')).status, 200)
  })

  test('a client that names itself by an address is described there, and cannot be anything but a public one', async () => {
    const id = `${host.origin}/client.json`
    host.documents.set('/client.json', {
      client_id: id,
      client_name: 'Described',
      // Without a port, as programs describe themselves that listen at whichever is free.
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      scope: 'openid something:else',
      grant_types: ['authorization_code', 'urn:example:other'],
    })
    const { tokens } = await world.connect(tenant, { client: { client_id: id }, scope: 'leads:read' })
    assert.equal(tokens.scope, 'leads:read')
    const { url } = await world.ask({ client_id: id })
    const page = await world.browser().open(url)
    assert.match(page.text, new RegExp(`Described</strong> \\(${new URL(id).host}\\)`))
    assert.deepEqual(host.asked, ['/client.json'], 'the description is remembered')
    const refused: Record<string, unknown> = {
      '/missing': 404,
      '/moved': 302,
      '/text': 'no JSON',
      '/other': { client_id: id, redirect_uris: [redirectUri] },
      '/http': { client_id: `${host.origin}/http`, redirect_uris: ['http://example.com/callback'] },
      '/large': { client_id: `${host.origin}/large`, redirect_uris: [redirectUri], x: 'x'.repeat(30_000) },
    }
    for (const [path, document] of Object.entries(refused)) {
      host.documents.set(path, document)
      const answer = await world.browser().open((await world.ask({ client_id: host.origin + path })).url)
      assert.ok([400, 401].includes(answer.status), `${path}: ${answer.status}`)
      assert.match(answer.text, /This did not work/)
    }
    const inside = await world
      .browser()
      .open((await world.ask({ client_id: 'https://10.0.0.1/client.json' })).url)
    assert.ok([400, 401].includes(inside.status))
  })

  test('the documents about the installation say the same at every path that clients ask', async () => {
    const read = async (path: string) => (await fetch(world.origin + path)).json()
    const about = await read('/.well-known/oauth-authorization-server')
    assert.partialDeepStrictEqual(about, {
      issuer,
      authorization_endpoint: `${issuer}/oauth/authorize`,
      token_endpoint: `${issuer}/oauth/token`,
      registration_endpoint: `${issuer}/oauth/register`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
    })
    assert.deepEqual(await read('/.well-known/oauth-authorization-server/mcp'), about)
    const resource = await read('/.well-known/oauth-protected-resource')
    assert.partialDeepStrictEqual(resource, { resource: `${issuer}/mcp`, authorization_servers: [issuer] })
    assert.deepEqual(await read('/.well-known/oauth-protected-resource/mcp'), resource)
    assert.deepEqual(await read('/.well-known/oauth-protected-resource/mcp/'), resource)
  })

  test('older clients use /authorize, /token and /register', async () => {
    const made = await world.json('/register', { client_name: 'Old', redirect_uris: [redirectUri] })
    assert.equal(made.status, 201)
    const old: oauth.Client = JSON.parse(made.text)
    const { url, state, verifier } = await world.ask(old)
    const back = await world.browser().consent(url.replace('/oauth/authorize', '/authorize'), tenant.email)
    const code = oauth.validateAuthResponse(server, old, back, state).get('code') ?? ''
    const fields = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
    }
    const answer = await world.form('/token', { ...fields, client_id: old.client_id })
    assert.equal(answer.status, 200, answer.text)
  })
})

suite('GET /oauth/authorize', () => {
  eachInItsOwnMinute()
  test('nobody is sent to an address that the client has not registered', async () => {
    const foreign = [
      'https://evil.example/callback',
      `${redirectUri}/more`,
      'http://127.0.0.1.evil.example/callback',
    ]
    for (const redirect_uri of foreign) {
      const browser = world.browser()
      const page = await browser.open((await world.ask(client, {}, { redirect_uri })).url)
      assert.equal(page.status, 400, redirect_uri)
      assert.equal(page.headers.get('location'), null)
      assert.equal(new URL(browser.url).origin, issuer)
    }
    const unknown = await world.browser().open((await world.ask({ client_id: 'unknown' })).url)
    assert.ok([400, 401].includes(unknown.status))
    // A program on the person's own machine listens at whatever port is free (RFC 8252).
    const moved = redirectUri.replace('9999', '12345')
    const page = await world.browser().open((await world.ask(client, {}, { redirect_uri: moved })).url)
    assert.match(page.text, /Sign in/)
  })

  test('what breaks the rules is told to the client: no PKCE, plain PKCE, another audience, another flow', async () => {
    const rows: [string, Record<string, string | undefined>][] = [
      ['invalid_request', { code_challenge: undefined, code_challenge_method: undefined }],
      ['invalid_request', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }],
      ['invalid_request', { code_challenge_method: undefined }],
      ['unsupported_response_type', { response_type: 'token' }],
      ['invalid_target', { resource: 'https://evil.example/mcp' }],
      ['invalid_target', { resource: 'http://localhost:3001/mcp' }],
      ['login_required', { prompt: 'none' }],
    ]
    for (const [error, changes] of rows) {
      const { url, state } = await world.ask(client, {}, changes)
      const browser = world.browser()
      await browser.open(url)
      const back = new URL(browser.url)
      assert.equal(`${back.origin}${back.pathname}`, redirectUri, JSON.stringify(changes))
      // The flow that is not served would have been answered behind the #.
      const told = new URLSearchParams(back.search === '' ? back.hash.slice(1) : back.search)
      assert.equal(told.get('error'), error)
      assert.equal(told.get('state'), state)
      assert.equal(told.get('iss'), issuer)
    }
  })

  test('every spelling of our address is the one audience, here and at the token endpoint', async () => {
    const spellings = [`${issuer}/mcp`, `${issuer}/mcp/`, issuer, `${issuer}/`, `${issuer}/api/v2`, undefined]
    for (const [index, resource] of spellings.entries()) {
      const asked = await world.ask(client, resource === undefined ? {} : { resource })
      const back = await world.browser().consent(asked.url, tenant.email)
      const parameters = oauth.validateAuthResponse(server, client, back, asked.state)
      const other = spellings[(index + 1) % spellings.length]
      const answer = await world.exchange(server, client, parameters, asked.verifier, other)
      const { access_token: token } = await oauth.processAuthorizationCodeResponse(server, client, answer)
      assert.equal((await world.call(token, '/sessions')).status, 200)
    }
  })
})

suite('POST /oauth/token', () => {
  eachInItsOwnMinute()
  test('a code works once, and a second use ends what the first one got', async () => {
    const { parameters, verifier, tokens } = await world.connect(tenant, { client })
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 200)
    assert.equal(await errorIn(await world.exchange(server, client, parameters, verifier)), 'invalid_grant')
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 401)
    const again = await world.refresh(server, client, tokens.refresh_token ?? '')
    assert.equal(await errorIn(again), 'invalid_grant')
  })

  test('of several uses of a code or refresh token at once nobody keeps what they got', async () => {
    const asked = await world.ask(client)
    const back = await world.browser().consent(asked.url, tenant.email)
    const parameters = oauth.validateAuthResponse(server, client, back, asked.state)
    const use = () => world.exchange(server, client, parameters, asked.verifier)
    const answers = await Promise.all([use(), use(), use()])
    const won = answers.filter(({ status }) => status === 200)
    assert.ok(won.length <= 1)
    for (const answer of won) {
      const { access_token: token } = (await answer.json()) as { access_token: string }
      assert.equal((await world.call(token, '/sessions')).status, 401)
    }
    const { tokens } = await world.connect(tenant, { client })
    const refresh = () => world.refresh(server, client, tokens.refresh_token ?? '')
    const refreshed = await Promise.all([refresh(), refresh()])
    assert.ok(refreshed.filter(({ status }) => status === 200).length <= 1)
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 401)
  })

  test('a code is worth nothing with another verifier, client, address or audience, and after a minute', async () => {
    const other = await world.register()
    const code = async () => {
      const asked = await world.ask(client)
      const back = await world.browser().consent(asked.url, tenant.email)
      return { asked, parameters: oauth.validateAuthResponse(server, client, back, asked.state) }
    }
    const { asked, parameters } = await code()
    const wrong = oauth.generateRandomCodeVerifier()
    assert.equal(await errorIn(await world.exchange(server, client, parameters, wrong)), 'invalid_grant')
    assert.equal(
      await errorIn(await world.exchange(server, other, parameters, asked.verifier)),
      'invalid_grant',
    )
    const foreign = await world.exchange(server, client, parameters, asked.verifier, 'https://evil.example/')
    assert.equal(await errorIn(foreign), 'invalid_target')
    const fields = {
      grant_type: 'authorization_code',
      client_id: client.client_id,
      code: (await code()).parameters.get('code') ?? '',
      redirect_uri: 'http://127.0.0.1:9999/other',
    }
    const moved = await world.form('/oauth/token', fields)
    assert.equal(moved.status, 400)
    const late = await code()
    app.clock.advance(61_000)
    const answer = await world.exchange(server, client, late.parameters, late.asked.verifier)
    assert.equal(await errorIn(answer), 'invalid_grant')
  })

  test('a refresh token works once; a copy of it ends the access of both who have one', async () => {
    const { tokens } = await world.connect(tenant, { client })
    const first = await world.refresh(server, client, tokens.refresh_token ?? '')
    const fresh = await oauth.processRefreshTokenResponse(server, client, first)
    const again = await world.refresh(server, client, tokens.refresh_token ?? '')
    assert.equal(await errorIn(again), 'invalid_grant')
    for (const token of [tokens.access_token, fresh.access_token])
      assert.equal((await world.call(token, '/sessions')).status, 401)
    const last = await world.refresh(server, client, fresh.refresh_token ?? '')
    assert.equal(await errorIn(last), 'invalid_grant')
  })

  test('a refreshed token may do less, never more', async () => {
    const { tokens } = await world.connect(tenant, { client, scope: 'sessions:read leads:read' })
    const wide = await world.refresh(server, client, tokens.refresh_token ?? '', 'webhooks:read')
    assert.equal(await errorIn(wide), 'invalid_scope')
    const narrow = await world.refresh(server, client, tokens.refresh_token ?? '', 'leads:read')
    const fresh = await oauth.processRefreshTokenResponse(server, client, narrow)
    assert.equal(fresh.scope, 'leads:read')
    assert.equal((await world.call(fresh.access_token, '/leads')).status, 200)
    assert.equal((await world.call(fresh.access_token, '/sessions')).status, 403)
  })

  test('what is no request of this kind is refused in the words of RFC 6749', async () => {
    const { client_id } = client
    const rows: [string, Record<string, string>][] = [
      ['invalid_request', { client_id }],
      ['unsupported_grant_type', { client_id, grant_type: 'password', username: 'a', password: 'b' }],
      ['unsupported_grant_type', { client_id, grant_type: 'client_credentials' }],
      ['invalid_grant', { client_id, grant_type: 'refresh_token', refresh_token: 'mr_nothing' }],
    ]
    for (const [error, fields] of rows) {
      const { status, text, headers } = await world.form('/oauth/token', fields)
      assert.equal(status, 400, text)
      assert.equal(JSON.parse(text).error, error)
      assert.equal(headers.get('cache-control'), 'no-store')
    }
    const nobody = await world.form('/oauth/token', { client_id: 'unknown', grant_type: 'refresh_token' })
    assert.equal(JSON.parse(nobody.text).error, 'invalid_client')
    const json = await world.json('/oauth/token', { client_id })
    assert.equal(JSON.parse(json.text).error, 'invalid_request')
  })

  test('an access token ends after half an hour', async () => {
    const { tokens } = await world.connect(tenant, { client })
    app.clock.advance(1_799_000)
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 200)
    app.clock.advance(2_000)
    const late = await world.call(tokens.access_token, '/sessions')
    assert.equal(late.status, 401)
    assert.match(late.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
    const answer = await world.refresh(server, client, tokens.refresh_token ?? '')
    assert.equal(answer.status, 200)
  })
})

suite('POST /oauth/register', () => {
  eachInItsOwnMinute()
  test('addresses that are neither https nor on the own machine are refused', async () => {
    const bad = [
      'http://example.com/callback',
      'https://localhost/callback',
      'javascript:alert(1)',
      'https://example.com/#part',
      'https://user@example.com/',
      'https://example.com\\@evil.example/',
      'http://localhost.evil.example/',
      'https://exämple.com/',
      'not a url',
      '',
      7,
    ]
    for (const redirect of bad.slice(0, 9)) {
      const { status, text } = await world.json('/oauth/register', { redirect_uris: [redirectUri, redirect] })
      assert.equal(status, 400, String(redirect))
      assert.equal(JSON.parse(text).error, 'invalid_redirect_uri')
    }
    app.clock.advance(61_000)
    const rest: unknown[] = [
      ...bad.slice(9).map((redirect) => [redirect]),
      undefined,
      [],
      'https://example.com/',
    ]
    for (const redirects of rest)
      assert.equal((await world.json('/oauth/register', { redirect_uris: redirects })).status, 400)
    for (const text of ['', 'no JSON', '[]', 'null'])
      assert.equal((await world.json('/oauth/register', undefined, text)).status, 400)
  })

  test('a client that asks for a secret or for other flows gets neither', async () => {
    const { status, text } = await world.json('/oauth/register', {
      client_name: 'Wants a secret',
      redirect_uris: ['https://example.com/callback', 'http://[::1]:3/callback'],
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials', 'implicit'],
      scope: 'sessions:read offline_access',
      jwks_uri: 'https://127.0.0.1/keys',
      client_secret: 'mine',
    })
    assert.equal(status, 201, text)
    const made = JSON.parse(text)
    assert.equal(made.token_endpoint_auth_method, 'none')
    assert.deepEqual(made.grant_types, ['authorization_code', 'refresh_token'])
    assert.equal(made.client_secret, undefined)
    assert.equal(made.jwks_uri, undefined)
  })

  test('429 for an address that registers more than ten clients in a minute', async () => {
    const register = () => world.json('/oauth/register', { redirect_uris: [redirectUri] })
    for (let count = 0; count < 10; count += 1) assert.equal((await register()).status, 201)
    const { status, headers, text } = await register()
    assert.equal(status, 429)
    assert.ok(Number(headers.get('retry-after')) > 0)
    assert.equal(JSON.parse(text).error, 'temporarily_unavailable')
  })
})
