import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { type Identity, openIdentity, type TestAccount, untilStatus } from '../../../../test/identity.ts'
import { allScopes } from '../../../scopes.ts'
import { publishChange } from '../tenants/changes.service.ts'
import { updateUser } from '../users/users.store.ts'
import { verifyKey } from './api-keys.service.ts'
import { findKey, replaceSecret } from './api-keys.store.ts'
import { flushUses } from './last-used.ts'

const dayMs = 86_400_000
const unknownId = '0190a1b2-0000-7000-8000-000000000001'
let identity: Identity

before(async () => {
  identity = await openIdentity()
})

after(() => identity.close())

async function makeKey(account: TestAccount, body: object = {}) {
  const reply = await identity.call('POST', '/api-keys', {
    token: account.token,
    body: { name: 'n8n', scopes: ['messages:send'], ...body },
  })
  assert.equal(reply.status, 201)
  return reply.body
}

function use(key: string, path = '/users/me') {
  return identity.call('GET', path, { key })
}

suite('POST /api-keys', () => {
  test('201 shows the secret once and stores only its hash', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account, { expires_in_days: 30 })
    assert.match(made.raw_key, /^mf_[\w-]{40,}$/)
    assert.equal(made.key_prefix, made.raw_key.slice(0, 7))
    assert.equal(made.expires_at, '2026-03-13T10:00:00Z')
    assert.equal(made.is_active, true)
    assert.equal(made.created_by, account.userId)
    const row = await findKey(identity.ctx.db.sql, account.tenantId, made.id)
    assert.equal(row?.keyHash, createHash('sha256').update(made.raw_key).digest('hex'))
    const listed = await identity.call('GET', '/api-keys', { token: account.token })
    assert.equal(listed.body.length, 1)
    assert.equal('raw_key' in listed.body[0], false)
    assert.equal((await use(made.raw_key)).status, 200)
  })

  test('201 with a preset, which replaces scopes', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account, { scopes: ['*'], preset: 'messaging' })
    assert.deepEqual(made.scopes, [
      'sessions:read',
      'messages:read',
      'messages:send',
      'groups:read',
      'labels:read',
    ])
  })

  test('422 for missing, empty or unknown scopes and for a bad expiry', async () => {
    const { token } = await identity.createAccount()
    const bodies = [
      { name: 'x' },
      { name: 'x', scopes: [] },
      { name: 'x', scopes: ['messages:fly'] },
      { name: 'x', preset: 'everything' },
      { name: '', scopes: ['messages:send'] },
      { name: 'x', scopes: ['messages:send'], expires_in_days: 0 },
    ]
    for (const body of bodies) {
      assert.equal(
        (await identity.call('POST', '/api-keys', { token, body })).status,
        422,
        JSON.stringify(body),
      )
    }
  })

  test('the 422 without scopes names the presets, the one for an unknown scope or preset all there are', async () => {
    const { token } = await identity.createAccount()
    const detailOf = async (body: object) => {
      const reply = await identity.call('POST', '/api-keys', { token, body })
      assert.equal(reply.status, 422)
      return reply.body.detail as string
    }
    assert.match(await detailOf({ name: 'n8n' }), /^scopes: .*preset.*messaging, outreach, read_only/)
    assert.match(await detailOf({ name: 'n8n', preset: 'everything' }), /messaging, outreach, read_only/)
    const unknown = await detailOf({ name: 'n8n', scopes: ['messages:fly'] })
    for (const scope of allScopes) assert.ok(unknown.includes(scope), scope)
  })

  test('403 for a scope that the making key does not have', async () => {
    const account = await identity.createAccount()
    const manager = await makeKey(account, { scopes: ['settings:manage', 'leads:manage'] })
    const ask = (scopes: string[]) =>
      identity.call('POST', '/api-keys', { key: manager.raw_key, body: { name: 'x', scopes } })
    assert.equal((await ask(['leads:read'])).status, 201)
    for (const scopes of [['messages:send'], ['*'], ['leads:read', 'gdpr:manage']]) {
      const reply = await ask(scopes)
      assert.equal(reply.status, 403)
      assert.equal(reply.headers['x-required-scopes'], undefined)
    }
  })

  test('what a key makes ends with it at the latest, with scopes and expiry it has itself', async () => {
    const account = await identity.createAccount()
    const maker = await makeKey(account, { scopes: ['settings:manage', 'leads:read'], expires_in_days: 10 })
    const make = (body: object) =>
      identity.call('POST', '/api-keys', {
        key: maker.raw_key,
        body: { name: 'child', scopes: ['leads:read'], ...body },
      })
    assert.equal((await make({})).body.expires_at, maker.expires_at)
    assert.equal((await make({ expires_in_days: 10 })).status, 201)
    for (const [body, detail] of [
      [{ expires_in_days: 11 }, /^expires_in_days/],
      [{ scopes: ['leads:manage'] }, /leads:manage/],
      [{ scopes: ['*'] }, /\*/],
      [{ preset: 'messaging' }, /messages:send/],
    ] as const) {
      const reply = await make(body)
      assert.deepEqual([reply.status, reply.body.code], [403, 'scope_escalation'])
      assert.match(reply.body.detail, detail)
    }
  })

  test('403 for * unless asked by an owner', async () => {
    const account = await identity.createAccount()
    const all = await makeKey(account, { scopes: ['*'] })
    const again = { name: 'x', scopes: ['*'] }
    assert.equal((await identity.call('POST', '/api-keys', { key: all.raw_key, body: again })).status, 201)
    await updateUser(identity.ctx.db.sql, account.tenantId, account.userId, { role: 'admin' })
    await publishChange(identity.ctx, identity.ctx.db.sql, [`user:${account.userId}`])
    assert.equal(
      (await identity.call('POST', '/api-keys', { token: account.token, body: again })).status,
      403,
    )
    assert.equal((await identity.call('POST', '/api-keys', { key: all.raw_key, body: again })).status, 403)
  })

  test('403 with X-Required-Scopes without settings:manage', async () => {
    const account = await identity.createAccount()
    const { raw_key: key } = await makeKey(account)
    const reply = await identity.call('POST', '/api-keys', {
      key,
      body: { name: 'x', scopes: ['messages:send'] },
    })
    assert.equal(reply.status, 403)
    assert.equal(reply.headers['x-required-scopes'], 'settings:manage')
  })
})

