import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Identity, openIdentity, type TestAccount } from '../../../../test/identity.ts'
import { startLogin } from '../auth/logins.service.ts'
import { hashPassword } from '../users/passwords.service.ts'
import { createUser } from '../users/users.service.ts'

const password = 'a long enough password'
let identity: Identity
let passwordHash: string
let count = 0

before(async () => {
  identity = await openIdentity()
  passwordHash = await hashPassword(identity.ctx, password)
})
after(() => identity.close())

const createOwner = () => identity.createAccount({ passwordHash })
function newEmail(): string {
  count += 1
  return `invited-${count}@example.com`
}
const tokenOf = ({ link }: { link: string }) => link.split('#token=')[1]

async function invite(by: { token: string }, role = 'member', email = newEmail()) {
  const reply = await identity.call('POST', '/invitations', { token: by.token, body: { email, role } })
  assert.equal(reply.status, 201, JSON.stringify(reply.body))
  return reply.body
}

const accept = (invitation: { link: string }, fullName = 'Grace') =>
  identity.call('POST', '/invitations/accept', {
    body: { token: tokenOf(invitation), full_name: fullName, password },
  })

/** Somebody who joined a tenant, without the time that a new hash takes. */
async function join(by: TestAccount, role: 'owner' | 'admin' | 'member' = 'member') {
  const { ctx } = identity
  const person = { tenantId: by.tenantId, email: newEmail(), fullName: 'Grace', role, passwordHash }
  return ctx.db.transaction(async (sql) => {
    const user = await createUser(ctx, sql, { ...person, isEmailVerified: false })
    const login = await startLogin(ctx, sql, user, { ip: '127.0.0.1', userAgent: 'test' })
    return { token: login.access_token, refreshToken: login.refresh_token, id: user.id, email: user.email }
  })
}

const as = (by: { token: string }, method: string, path: string, body?: object) =>
  identity.call(method, path, { token: by.token, ...(body === undefined ? {} : { body }) })

async function makeKey(by: { token: string }, scopes = ['messages:read']): Promise<string> {
  return (await as(by, 'POST', '/api-keys', { name: 'own', scopes })).body.raw_key
}

