import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { openTestDatabase, type TestDatabase } from '../../../../test/harness-database.ts'
import { forgetEverybody, type Identity, openIdentity } from '../../../../test/identity.ts'
import { createRecoveryLink } from './recovery.service.ts'
import { createSetupLink } from './setup.service.ts'

const bootstrapApiKey = `mf_${'b'.repeat(40)}`
const owner = { ownerEmail: 'boss@example.com', ownerPassword: 'a long password' }
let database: TestDatabase
let identity: Identity

before(async () => {
  database = await openTestDatabase()
})
after(() => database.close())

beforeEach(async () => {
  identity = await openIdentity({ signUp: 'closed' }, database)
})

afterEach(async () => {
  await identity.close()
  await forgetEverybody(database)
})

async function newToken(): Promise<string> {
  const link = await createSetupLink(identity.ctx)
  assert.match(String(link), /^http:\/\/localhost:3000\/setup#token=[\w-]{43}$/)
  return String(link).split('token=')[1] ?? ''
}

function setUp(token: string, more: object = {}) {
  const body = {
    token,
    email: 'ada@example.com',
    password: 'a long password',
    full_name: 'Ada',
    tenant_name: 'Example Ltd',
    ...more,
  }
  return identity.call('POST', '/setup', { body })
}

suite('the set-up link', () => {
  test('201 creates the first owner once, opens chats when asked, and ends all links', async () => {
    const [token, other] = [await newToken(), await newToken()]
    const { status, body } = await setUp(token, { chat_history_access_enabled: true })
    assert.equal(status, 201)
    assert.equal(body.user.role, 'owner')
    const settings = await identity.call('GET', '/tenant/settings', { token: body.access_token })
    assert.equal(settings.body.chat_history_access_enabled, true)
    const own = await identity.call('GET', '/users/me', { token: body.access_token })
    assert.deepEqual([own.body.tenant.name, own.body.email_verified], ['Example Ltd', true])
    assert.equal((await setUp(token)).status, 409)
    assert.equal((await setUp(other, { email: 'second@example.com' })).status, 409)
    assert.equal(await createSetupLink(identity.ctx), undefined)
  })

  test('of five that set up at once one wins', async () => {
    const tokens = [await newToken(), await newToken()]
    const replies = await Promise.all(
      Array.from({ length: 5 }, (_, n) => setUp(tokens[n % 2] ?? '', { email: `person${n}@example.com` })),
    )
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409, 409])
  })

  test('403 for a wrong token and after a day, 422 for wrong fields', async () => {
    const token = await newToken()
    assert.equal((await setUp('guess')).status, 403)
    assert.equal((await setUp(token, { password: 'short' })).status, 422)
    identity.clock.advance(24 * 3_600_000)
    assert.equal((await setUp(token)).status, 403)
    assert.equal((await setUp(await newToken())).status, 201)
  })

  test('the page comes with a policy that allows no inline script', async () => {
    const page = await identity.call('GET', '/setup')
    assert.equal(page.status, 200)
    assert.match(String(page.headers['content-type']), /text\/html/)
    assert.equal(/<script>|<style>|style=|onclick/.test(page.body), false)
    for (const path of ['/setup/page.js', '/setup/page.css']) {
      assert.equal((await identity.call('GET', path)).status, 200)
    }
  })
})

suite('after set-up', () => {
  const tokenIn = (made?: { link: string }) => made?.link.split('#recover=')[1] ?? ''
  const recover = (token: string, password = 'another password') =>
    identity.call('POST', '/setup/recover', { body: { token, password } })

  test('the page can tell that set-up is done, and could not before', async () => {
    const ask = async () => (await identity.http.inject('/api/v2/setup')).json()
    assert.deepEqual(await ask(), { is_done: false })
    await setUp(await newToken())
    assert.deepEqual(await ask(), { is_done: true })
  })

  test('a recovery link gives the owner a new password once, and ends all logins', async () => {
    const { body: first } = await setUp(await newToken())
    const made = await createRecoveryLink(identity.ctx)
    assert.equal(made?.email, 'ada@example.com')
    assert.match(String(made?.link), /^http:\/\/localhost:3000\/setup#recover=[\w-]{43}$/)
    assert.equal((await recover(tokenIn(made), 'short')).status, 422)
    const { status, body } = await recover(tokenIn(made))
    assert.deepEqual([status, body.user.email], [200, 'ada@example.com'])
    assert.equal((await identity.call('GET', '/users/me', { token: body.access_token })).status, 200)
    assert.equal((await identity.call('GET', '/users/me', { token: first.access_token })).status, 401)
    const login = (password: string) =>
      identity.call('POST', '/auth/login', { body: { email: 'ada@example.com', password } })
    assert.equal((await login('a long password')).status, 401)
    assert.equal((await login('another password')).status, 200)
    assert.equal((await recover(tokenIn(made))).status, 403)
  })

  test('the audit log knows of a recovery and from where it came; of a refused one it does not', async () => {
    await setUp(await newToken())
    const made = await createRecoveryLink(identity.ctx)
    const { body } = await recover(tokenIn(made))
    await recover(tokenIn(made))
    const { audit_logs: entries } = (
      await identity.call('GET', '/audit-logs?action=setup.recover', { token: body.access_token })
    ).body
    assert.equal(entries.length, 1)
    assert.partialDeepStrictEqual(entries[0], {
      action: 'setup.recover',
      user_id: body.user.id,
      api_key_id: null,
      ip: '127.0.0.1',
      targets: {},
    })
  })

  test('of recovery links the newest works, for a day, and for nothing else', async () => {
    assert.equal(await createRecoveryLink(identity.ctx), undefined)
    const setupToken = await newToken()
    assert.equal((await recover(setupToken)).status, 403)
    await setUp(setupToken)
    const [old, made] = [await createRecoveryLink(identity.ctx), await createRecoveryLink(identity.ctx)]
    assert.equal((await recover(tokenIn(old))).status, 403)
    assert.equal((await setUp(tokenIn(made))).status, 409)
    identity.clock.advance(24 * 3_600_000)
    assert.equal((await recover(tokenIn(made))).status, 403)
    const named = await createRecoveryLink(identity.ctx, 'ADA@example.com')
    assert.equal(await createRecoveryLink(identity.ctx, 'bob@example.com'), undefined)
    const both = await Promise.all([recover(tokenIn(named)), recover(tokenIn(named))])
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 403])
  })
})

