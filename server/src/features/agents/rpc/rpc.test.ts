import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ApiClient } from '../../../../test/api-client.ts'
import { createSession, createWebhook } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { findMethod, rpcMethods } from './methods.ts'

const nobody = '0190a1b2-0000-7000-8000-00000000dead'
const send = { to: '+15550123456', message: 'Hello' }
let app: TestApp
let tenant: TestTenant
let agent: ApiClient
let session: string

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
  agent = await tenant.apiWith(['a2a:manage'])
  session = (await createSession(tenant.api)).id
})
after(() => app.close())

const rpc = (method: string, params: unknown, id: unknown = 1) => ({ jsonrpc: '2.0', method, params, id })

suite('JSON-RPC', () => {
  test('what is no call is refused in its own words, and the id finds back', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const rows: [string, unknown, number, number, unknown][] = [
      ['broken JSON', '{"jsonrpc":', 400, -32700, null],
      ['nothing', '', 400, -32700, null],
      ['half a text', '"abc', 400, -32700, null],
      ['a number', '7', 200, -32600, null],
      ['null', 'null', 200, -32600, null],
      ['a batch', [rpc('agent.group.list', {})], 200, -32600, null],
      ['nesting', deep, 200, -32600, null],
      ['another version', { ...rpc('x', {}), jsonrpc: '1.0' }, 200, -32600, 1],
      ['no method', { jsonrpc: '2.0', id: 'a' }, 200, -32600, 'a'],
      ['a method that is no text', { jsonrpc: '2.0', method: 7, id: 2 }, 200, -32600, 2],
      ['an id that is an object', rpc('x', {}, {}), 200, -32600, null],
      ['an unknown method', rpc('agent.fly', {}), 200, -32601, 1],
      ['a name of every object', rpc('constructor', {}), 200, -32601, 1],
      ['no params', { jsonrpc: '2.0', method: 'agent.message.send', id: 3 }, 200, -32602, 3],
      ['params by position', rpc('agent.message.send', ['+15550123456', 'x']), 200, -32602, 1],
      ['a phone without +', rpc('agent.message.send', { ...send, to: '15550123456' }), 200, -32602, 1],
      ['no text', rpc('agent.message.send', { to: send.to }), 200, -32602, 1],
      ['a text too long', rpc('agent.message.send', { ...send, message: 'x'.repeat(4097) }), 200, -32602, 1],
      ['a NUL', rpc('agent.message.send', { ...send, message: 'a\u0000b' }), 200, -32602, 1],
      ['half a character', rpc('agent.message.send', { ...send, message: 'a\ud800' }), 200, -32602, 1],
      ['two recipients', rpc('agent.message.send', { ...send, phone: '15550123457' }), 200, -32602, 1],
      ['no working session', rpc('agent.message.send', send), 200, -32602, 1],
      ['an unknown session', rpc('agent.message.send', { ...send, session_id: nobody }), 200, -32602, 1],
      ['a stopped session', rpc('agent.message.send', { ...send, session_id: session }), 200, -32602, 1],
      ['an unknown group', rpc('group.getContext', { groupId: '120363012345678901@g.us' }), 200, -32602, 1],
      ['no group', rpc('group.getContext', {}), 200, -32602, 1],
      ['an action that is none', rpc('webhook_manager', { action: 'steal' }), 200, -32602, 1],
    ]
    const own = await (await app.tenant()).apiWith(['a2a:manage', 'webhooks:manage'])
    for (const [name, body, status, code, id] of rows) {
      const caller = name.includes('session') ? agent : own
      const reply = await caller.call('POST', '/a2a', { body })
      assert.deepEqual([reply.status, reply.body.error?.code, reply.body.id], [status, code, id], name)
    }
  })

  test('three dialects are one method', () => {
    const [name, method] = findMethod('message/send') ?? []
    assert.equal(name, 'agent.message.send')
    const same = { session_id: undefined, phone: '15550123456', text: 'one\ntwo', metadata: undefined }
    for (const params of [
      { to: '+15550123456', message: 'one\ntwo' },
      { phone: '15550123456', message: { parts: [{ text: 'one' }, { text: 'two' }] } },
      { phone: '+1 555 012-3456', text: 'one\ntwo' },
    ])
      assert.deepEqual(method?.params.parse(params), same)
  })

  test('paths say whose session and webhook it is, and others are unknown', async () => {
    const foreigner = await app.tenant()
    const hook = await createWebhook(tenant.api, { url: 'https://example.com/hook' })
    const theirs = await createSession(foreigner.api)
    const call = rpc('agent.message.send', send)
    for (const path of [
      `/a2a/${nobody}`,
      '/a2a/desk',
      `/a2a/${theirs.id}`,
      `/a2a/${foreigner.id}/${session}`,
      `/a2a/${tenant.id}/${theirs.id}`,
      `/a2a/${tenant.id}/${session}/${nobody}`,
    ])
      assert.equal((await agent.call('POST', path, { body: call })).status, 404, path)
    for (const path of [
      `/a2a/${session}`,
      `/a2a/${tenant.id}/${session}`,
      `/a2a/${tenant.id}/${session}/${hook.id}`,
    ])
      assert.match((await agent.post(200, path, call)).error.message, /stopped/, path)
    const other = rpc('agent.group.list', { session_id: nobody })
    assert.match((await agent.post(200, `/a2a/${session}`, other)).error.message, /another session/)
  })

  test('a call without an id is answered with nothing', async () => {
    const { id: _, ...notification } = rpc('agent.message.send', send)
    const reply = await agent.call('POST', '/a2a', { body: notification })
    assert.deepEqual([reply.status, reply.text], [204, ''])
  })

  test('webhooks are managed with their scope, as by REST', async () => {
    const caller = await tenant.apiWith(['a2a:manage', 'webhooks:manage'])
    const ask = async (params: unknown) => await caller.post(200, '/a2a', rpc('webhook_manager', params, 'h'))
    const webhook = { name: 'Desk', url: 'https://example.com/desk', events: ['message.received'] }
    const made = await ask({ action: 'create', webhook })
    assert.equal(made.id, 'h')
    const { id } = made.result
    assert.deepEqual(await tenant.api.get(200, `/webhooks/${id}`), made.result)
    assert.equal(
      (await ask({ action: 'update', webhook_id: id, webhook: { name: 'New' } })).result.name,
      'New',
    )
    assert.ok((await ask({ action: 'list' })).result.some((hook: { id: string }) => hook.id === id))
    const inside = { ...webhook, url: 'https://10.0.0.1/x' }
    assert.equal((await ask({ action: 'create', webhook: inside })).error.data.code, 'address_refused')
    assert.equal((await ask({ action: 'create', webhook: { ...webhook, events: ['x'] } })).error.code, -32602)
    assert.equal((await ask({ action: 'delete', webhook_id: id })).result.status, 'deleted')
    const refused = await agent.post(200, '/a2a', rpc('webhook_manager', { action: 'list' }))
    assert.deepEqual(refused.error.data.required_scopes, ['webhooks:manage'])
  })

  test('each method has its limit for the tenant, and tells when there is room again', async () => {
    const own = await app.tenant()
    const caller = await own.apiWith(['a2a:manage'])
    const [name, { limit }] = Object.entries(rpcMethods).find(([key]) => key === 'agent.group.create') ?? [
      '',
      { limit: 0 },
    ]
    const answers = []
    for (let index = 0; index <= limit; index += 1)
      answers.push(await caller.post(200, '/a2a', rpc(name, {})))
    assert.deepEqual(
      answers.map(({ error }) => error.code),
      [...Array(limit).fill(-32602), -32000],
    )
    assert.ok(answers.at(-1).error.data.retry_after > 0)
    assert.equal((await caller.post(200, '/a2a', rpc('agent.group.invite', {}))).error.code, -32602)
    app.clock.advance(60_000)
    assert.equal((await caller.post(200, '/a2a', rpc(name, {}))).error.code, -32602)
  })

  test('scopes and plans are asked before anything is read', async () => {
    const reader = await tenant.apiWith(['a2a:read'])
    await reader.post(403, '/a2a', 'nonsense')
    await app.api.post(401, '/a2a', 'nonsense')
    const small = await app.tenant({ plan: 'starter' })
    await small.api.post(403, '/a2a', 'nonsense')
    const { methods } = await reader.get(200, '/a2a/schema')
    assert.deepEqual(Object.keys(methods), Object.keys(rpcMethods))
    const { encryption } = await small.api.get(200, '/agent/bootstrap')
    assert.deepEqual([encryption.enabled, encryption.public_key], [false, null])
    const begun = await reader.get(200, '/agent/bootstrap')
    assert.deepEqual(
      [begun.tenant_id, begun.encryption.enabled, begun.endpoints.a2a, begun.sessions[0].id],
      [tenant.id, true, `/api/v2/a2a/${tenant.id}/${session}`, session],
    )
    assert.deepEqual((await reader.get(200, '/agent/capabilities')).methods, Object.keys(rpcMethods))
  })
})
