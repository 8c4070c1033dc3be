import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import type * as oauth from 'oauth4webapi'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import { OAuthWorld, offered, password, redirectUri } from '../../../../test/oauth-world.ts'
import { startSecondProcess } from '../../../../test/second-process.ts'
import { StreamReader } from '../../../../test/stream-reader.ts'
import { until } from '../../../../test/until.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { passwordChanged, userEnded } from '../../account/users/users.schema.ts'
import { updateUser } from '../../account/users/users.store.ts'
import { sweepGrants } from './grants.service.ts'
import { oauthGrants, oauthRecords } from './oauth.tables.ts'
import { flushGrantUses } from './tokens.service.ts'

let app: TestApp
let world: OAuthWorld
let tenant: TestTenant
let client: oauth.Client

before(async () => {
  app = await createTestApp()
  world = await OAuthWorld.open(app)
  tenant = await world.tenant()
  client = await world.register()
})
after(() => app.close())
/** Requests are counted by the minute. For the tests of a suite alone: files share a process. */
const eachInItsOwnMinute = () => beforeEach(() => app.clock.advance(61_000))

/** A stream of the tenant with an OAuth token. */
const streamWith = (token: string, origin = world.origin) =>
  StreamReader.open(`${origin}/api/v2/events`, { authorization: `Bearer ${token}` })

/** The newest grant of the tenant's owner. */
const newest = async () => (await tenant.api.get(200, '/oauth/grants'))[0]

/** How long a stream lives on; the clock of the test stands still, so nothing but the news can end it. */
const endedAfterMs = async (reader: StreamReader, end: () => Promise<unknown>): Promise<number> => {
  const beganMs = performance.now()
  await end()
  await reader.end()
  return performance.now() - beganMs
}

suite('sign-in and consent', () => {
  eachInItsOwnMinute()
  test('the name that a program gives itself is text and nothing else', async () => {
    const client_name = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202e\u0000 & Co'
    const hostile = await world.register({ client_name })
    const browser = world.browser()
    const pages = [await browser.open((await world.ask(hostile)).url)]
    pages.push(await browser.submit({ email: '"><b>x', password: 'x', decision: 'login' }))
    pages.push(await browser.submit({ email: tenant.email, password, decision: 'login' }))
    for (const { text, headers } of pages) {
      assert.doesNotMatch(text, /<script|<img|<b>|onerror=alert\(2\)>|\u202e|style=/)
      assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&gt;/)
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(policy, /^default-src 'none'; style-src 'self';/)
      assert.match(policy, /form-action 'self'; frame-ancestors 'none'$/)
      assert.doesNotMatch(policy, /unsafe|script-src/)
      assert.equal(headers.get('x-frame-options'), 'DENY')
      assert.equal(headers.get('cache-control'), 'no-store')
    }
    assert.equal(
      (await fetch(`${world.origin}/oauth/page.css`)).headers.get('content-type'),
      'text/css; charset=utf-8',
    )
  })

  test('consent names workspace, person, address and each scope in words; what is not ticked is not given', async () => {
    const browser = world.browser()
    const { url, state, verifier } = await world.ask(client, {
      scope: 'sessions:read leads:read offline_access *',
    })
    await browser.open(url)
    const page = await browser.submit({ email: tenant.email, password, decision: 'login' })
    for (const words of [tenant.email, 'Read and export leads', 'this computer (127.0.0.1:9999)'])
      assert.ok(page.text.includes(words), words)
    assert.match(page.text, /Tenant \d+/)
    assert.deepEqual(offered(page), ['sessions:read', 'leads:read'])
    const none = await browser.submit({ decision: 'allow' })
    assert.equal(none.status, 422)
    await browser.submit({ decision: 'allow', scope: ['leads:read', 'messages:send'] })
    const code = new URL(browser.url).searchParams.get('code') ?? ''
    assert.equal(new URL(browser.url).searchParams.get('state'), state)
    const fields = {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
    }
    const { text } = await world.form('/oauth/token', { ...fields, client_id: client.client_id })
    assert.equal(JSON.parse(text).scope, 'leads:read')
    assert.equal((await world.call(JSON.parse(text).access_token, '/sessions')).status, 403)
    assert.partialDeepStrictEqual(await newest(), { scopes: ['leads:read'], client_name: 'Test assistant' })
  })

  test('whoever does not allow it sends the program away without anything', async () => {
    for (const isSignedIn of [false, true]) {
      const browser = world.browser()
      await browser.open((await world.ask(client)).url)
      if (isSignedIn) await browser.submit({ email: tenant.email, password, decision: 'login' })
      await browser.submit({ decision: 'deny' })
      assert.match(browser.url, /^http:\/\/127\.0\.0\.1:9999\/callback\?error=access_denied&/)
    }
  })

  test('forms of other pages, requests of other browsers and old ones are refused', async () => {
    const browser = world.browser()
    await browser.open((await world.ask(client)).url)
    const signIn = { email: tenant.email, password, decision: 'login' }
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'http://localhost:4000' },
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
    ])
      assert.equal((await browser.submit(signIn, headers)).status, 403)
    const other = world.browser()
    other.url = browser.url
    assert.equal((await other.submit(signIn)).status, 400, 'the request of another browser')
    await other.open((await world.ask(client)).url)
    other.url = browser.url
    assert.equal((await other.submit(signIn)).status, 400, 'somebody who has a request of their own')
    app.clock.advance(16 * 60_000)
    const late = await browser.submit(signIn)
    assert.equal(late.status, 400)
    assert.match(late.text, /has expired/)
  })

  test('wrong passwords here and at /auth/login are counted together', async () => {
    const victim = await world.tenant()
    const browser = world.browser()
    await browser.open((await world.ask(client)).url)
    const guess = (typed: string) =>
      browser.submit({ email: victim.email, password: typed, decision: 'login' })
    for (let count = 0; count < 5; count += 1) {
      const { status, text } = await guess(`wrong ${count}`)
      assert.equal(status, 401)
      assert.match(text, /Wrong e-mail address or password/)
      await app.api.post(401, '/auth/login', { email: victim.email, password: `wrong too ${count}` })
    }
    const refused = await guess(password)
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
    await app.api.post(429, '/auth/login', { email: victim.email, password })
  })
})