suite('an invitation', () => {
  test('tells where it leads, works once, signs in, and is no longer listed', async () => {
    const owner = await createOwner()
    const email = newEmail()
    const invitation = await invite(owner, 'admin', email)
    assert.match(invitation.link, /^http:\/\/localhost:3000\/invitation#token=[\w-]{43}$/)
    const listed = await as(owner, 'GET', '/invitations')
    const { link, ...shown } = invitation
    assert.deepEqual(listed.body, { invitations: [shown], total: 1, limit: 50, offset: 0 })
    const opened = await identity.call('POST', '/invitations/open', { body: { token: tokenOf({ link }) } })
    assert.deepEqual([opened.body.email, opened.body.role, opened.status], [email, 'admin', 200])
    const joined = await accept(invitation)
    assert.equal(joined.status, 201)
    assert.deepEqual(
      [joined.body.user.email, joined.body.user.role, joined.body.user.tenant_id],
      [email, 'admin', owner.tenantId],
    )
    assert.equal((await identity.call('POST', '/auth/login', { body: { email, password } })).status, 200)
    assert.equal((await accept(invitation)).body.code, 'invitation_invalid')
    assert.equal((await as(owner, 'GET', '/invitations')).body.total, 0)
    assert.equal((await as(owner, 'GET', '/users')).body.total, 2)
  })

  test('accepted ten times at once makes one person', async () => {
    const owner = await createOwner()
    const invitation = await invite(owner)
    const replies = await Promise.all(Array.from({ length: 10 }, () => accept(invitation)))
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, ...Array(9).fill(403)])
    assert.equal((await as(owner, 'GET', '/users')).body.total, 2)
  })

  test('ends when it is withdrawn, replaced, or older than it may get', async () => {
    const owner = await createOwner()
    const withdrawn = await invite(owner)
    assert.equal((await as(owner, 'DELETE', `/invitations/${withdrawn.id}`)).status, 200)
    assert.equal((await as(owner, 'DELETE', `/invitations/${withdrawn.id}`)).status, 404)
    const replaced = await invite(owner)
    const newer = await invite(owner, 'member', replaced.email.toUpperCase())
    const old = await invite(owner)
    for (const ended of [withdrawn, replaced]) assert.equal((await accept(ended)).status, 403)
    assert.equal((await accept(newer)).status, 201)
    identity.clock.advance(7 * 24 * 3_600_000)
    assert.equal((await accept(old)).status, 403)
    assert.equal(
      (await identity.call('POST', '/invitations/open', { body: { token: tokenOf(old) } })).status,
      403,
    )
  })

  test('ends with whoever wrote it: removed, deactivated, or no longer allowed to', async () => {
    const owner = await createOwner()
    const admins = [
      await join(owner, 'admin'),
      await join(owner, 'admin'),
      await join(owner, 'admin'),
    ] as const
    const links = await Promise.all(admins.map((admin) => invite(admin)))
    await as(owner, 'DELETE', `/users/${admins[0].id}`)
    await as(owner, 'PATCH', `/users/${admins[1].id}`, { is_active: false })
    await as(owner, 'PATCH', `/users/${admins[2].id}`, { role: 'member' })
    for (const link of links) assert.equal((await accept(link)).status, 403)
  })

  test('409 for an address that has an account, in any case, also when it got one meanwhile', async () => {
    const [owner, other] = [await createOwner(), await createOwner()]
    const body = { email: other.email.toUpperCase(), role: 'member' }
    const reply = await as(owner, 'POST', '/invitations', body)
    assert.deepEqual([reply.status, reply.body.code], [409, 'email_taken'])
    const email = newEmail()
    const [first, second] = [await invite(owner, 'member', email), await invite(other, 'member', email)]
    assert.equal((await accept(first)).status, 201)
    assert.equal((await accept(second)).status, 409)
    assert.equal((await as(other, 'GET', '/users')).body.total, 1)
  })

  test('refused: 401, 403 to members, keys and admins who invite owners, 404 of another tenant, 422', async () => {
    const [owner, other] = [await createOwner(), await createOwner()]
    const [admin, member] = [await join(owner, 'admin'), await join(owner)]
    const body = { email: newEmail(), role: 'member' }
    assert.equal((await identity.call('POST', '/invitations', { body })).status, 401)
    assert.equal((await as(member, 'POST', '/invitations', body)).status, 403)
    const key = await makeKey(owner, ['*'])
    assert.equal((await identity.call('POST', '/invitations', { key, body })).status, 403)
    const reply = await as(admin, 'POST', '/invitations', { ...body, role: 'owner' })
    assert.deepEqual([reply.status, reply.body.code], [403, 'owner_only'])
    const foreign = await invite(other)
    assert.equal((await as(owner, 'DELETE', `/invitations/${foreign.id}`)).status, 404)
    for (const wrong of [
      { email: 'nobody' },
      { ...body, role: 'superadmin' },
      { ...body, expires_in_days: 0 },
      {},
    ])
      assert.equal((await as(owner, 'POST', '/invitations', wrong)).status, 422)
    const short = { token: tokenOf(foreign), full_name: 'Eve', password: 'short' }
    assert.equal((await identity.call('POST', '/invitations/accept', { body: short })).status, 422)
    assert.equal((await accept({ link: '#token=guessed' })).status, 403)
  })
})

