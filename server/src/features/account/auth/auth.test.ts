import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eq } from 'drizzle-orm'
import { type Identity, openIdentity, untilStatus } from '../../../../test/identity.ts'
import { loadConfig } from '../../../config.ts'
import { publishChange } from '../tenants/changes.service.ts'
import { tenants } from '../tenants/tenants.tables.ts'
import { beginAttempt } from '../users/attempts.service.ts'
import { hashPassword, isOutdated, verifyPassword } from '../users/passwords.service.ts'
import { updateUser } from '../users/users.store.ts'
import { sweepLogins } from './logins.service.ts'

const password = 'correct horse battery'
const minuteMs = 60_000
const isKnownAddress = async () => false
let identity: Identity
let passwordHash: string

before(async () => {
  identity = await openIdentity()
  passwordHash = await hashPassword(identity.ctx, password)
})

after(() => identity.close())

function signUp(email: string) {
  const body = { email, password, full_name: 'Ada', tenant_name: 'Example Ltd' }
  return identity.call('POST', '/auth/signup', { body })
}

function login(email: string, typed: string, ip = '203.0.113.1') {
  return identity.call('POST', '/auth/login', { body: { email, password: typed }, ip })
}

function me(token: string) {
  return identity.call('GET', '/auth/me', { token })
}

function refresh(refreshToken: string) {
  return identity.call('POST', '/auth/refresh', { body: { refresh_token: refreshToken } })
}

suite('POST /auth/signup', () => {
  test('201 creates tenant, owner and settings and signs in', async () => {
    const { status, body } = await signUp('ada@example.com')
    assert.equal(status, 201)
    assert.equal(body.token_type, 'bearer')
    assert.deepEqual(Object.keys(body.user).sort(), ['email', 'full_name', 'id', 'role', 'tenant_id'])
    assert.equal(body.user.role, 'owner')
    const own = await me(body.access_token)
    assert.equal(own.body.tenant.plan, 'unlimited')
    assert.equal(own.body.tenant.name, 'Example Ltd')
    assert.equal(own.body.email_verified, false)
    assert.equal(own.body.has_password, true)
    const settings = await identity.call('GET', '/tenant/settings', { token: body.access_token })
    assert.equal(settings.status, 200)
  })

  test('409 for a taken address, whatever its case, also when two ask at once', async () => {
    await signUp('taken@example.com')
    assert.equal((await signUp('TAKEN@example.com')).status, 409)
    const both = await Promise.all([signUp('race@example.com'), signUp('Race@example.com')])
    assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409])
  })

  test('422 names every wrong field', async () => {
    const { status, body } = await identity.call('POST', '/auth/signup', { body: { password: 'short' } })
    assert.equal(status, 422)
    const fields = body.errors.map(({ field }: { field: string }) => field)
    assert.deepEqual(fields.sort(), ['email', 'full_name', 'password', 'tenant_name'])
  })

  test('403 where sign-up is closed', async () => {
    const closed = await identity.addProcess({ signUp: 'closed' })
    const body = { email: 'x@example.com', password, full_name: 'X', tenant_name: 'X' }
    assert.equal((await closed.call('POST', '/auth/signup', { body })).status, 403)
  })
})