suite('the first tenant from the environment', () => {
  test('an owner with a password can sign in; starting again changes nothing', async () => {
    const first = await identity.addProcess(owner)
    const login = { email: owner.ownerEmail, password: owner.ownerPassword }
    const signedIn = await first.call('POST', '/auth/login', { body: login })
    assert.equal(signedIn.status, 200)
    const again = await identity.addProcess({ ...owner, ownerPassword: 'another password' })
    const same = await again.call('POST', '/auth/login', { body: login })
    assert.equal(same.body.user.tenant_id, signedIn.body.user.tenant_id)
    assert.equal(await createSetupLink(identity.ctx), undefined)
  })

  test('two processes that start at once make one tenant', async () => {
    const config = { ...owner, bootstrapApiKey }
    const both = await Promise.all([identity.addProcess(config), identity.addProcess(config)])
    const tenants = await Promise.all(
      both.map((process) => process.call('GET', '/users/me', { key: bootstrapApiKey })),
    )
    assert.equal(tenants[0]?.body.tenant.id, tenants[1]?.body.tenant.id)
    const keys = await both[0]?.call('GET', '/api-keys', { key: bootstrapApiKey })
    assert.equal(keys?.body.length, 1)
  })

  test('a key alone makes a tenant whose owner a person takes over through the link', async () => {
    const process = await identity.addProcess({ bootstrapApiKey })
    const before = await process.call('GET', '/users/me', { key: bootstrapApiKey })
    assert.equal(before.status, 200)
    assert.equal((await process.call('GET', '/api-keys', { key: bootstrapApiKey })).status, 200)
    const { status, body } = await setUp(await newToken())
    assert.equal(status, 201)
    assert.equal(body.user.tenant_id, before.body.tenant.id)
    const afterwards = await process.call('GET', '/users/me', { key: bootstrapApiKey })
    assert.deepEqual([afterwards.body.email, afterwards.body.tenant.name], ['ada@example.com', 'Example Ltd'])
  })

  test('another value replaces the key, and back again', async () => {
    await identity.addProcess({ bootstrapApiKey })
    const next = `mf_${'c'.repeat(40)}`
    const second = await identity.addProcess({ bootstrapApiKey: next })
    assert.equal((await second.call('GET', '/users/me', { key: bootstrapApiKey })).status, 401)
    assert.equal((await second.call('GET', '/users/me', { key: next })).status, 200)
    const third = await identity.addProcess({ bootstrapApiKey })
    assert.equal((await third.call('GET', '/users/me', { key: bootstrapApiKey })).status, 200)
    assert.equal((await third.call('GET', '/users/me', { key: next })).status, 401)
  })

  test('a key that somebody revoked stays revoked over restarts', async () => {
    const first = await identity.addProcess({ bootstrapApiKey })
    const [key] = (await first.call('GET', '/api-keys', { key: bootstrapApiKey })).body
    assert.equal((await first.call('DELETE', `/api-keys/${key.id}`, { key: bootstrapApiKey })).status, 200)
    const again = await identity.addProcess({ bootstrapApiKey })
    assert.equal((await again.call('GET', '/users/me', { key: bootstrapApiKey })).status, 401)
  })

  test('400 for rotating the key of the environment', async () => {
    const process = await identity.addProcess({ bootstrapApiKey })
    const [key] = (await process.call('GET', '/api-keys', { key: bootstrapApiKey })).body
    const reply = await process.call('POST', `/api-keys/${key.id}/rotate`, { key: bootstrapApiKey })
    assert.equal(reply.status, 400)
  })
})
