import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Identity, openIdentity } from '../../../../test/identity.ts'
import { publishChange } from '../tenants/changes.service.ts'
import { hashPassword } from './passwords.service.ts'
import { updateUser } from './users.store.ts'

const password = 'correct horse battery'
let identity: Identity
let passwordHash: string

before(async () => {
  identity = await openIdentity()
  passwordHash = await hashPassword(identity.ctx, password)
})

after(() => identity.close())

suite('GET /users/me', () => {
  test('200 equals /auth/me, with a token and through a key of the same user', async () => {
    const account = await identity.createAccount()
    const { body: made } = await identity.call('POST', '/api-keys', {
      token: account.token,
      body: { name: 'reader', preset: 'read_only' },
    })
    const own = await identity.call('GET', '/users/me', { token: account.token })
    assert.equal(own.status, 200)
    assert.deepEqual(own.body, {
      id: account.userId,
      email: account.email,
      full_name: own.body.full_name,
      role: 'owner',
      tenant_id: account.tenantId,
      tenant: {
        id: account.tenantId,
        name: own.body.tenant.name,
        plan: 'unlimited',
        time_zone: 'UTC',
        features: own.body.tenant.features,
      },
      email_verified: true,
      has_password: false,
      created_at: '2026-02-11T10:00:00Z',
      credential: 'user',
      scopes: ['*'],
    })
    assert.ok(own.body.tenant.features.includes('bulk_send'))
    const signedIn = await identity.call('GET', '/auth/me', { token: account.token })
    assert.deepEqual(signedIn.body, own.body)
    const throughKey = await identity.call('GET', '/users/me', { key: made.raw_key })
    assert.deepEqual({ ...throughKey.body, credential: 'user', scopes: ['*'] }, own.body)
    assert.equal(throughKey.body.credential, 'key')
    assert.ok(
      throughKey.body.scopes.includes('leads:read') && !throughKey.body.scopes.includes('leads:manage'),
    )
  })

  test('401 without a credential and with two', async () => {
    const { token } = await identity.createAccount()
    assert.equal((await identity.call('GET', '/users/me')).status, 401)
    assert.equal(
      (await identity.call('GET', '/users/me', { token, key: `mf_${'x'.repeat(40)}` })).status,
      401,
    )
  })
})

suite('GET /users', () => {
  test('200 with the people of the own tenant for whoever is signed in; 403 for a key', async () => {
    const account = await identity.createAccount()
    await identity.createAccount()
    const { body } = await identity.call('GET', '/users', { token: account.token })
    const [own] = body.users
    assert.deepEqual([body.total, own.id, own.email, own.role], [1, account.userId, account.email, 'owner'])
    const { body: made } = await identity.call('POST', '/api-keys', {
      token: account.token,
      body: { name: 'all', scopes: ['*'] },
    })
    assert.equal((await identity.call('GET', '/users', { key: made.raw_key })).status, 403)
  })
})