suite('the people of a tenant', () => {
  /** Whether a person's login, its refresh token and a key still work. */
  async function whatWorks(person: Awaited<ReturnType<typeof join>>, key: string) {
    const body = { refresh_token: person.refreshToken }
    const replies = [
      await as(person, 'GET', '/users/me'),
      await identity.call('GET', '/users/me', { key }),
      await identity.call('POST', '/auth/login', { body: { email: person.email, password } }),
      await identity.call('POST', '/auth/refresh', { body }),
    ]
    return replies.map(({ status }) => status)
  }

  test('removed: logins and own keys end at once on every process, and the address may be invited again', async () => {
    const owner = await createOwner()
    const person = await join(owner, 'admin')
    const key = await makeKey(person)
    assert.equal((await as(owner, 'DELETE', `/users/${person.id}`)).status, 200)
    assert.deepEqual(await whatWorks(person, key), [401, 401, 401, 401])
    assert.equal((await as(owner, 'DELETE', `/users/${person.id}`)).status, 404)
    assert.equal((await as(owner, 'GET', '/users')).body.total, 1)
    const [revoked] = (await as(owner, 'GET', '/api-keys')).body
    assert.ok(revoked.revoked_at)
    const again = await accept(await invite(owner, 'member', person.email))
    assert.equal(again.status, 201)
    assert.equal((await identity.call('GET', '/users/me', { key })).status, 401)
  })

  test('deactivated: logins end and keys rest; activated, the person signs in again and the keys work', async () => {
    const owner = await createOwner()
    const person = await join(owner)
    await as(owner, 'PATCH', `/users/${person.id}`, { role: 'admin' })
    const key = await makeKey(person)
    const off = await as(owner, 'PATCH', `/users/${person.id}`, { is_active: false })
    assert.deepEqual([off.status, off.body.is_active, off.body.role], [200, false, 'admin'])
    assert.deepEqual(await whatWorks(person, key), [401, 403, 403, 401])
    await as(owner, 'PATCH', `/users/${person.id}`, { is_active: true })
    assert.deepEqual(await whatWorks(person, key), [401, 200, 200, 401])
  })

  test('with another role may do another thing at once, and so may their keys', async () => {
    const owner = await createOwner()
    const person = await join(owner, 'admin')
    const key = await makeKey(person, ['settings:manage'])
    assert.equal((await identity.call('GET', '/api-keys', { key })).status, 200)
    const lowered = await as(owner, 'PATCH', `/users/${person.id}`, { role: 'member' })
    assert.deepEqual([lowered.status, lowered.body.role], [200, 'member'])
    assert.equal((await as(person, 'GET', '/api-keys')).status, 403)
    assert.equal((await identity.call('GET', '/api-keys', { key })).status, 403)
  })

  test('the last owner cannot go, however it is tried; of two owners who try at once one stays', async () => {
    const owner = await createOwner()
    const own = `/users/${owner.userId}`
    for (const role of ['admin', 'member']) {
      const reply = await as(owner, 'PATCH', own, { role })
      assert.deepEqual([reply.status, reply.body.code], [409, 'last_owner'])
    }
    assert.equal((await as(owner, 'PATCH', own, { is_active: false })).body.code, 'own_account')
    assert.equal((await as(owner, 'DELETE', own)).body.code, 'own_account')
    const second = await join(owner, 'owner')
    const replies = await Promise.all([
      as(owner, 'PATCH', `/users/${second.id}`, { role: 'member' }),
      as(second, 'PATCH', own, { role: 'member' }),
      as(owner, 'PATCH', own, { role: 'admin' }),
      as(second, 'DELETE', own),
    ])
    assert.ok(replies.some(({ status }) => status === 200))
    const { rows } = await identity.ctx.db.pool.query(
      `SELECT FROM users WHERE tenant_id = $1 AND role = 'owner' AND deleted_at IS NULL`,
      [owner.tenantId],
    )
    assert.equal(rows.length, 1)
  })

  test('an admin changes admins and members, never an owner', async () => {
    const owner = await createOwner()
    const [admin, member] = [await join(owner, 'admin'), await join(owner)]
    assert.equal((await as(admin, 'PATCH', `/users/${member.id}`, { role: 'admin' })).status, 200)
    for (const [id, body] of [
      [owner.userId, { role: 'member' }],
      [owner.userId, { is_active: false }],
      [member.id, { role: 'owner' }],
      [admin.id, { role: 'owner' }],
    ] as const)
      assert.equal((await as(admin, 'PATCH', `/users/${id}`, body)).body.code, 'owner_only')
    assert.equal((await as(admin, 'DELETE', `/users/${owner.userId}`)).body.code, 'owner_only')
    assert.equal((await as(admin, 'DELETE', `/users/${member.id}`)).status, 200)
  })

  test('ownership is handed on with the password, to somebody who can sign in', async () => {
    const owner = await createOwner()
    const person = await join(owner)
    const transfer = (by: { token: string }, id: string, current = password) =>
      as(by, 'POST', `/users/${id}/transfer-ownership`, { current_password: current })
    assert.equal((await transfer(owner, person.id, 'wrong')).body.code, 'wrong_password')
    assert.equal((await transfer(owner, owner.userId)).body.code, 'own_account')
    assert.equal((await as(owner, 'POST', `/users/${person.id}/transfer-ownership`, {})).status, 422)
    await as(owner, 'PATCH', `/users/${person.id}`, { is_active: false })
    assert.equal((await transfer(owner, person.id)).body.code, 'user_inactive')
    await as(owner, 'PATCH', `/users/${person.id}`, { is_active: true })
    const back = await identity.call('POST', '/auth/login', { body: { email: person.email, password } })
    const heir = { token: back.body.access_token as string }
    assert.equal((await transfer(heir, owner.userId)).status, 403)
    const done = await transfer(owner, person.id)
    assert.deepEqual([done.status, done.body.role], [200, 'owner'])
    assert.equal((await as(owner, 'GET', '/users/me')).body.role, 'admin')
    assert.deepEqual((await as(heir, 'GET', '/users/me')).body.scopes, ['*'])
    assert.equal((await transfer(owner, person.id)).status, 403)
  })

  test('refused: 401, 403 to members and keys, 404 of another tenant, 422', async () => {
    const [owner, other] = [await createOwner(), await createOwner()]
    const member = await join(owner)
    const key = await makeKey(owner, ['*'])
    const calls = [
      ['PATCH', '', { role: 'admin' }],
      ['DELETE', '', undefined],
      ['POST', '/transfer-ownership', { current_password: password }],
    ] as const
    for (const [method, path, body] of calls) {
      const url = (id: string) => `/users/${id}${path}`
      const sent = body === undefined ? {} : { body }
      assert.equal((await identity.call(method, url(member.id), sent)).status, 401)
      assert.equal((await as(member, method, url(owner.userId), body)).status, 403)
      assert.equal((await identity.call(method, url(member.id), { key, ...sent })).status, 403)
      assert.equal((await as(owner, method, url(other.userId), body)).status, 404)
    }
    for (const wrong of [{}, { role: 'superadmin' }, { is_active: 'no' }])
      assert.equal((await as(owner, 'PATCH', `/users/${member.id}`, wrong)).status, 422)
    assert.equal((await as(other, 'GET', '/users/me')).body.role, 'owner')
  })
})

suite('the tenant', () => {
  const rename = (by: TestAccount, body: object) => as(by, 'PATCH', '/tenant', body)

  test('gets another name; 403 to members, 422 for none', async () => {
    const [owner, other] = [await createOwner(), await createOwner()]
    const { body } = await rename(owner, { name: '  North Workshop ' })
    assert.deepEqual([body.id, body.name], [owner.tenantId, 'North Workshop'])
    assert.equal((await as(owner, 'GET', '/users/me')).body.tenant.name, 'North Workshop')
    assert.notEqual((await as(other, 'GET', '/tenant')).body.name, 'North Workshop')
    assert.equal((await as(await join(owner), 'PATCH', '/tenant', { name: 'x' })).status, 403)
    assert.equal((await identity.call('PATCH', '/tenant', { body: { name: 'x' } })).status, 401)
    for (const name of ['', ' ', 5, 'x'.repeat(256)])
      assert.equal((await rename(owner, { name })).status, 422)
  })
})