suite('POST /auth/login', () => {
  test('200 with tokens and user; the address in any case', async () => {
    const account = await identity.createAccount({ passwordHash })
    const { status, body } = await login(account.email.toUpperCase(), password)
    assert.equal(status, 200)
    assert.equal(body.user.id, account.userId)
    assert.equal((await me(body.access_token)).status, 200)
  })

  test('401 with the same words for a wrong password and an unknown address', async () => {
    const account = await identity.createAccount({ passwordHash })
    const wrong = await login(account.email, 'wrong password')
    const unknown = await login('nobody@example.com', 'wrong password')
    const noPassword = await login((await identity.createAccount()).email, 'wrong password')
    assert.deepEqual([wrong.status, unknown.status, noPassword.status], [401, 401, 401])
    assert.deepEqual(wrong.body, unknown.body)
    assert.deepEqual(wrong.body, noPassword.body)
  })

  test('403 for a suspended user, only after the right password', async () => {
    const account = await identity.createAccount({ passwordHash })
    const { ctx } = identity
    await updateUser(ctx.db.sql, account.tenantId, account.userId, { suspendedAt: ctx.clock.now() })
    assert.equal((await login(account.email, 'wrong password')).status, 401)
    assert.equal((await login(account.email, password)).status, 403)
  })

  test('403 in a suspended tenant, 401 in a deleted one', async () => {
    const account = await identity.createAccount({ passwordHash })
    const { ctx } = identity
    const setStatus = (status: 'suspended' | 'deleted') =>
      ctx.db.transaction(async (sql) => {
        await sql.update(tenants).set({ status }).where(eq(tenants.id, account.tenantId))
        await publishChange(ctx, sql, [`tenant:${account.tenantId}`])
      })
    await setStatus('suspended')
    assert.equal((await login(account.email, password)).status, 403)
    assert.equal((await me(account.token)).status, 403)
    assert.equal((await refresh(account.refreshToken)).status, 403)
    await setStatus('deleted')
    assert.equal((await login(account.email, password)).status, 401)
    assert.equal((await me(account.token)).status, 401)
    assert.equal((await refresh(account.refreshToken)).status, 401)
  })

  test('429 with Retry-After after ten wrong passwords, also in parallel, and never for good', async () => {
    const account = await identity.createAccount({ passwordHash })
    const ip = '203.0.113.7'
    const replies = await Promise.all(Array.from({ length: 14 }, () => login(account.email, 'wrong', ip)))
    const counts = replies.map(({ status }) => status)
    assert.equal(counts.filter((status) => status === 401).length, 10)
    assert.equal(counts.filter((status) => status === 429).length, 4)
    const blocked = await login(account.email, password, ip)
    assert.equal(blocked.status, 429)
    const seconds = Number(blocked.headers['retry-after'])
    assert.ok(seconds > 0 && seconds <= 300)
    assert.equal((await login(account.email, password, '203.0.113.8')).status, 200)
    identity.clock.advance(seconds * 1000)
    assert.equal((await login(account.email, password, ip)).status, 200)
  })

  test('an owner gets in from a known address while many machines guess', async () => {
    const account = await identity.createAccount({ passwordHash })
    assert.equal((await login(account.email, password, '198.51.100.1')).status, 200)
    const { email } = account
    for (let i = 0; i < 101; i += 1) {
      await beginAttempt(identity.ctx, { email, ip: `192.0.2.${i}`, isKnownAddress }).catch(() => undefined)
    }
    assert.equal((await login(account.email, password, '192.0.2.200')).status, 429)
    assert.equal((await login(account.email, password, '198.51.100.1')).status, 200)
  })

  test('one IPv6 network counts as one address', async () => {
    const begin = (ip: string) => beginAttempt(identity.ctx, { email: 'v6@example.com', ip, isKnownAddress })
    for (let i = 0; i < 10; i += 1) await begin(`2001:db8::${i}`)
    await assert.rejects(begin('2001:db8::ffff'), { code: 'too_many_attempts' })
    await begin('2001:db8:0:1::1')
  })
})

suite('access tokens', () => {
  test('401 for a forged, foreign or unsigned token', async () => {
    const { token } = await identity.createAccount()
    const [head = '', claims = '', signature = ''] = token.split('.')
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    const other = await identity.addProcess({ secretKey: Buffer.alloc(32, 9).toString('base64') })
    for (const forged of [
      `${head}.${claims}.${signature.slice(0, -4)}AAAA`,
      `${none}.${claims}.`,
      'x',
      `${head}.${claims}`,
    ]) {
      assert.equal((await me(forged)).status, 401)
    }
    assert.equal((await other.call('GET', '/auth/me', { token })).status, 401)
  })

  test('works with a rotated installation key', async () => {
    const { token } = await identity.createAccount()
    const old = identity.ctx.config.secretKey
    const next = await identity.addProcess({ secretKey: `${Buffer.alloc(32, 8).toString('base64')},${old}` })
    assert.equal((await next.call('GET', '/auth/me', { token })).status, 200)
  })

  test('401 after 30 minutes', async () => {
    const { token } = await identity.createAccount()
    identity.clock.advance(29 * minuteMs)
    assert.equal((await me(token)).status, 200)
    identity.clock.advance(1 * minuteMs)
    assert.equal((await me(token)).status, 401)
  })

  test('403 as soon as the user is suspended, on every process', async () => {
    const { token, tenantId, userId } = await identity.createAccount()
    const second = await identity.addProcess()
    assert.equal((await second.call('GET', '/auth/me', { token })).status, 200)
    const { ctx } = identity
    await ctx.db.transaction(async (sql) => {
      await updateUser(sql, tenantId, userId, { suspendedAt: ctx.clock.now() })
      await publishChange(ctx, sql, [`user:${userId}`])
    })
    assert.equal((await me(token)).status, 403)
    const elsewhere = await untilStatus(403, () => second.call('GET', '/auth/me', { token }))
    assert.equal(elsewhere.status, 403)
  })
})