suite('PATCH /users/me', () => {
  test('200 changes the name and leaves the rest', async () => {
    const { token, email } = await identity.createAccount()
    const { status, body } = await identity.call('PATCH', '/users/me', {
      token,
      body: { full_name: 'Grace' },
    })
    assert.equal(status, 200)
    assert.equal(body.full_name, 'Grace')
    assert.equal(body.email, email)
    assert.equal(body.email_verified, true)
  })

  test('200 for another address with the current password; it counts as not verified', async () => {
    const { token } = await identity.createAccount({ passwordHash })
    const body = { email: 'new-address@example.com', current_password: password }
    const reply = await identity.call('PATCH', '/users/me', { token, body })
    assert.equal(reply.body.email, 'new-address@example.com')
    assert.equal(reply.body.email_verified, false)
  })

  test('409 for an address of somebody else, also when two want it at once', async () => {
    const [a, b, c] = [
      await identity.createAccount({ passwordHash }),
      await identity.createAccount(),
      await identity.createAccount({ passwordHash }),
    ]
    const change = (token: string, email: string) =>
      identity.call('PATCH', '/users/me', { token, body: { email, current_password: password } })
    assert.equal((await change(a.token, b.email.toUpperCase())).status, 409)
    const both = await Promise.all([
      change(a.token, 'wanted@example.com'),
      change(c.token, 'wanted@example.com'),
    ])
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409])
  })

  test('address and password: never without the current password, never through a key; the name is free', async () => {
    const account = await identity.createAccount({ passwordHash })
    const scopes = ['*']
    const made = await identity.call('POST', '/api-keys', {
      token: account.token,
      body: { name: 'x', scopes },
    })
    const through = {
      user: (body: object) => identity.call('PATCH', '/users/me', { token: account.token, body }),
      key: (body: object) => identity.call('PATCH', '/users/me', { key: made.body.raw_key, body }),
    }
    const email = 'taken-over@example.com'
    const changes = [{ email }, { email, full_name: 'Eve' }, { new_password: 'another long one' }]
    for (const body of changes) {
      const reply = await through.user(body)
      assert.deepEqual([reply.status, reply.body.errors[0].field], [422, 'current_password'])
      const wrong = await through.user({ ...body, current_password: 'wrong' })
      assert.deepEqual([wrong.status, wrong.body.code], [400, 'wrong_password'])
      for (const proof of [{}, { current_password: password }]) {
        const refused = await through.key({ ...body, ...proof })
        assert.deepEqual([refused.status, refused.body.code], [403, 'sign_in_required'])
      }
    }
    const own = await identity.call('GET', '/users/me', { token: account.token })
    assert.equal(own.body.email, account.email)
    // The same address, whatever its case, is no other one: clients send the whole profile.
    for (const call of Object.values(through))
      assert.equal((await call({ full_name: 'Ada', email: account.email.toUpperCase() })).status, 200)
  })

  test('the password changed five times at once, address included: one counts, the others 400', async () => {
    const account = await identity.createAccount({ passwordHash })
    const passwords = Array.from({ length: 5 }, (_, n) => `another long one ${n}`)
    const replies = await Promise.all(
      passwords.map((next) => {
        const body = { current_password: password, new_password: next }
        return identity.call('PATCH', '/users/me', { token: account.token, body })
      }),
    )
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 400, 400, 400, 400])
    const winner = replies.findIndex(({ status }) => status === 200)
    const body = { email: account.email, password: passwords[winner] }
    assert.equal((await identity.call('POST', '/auth/login', { body })).status, 200)
  })

  test('200 with another password ends all other logins and keeps this one', async () => {
    const { token, email } = await identity.createAccount({ passwordHash })
    const other = await identity.call('POST', '/auth/login', { body: { email, password } })
    const body = { current_password: password, new_password: 'another long one' }
    assert.equal((await identity.call('PATCH', '/users/me', { token, body })).status, 200)
    assert.equal((await identity.call('GET', '/users/me', { token })).status, 200)
    assert.equal((await identity.call('GET', '/users/me', { token: other.body.access_token })).status, 401)
    const refresh = { refresh_token: other.body.refresh_token }
    assert.equal((await identity.call('POST', '/auth/refresh', { body: refresh })).status, 401)
    assert.equal((await identity.call('POST', '/auth/login', { body: { email, password } })).status, 401)
  })

  test('400 for a wrong current password, 422 without it or with a short new one', async () => {
    const { token } = await identity.createAccount({ passwordHash })
    const change = (body: object) => identity.call('PATCH', '/users/me', { token, body })
    assert.equal((await change({ current_password: 'wrong', new_password: 'another long one' })).status, 400)
    assert.equal((await change({ new_password: 'another long one' })).status, 422)
    assert.equal((await change({ current_password: password, new_password: 'short' })).status, 422)
  })

  test('429 after ten wrong current passwords', async () => {
    const { token } = await identity.createAccount({ passwordHash })
    const body = { current_password: 'wrong', new_password: 'another long one' }
    for (let i = 0; i < 10; i += 1) await identity.call('PATCH', '/users/me', { token, body })
    assert.equal((await identity.call('PATCH', '/users/me', { token, body })).status, 429)
  })

  test('403 with X-Required-Scopes for a member', async () => {
    const { token, tenantId, userId } = await identity.createAccount()
    const { ctx } = identity
    await updateUser(ctx.db.sql, tenantId, userId, { role: 'member' })
    await publishChange(ctx, ctx.db.sql, [`user:${userId}`])
    const reply = await identity.call('PATCH', '/users/me', { token, body: { full_name: 'X' } })
    assert.equal(reply.status, 403)
    assert.equal(reply.headers['x-required-scopes'], 'account:manage')
  })
})