suite('a presented key', () => {
  test('401 when unknown, malformed or expired', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account, { expires_in_days: 1 })
    assert.equal((await use(`mf_${'x'.repeat(43)}`)).status, 401)
    assert.equal((await use('nonsense')).status, 401)
    assert.equal((await use(made.raw_key)).status, 200)
    identity.clock.advance(dayMs)
    assert.equal((await use(made.raw_key)).status, 401)
  })

  test('may do no more than its maker, also when the role falls later', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account, { scopes: ['settings:manage', 'usage:read'] })
    assert.equal((await use(made.raw_key, '/api-keys')).status, 200)
    const { ctx } = identity
    await ctx.db.transaction(async (sql) => {
      await updateUser(sql, account.tenantId, account.userId, { role: 'member' })
      await publishChange(ctx, sql, [`user:${account.userId}`])
    })
    assert.equal((await use(made.raw_key, '/api-keys')).status, 403)
    assert.equal((await use(made.raw_key, '/usage/current')).status, 200)
  })

  test('403 while its maker is suspended, 401 when deleted', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account)
    const { ctx } = identity
    const change = (columns: object) =>
      ctx.db.transaction(async (sql) => {
        await updateUser(sql, account.tenantId, account.userId, columns)
        await publishChange(ctx, sql, [`user:${account.userId}`])
      })
    await change({ suspendedAt: ctx.clock.now() })
    assert.equal((await use(made.raw_key)).status, 403)
    await change({ suspendedAt: null })
    assert.equal((await use(made.raw_key)).status, 200)
    await change({ deletedAt: ctx.clock.now() })
    assert.equal((await use(made.raw_key)).status, 401)
  })

  test('last_used_at is written off the way of the request, at most once a minute', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account)
    const lastUsed = async () => {
      await flushUses(identity.ctx)
      const row = await findKey(identity.ctx.db.sql, account.tenantId, made.id)
      return row?.lastUsedAt?.getTime()
    }
    await use(made.raw_key)
    const first = await lastUsed()
    assert.equal(first, identity.clock.nowMs())
    identity.clock.advance(30_000)
    await use(made.raw_key)
    assert.equal(await lastUsed(), first)
    identity.clock.advance(30_000)
    await use(made.raw_key)
    assert.equal(await lastUsed(), identity.clock.nowMs())
  })
})

suite('speed', () => {
  test('a known key is recognised in well under 0.1 ms', async () => {
    const made = await makeKey(await identity.createAccount())
    const times: number[] = []
    for (let i = 0; i < 5_000; i += 1) {
      const startMs = performance.now()
      await verifyKey(identity.ctx, made.raw_key, '127.0.0.1')
      times.push(performance.now() - startMs)
    }
    const p50 = times.sort((a, b) => a - b)[2_500] ?? 1
    assert.ok(p50 < 0.1, `p50 is ${p50} ms`)
  })
})