suite('POST /auth/refresh', () => {
  test('200 rotates; the new token works, the login goes on', async () => {
    const account = await identity.createAccount()
    identity.clock.advance(60 * minuteMs)
    const first = await refresh(account.refreshToken)
    assert.equal(first.status, 200)
    assert.deepEqual(Object.keys(first.body).sort(), ['access_token', 'refresh_token', 'token_type'])
    assert.notEqual(first.body.refresh_token, account.refreshToken)
    assert.equal((await me(first.body.access_token)).status, 200)
    assert.equal((await refresh(first.body.refresh_token)).status, 200)
  })

  test('401 for a second use, which ends the whole login', async () => {
    const account = await identity.createAccount()
    const { body } = await refresh(account.refreshToken)
    assert.equal((await refresh(account.refreshToken)).status, 401)
    assert.equal((await refresh(body.refresh_token)).status, 401)
    assert.equal((await me(body.access_token)).status, 401)
  })

  test('five uses at the same moment yield at most one pair of tokens', async () => {
    const account = await identity.createAccount()
    const replies = await Promise.all(Array.from({ length: 5 }, () => refresh(account.refreshToken)))
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 401, 401, 401, 401])
  })

  test('401 for an unknown token and after 30 days', async () => {
    const account = await identity.createAccount()
    assert.equal((await refresh('rt_unknown')).status, 401)
    identity.clock.advance(30 * 24 * 60 * minuteMs)
    assert.equal((await refresh(account.refreshToken)).status, 401)
  })

  test('422 without a token', async () => {
    assert.equal((await identity.call('POST', '/auth/refresh', { body: {} })).status, 422)
  })
})

suite('POST /auth/logout', () => {
  test('200 ends the own login at once', async () => {
    const account = await identity.createAccount()
    const reply = await identity.call('POST', '/auth/logout', { token: account.token })
    assert.deepEqual(reply.body, { status: 'ok' })
    assert.equal((await me(account.token)).status, 401)
    assert.equal((await refresh(account.refreshToken)).status, 401)
  })

  test("200 leaves somebody else's refresh token alone", async () => {
    const mine = await identity.createAccount()
    const other = await identity.createAccount()
    const body = { refresh_token: other.refreshToken }
    assert.equal((await identity.call('POST', '/auth/logout', { token: mine.token, body })).status, 200)
    assert.equal((await refresh(other.refreshToken)).status, 200)
    assert.equal((await me(mine.token)).status, 200)
  })

  test('401 without a credential', async () => {
    assert.equal((await identity.call('POST', '/auth/logout')).status, 401)
  })
})

suite('passwords', () => {
  test('a hash carries its parameters; an older one still verifies and counts as outdated', async () => {
    const { passwordCost } = loadConfig({ MOLTFLOW_SECRET_KEY: Buffer.alloc(32).toString('base64') })
    const ctx = { ...identity.ctx, config: { ...identity.ctx.config, passwordCost } }
    const usual = await hashPassword(ctx, password)
    assert.ok(usual.startsWith('$scrypt$ln=15,r=8,p=3$'))
    assert.equal(isOutdated(ctx, usual), false)
    assert.equal(isOutdated(ctx, passwordHash), true)
    assert.equal(await verifyPassword(identity.ctx, password, passwordHash), true)
    assert.equal(await verifyPassword(identity.ctx, `${password}x`, passwordHash), false)
    const old = '$scrypt$ln=14,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA'
    assert.equal(isOutdated(ctx, old), true)
    assert.equal(await verifyPassword(identity.ctx, password, old), false)
  })

  test('expired logins and attempts are removed by the daily job', async () => {
    const account = await identity.createAccount()
    identity.clock.advance(31 * 24 * 60 * minuteMs)
    await sweepLogins(identity.ctx)
    assert.equal((await refresh(account.refreshToken)).status, 401)
  })
})