suite('access of programs', () => {
  eachInItsOwnMinute()
  // Whoever signed in at first has been away for too long by now.
  before(async () => {
    tenant = await world.tenant()
  })

  test('is listed for whoever gave it, taken back by nobody else, and kept in the audit log', async () => {
    const { tokens } = await world.connect(tenant, { client, scope: 'sessions:read' })
    await world.call(tokens.access_token, '/sessions')
    await flushGrantUses(app.app.ctx)
    const grant = await newest()
    assert.partialDeepStrictEqual(grant, {
      client_id: client.client_id,
      client_name: 'Test assistant',
      redirect_host: 'this computer (127.0.0.1:9999)',
      scopes: ['sessions:read'],
    })
    assert.ok(grant.last_used_at !== null)
    const stranger = await app.tenant()
    assert.deepEqual(await stranger.api.get(200, '/oauth/grants'), [])
    await stranger.api.delete(404, `/oauth/grants/${grant.id}`)
    const key = await tenant.apiWith(['*'])
    await key.get(403, '/oauth/grants')
    await key.delete(403, `/oauth/grants/${grant.id}`)
    assert.equal((await world.call(tokens.access_token, '/oauth/grants')).status, 403)
    await tenant.api.delete(200, `/oauth/grants/${grant.id}`)
    await tenant.api.delete(404, `/oauth/grants/${grant.id}`)
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 401)
    const { audit_logs: entries } = await tenant.api.get(200, '/audit-logs?limit=3')
    assert.deepEqual(
      entries.map(({ action }: { action: string }) => action),
      ['oauth_grants.revoke', 'api_keys.create', 'oauth_grants.create'],
    )
  })

  test('ends a running stream at once, however it was taken back', async () => {
    const ends: ((token: string, refreshToken: string) => Promise<unknown>)[] = [
      async () => tenant.api.delete(200, `/oauth/grants/${(await newest()).id}`),
      (token) => world.form('/oauth/revoke', { token }),
      (_, refreshToken) => world.form('/oauth/revoke', { token: refreshToken, client_id: client.client_id }),
    ]
    for (const end of ends) {
      const { tokens } = await world.connect(tenant, { client, scope: 'sessions:read' })
      const reader = await streamWith(tokens.access_token)
      const ms = await endedAfterMs(reader, () => end(tokens.access_token, tokens.refresh_token ?? ''))
      assert.ok(ms < 1000, `${ms} ms`)
    }
  })

  test('POST /oauth/revoke answers 200 whatever it is shown, and ends nothing of another client', async () => {
    const { tokens } = await world.connect(tenant, { client, scope: 'sessions:read' })
    const shown: Record<string, string>[] = [
      {},
      { token: '' },
      { token: 'mo_unknown' },
      { token: tokens.access_token, client_id: 'another' },
      { token: tenant.token },
    ]
    for (const fields of shown) assert.equal((await world.form('/oauth/revoke', fields)).status, 200)
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 200)
    await tenant.api.get(200, '/auth/me')
  })

  test('is never more than the person may do now, makes no keys and reads no chats that are closed to keys', async () => {
    const { ctx } = app.app
    const people = await world.tenant()
    const wanted = { client, scope: 'sessions:read settings:manage messages:read' }
    const { tokens } = await world.connect(people, wanted)
    const call = (path: string) => world.call(tokens.access_token, path)
    assert.equal((await call('/api-keys')).status, 200)
    const made = await fetch(`${world.origin}/api/v2/api-keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.access_token}` },
      body: JSON.stringify({ name: 'Outlives', scopes: ['sessions:read'] }),
    })
    assert.equal(made.status, 403)
    assert.equal((await call('/messages/chats/00000000-0000-4000-8000-000000000000')).status, 403)
    await ctx.db.transaction(async (sql) => {
      await updateUser(sql, people.id, people.userId, { role: 'member' })
      await publishChange(ctx, sql, [`user:${people.userId}`])
    })
    assert.equal((await call('/api-keys')).status, 403)
    assert.equal((await call('/sessions')).status, 200)
    const browser = world.browser()
    await browser.open((await world.ask(client, wanted)).url)
    const page = await browser.submit({ email: people.email, password, decision: 'login' })
    assert.deepEqual(offered(page), ['sessions:read', 'messages:read'], 'a member has no settings to give')
  })

  test('rests with its person and ends with them; another password signs out of the consent', async () => {
    const { ctx } = app.app
    const people = await world.tenant()
    const { tokens, server } = await world.connect(people, { client, scope: 'sessions:read' })
    const of = { tenantId: people.id, userId: people.userId }
    const end = (changes: Parameters<typeof updateUser>[3], isRemoved: boolean) =>
      ctx.db.transaction(async (sql) => {
        await updateUser(sql, people.id, people.userId, changes)
        await ctx.events.publish(sql, userEnded, { ...of, isRemoved })
        await publishChange(ctx, sql, [`user:${people.userId}`])
      })
    const browser = world.browser()
    await browser.open((await world.ask(client)).url)
    await browser.submit({ email: people.email, password, decision: 'login' })
    await ctx.db.transaction((sql) =>
      ctx.events.publish(sql, passwordChanged, { ...of, exceptLoginId: null }),
    )
    assert.equal((await browser.submit({ decision: 'allow', scope: 'sessions:read' })).status, 400)
    await end({ deactivatedAt: ctx.clock.now() }, false)
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 403)
    assert.equal((await world.refresh(server, client, tokens.refresh_token ?? '')).status, 400)
    await end({ deactivatedAt: null }, false)
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 200)
    await end({ deletedAt: ctx.clock.now() }, true)
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 401)
  })

  test('leaves no token, code or id in the database, and what has expired is swept', async () => {
    const { ctx } = app.app
    const { tokens, parameters } = await world.connect(tenant, { client, scope: 'sessions:read' })
    const rows = JSON.stringify([
      await ctx.db.sql.select().from(oauthRecords),
      await ctx.db.sql
        .select({ hash: oauthGrants.grantHash, payload: oauthGrants.payload })
        .from(oauthGrants),
    ])
    for (const secret of [
      tokens.access_token,
      tokens.refresh_token,
      parameters.get('code'),
      client.client_id,
    ])
      assert.ok(secret && !rows.includes(secret))
    app.clock.jump(200 * 86_400_000)
    await sweepGrants(ctx)
    assert.deepEqual(await ctx.db.sql.select().from(oauthRecords), [])
    assert.deepEqual(await ctx.db.sql.select().from(oauthGrants), [])
  })
})

// An embedded database belongs to one process.
suite('two processes on one database', { skip: !isServerTest }, () => {
  eachInItsOwnMinute()
  test('a consent begun on one goes on at the other, and what one takes back ends at the other within a second', async () => {
    const people = await world.tenant()
    const fresh = await world.register()
    const second = await startSecondProcess(app)
    try {
      const origin = `http://127.0.0.1:${await second.app.listen()}`
      const { tokens } = await world.connect(people, { client: fresh, scope: 'sessions:read' })
      assert.equal((await world.call(tokens.access_token, '/sessions', origin)).status, 200)
      const reader = await streamWith(tokens.access_token, origin)
      const ms = await endedAfterMs(reader, () => world.form('/oauth/revoke', { token: tokens.access_token }))
      assert.ok(ms < 1000, `${ms} ms`)
      await until('the refusal at the other process', async () => {
        const { status } = await world.call(tokens.access_token, '/sessions', origin)
        return status === 401 ? true : undefined
      })
    } finally {
      await second.close()
    }
  })
})