suite('DELETE /api-keys/{id}', () => {
  test('200 revokes at once here, and on another process with its notification', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account)
    const second = await identity.addProcess()
    assert.equal((await second.call('GET', '/users/me', { key: made.raw_key })).status, 200)
    const reply = await identity.call('DELETE', `/api-keys/${made.id}`, { token: account.token })
    assert.deepEqual(reply.body, { status: 'deleted', id: made.id })
    assert.equal((await use(made.raw_key)).status, 401)
    const elsewhere = await untilStatus(401, () => second.call('GET', '/users/me', { key: made.raw_key }))
    assert.equal(elsewhere.status, 401)
    const shown = await identity.call('GET', `/api-keys/${made.id}`, { token: account.token })
    assert.equal(shown.body.is_active, false)
    assert.equal(shown.body.revoked_at, '2026-02-12T10:01:00Z')
  })
})

suite('POST /api-keys/{id}/rotate', () => {
  test('200 keeps name, scopes and expiry; the old secret stops at once', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account, { expires_in_days: 30 })
    assert.equal((await use(made.raw_key)).status, 200)
    const { status, body } = await identity.call('POST', `/api-keys/${made.id}/rotate`, {
      token: account.token,
    })
    assert.equal(status, 200)
    assert.notEqual(body.raw_key, made.raw_key)
    assert.equal(body.key_prefix, body.raw_key.slice(0, 7))
    assert.deepEqual(
      [body.id, body.name, body.scopes, body.expires_at],
      [made.id, made.name, made.scopes, made.expires_at],
    )
    assert.equal((await use(made.raw_key)).status, 401)
    assert.equal((await use(body.raw_key)).status, 200)
  })

  test('five times at once: one 200 whose secret works, the others 409', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account, { scopes: ['settings:manage'] })
    const rotate = () => identity.call('POST', `/api-keys/${made.id}/rotate`, { token: account.token })
    const replies = await Promise.all(Array.from({ length: 5 }, rotate))
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409, 409, 409])
    const winner = replies.find(({ status }) => status === 200)
    assert.equal((await use(winner?.body.raw_key)).status, 200)
    assert.equal((await use(made.raw_key)).status, 401)
    const loser = replies.find(({ status }) => status === 409)
    assert.deepEqual([loser?.body.code, loser?.body.raw_key], ['api_key_rotated', undefined])
    // One after the other is no race.
    assert.deepEqual([(await rotate()).status, (await rotate()).status], [200, 200])
  })

  test('of rotations through two processes that saw the same secret one counts', async () => {
    const account = await identity.createAccount()
    const { id } = await makeKey(account)
    const before = await findKey(identity.ctx.db.sql, account.tenantId, id)
    assert.ok(before !== undefined)
    const replaced = await Promise.all(
      ['first', 'second', 'third'].map((name) =>
        replaceSecret(identity.ctx.db.sql, before, { keyHash: `${name} ${id}`, keyPrefix: 'mf_1234' }),
      ),
    )
    assert.equal(replaced.filter((row) => row !== undefined).length, 1)
  })

  test('400 for a revoked key', async () => {
    const account = await identity.createAccount()
    const made = await makeKey(account)
    await identity.call('DELETE', `/api-keys/${made.id}`, { token: account.token })
    assert.equal(
      (await identity.call('POST', `/api-keys/${made.id}/rotate`, { token: account.token })).status,
      400,
    )
  })

  test('403 through a key that has less than the rotated one', async () => {
    const account = await identity.createAccount()
    const strong = await makeKey(account, { scopes: ['*'] })
    const weak = await makeKey(account, { scopes: ['settings:manage'] })
    const reply = await identity.call('POST', `/api-keys/${strong.id}/rotate`, { key: weak.raw_key })
    assert.equal(reply.status, 403)
  })
})

suite('ids and catalogue', () => {
  test("404 for another tenant's key, an unknown and a malformed id", async () => {
    const mine = await identity.createAccount()
    const foreign = await makeKey(await identity.createAccount())
    for (const id of [foreign.id, unknownId, 'nonsense']) {
      assert.equal((await identity.call('GET', `/api-keys/${id}`, { token: mine.token })).status, 404)
      assert.equal((await identity.call('DELETE', `/api-keys/${id}`, { token: mine.token })).status, 404)
      assert.equal((await identity.call('POST', `/api-keys/${id}/rotate`, { token: mine.token })).status, 404)
    }
    assert.equal((await use(foreign.raw_key)).status, 200)
  })

  test('200 lists every scope and preset to any credential', async () => {
    const account = await identity.createAccount()
    const { raw_key: key } = await makeKey(account)
    const { status, body } = await use(key, '/api-keys/scopes')
    assert.equal(status, 200)
    assert.ok(body.scopes.some(({ name }: { name: string }) => name === 'bulk-send:manage'))
    assert.deepEqual(Object.keys(body.presets).sort(), ['messaging', 'outreach', 'read_only'])
  })
})
