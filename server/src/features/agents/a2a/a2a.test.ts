import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { AgentCard, canonicalizeAgentCard, Role, verifyAgentCardSignature } from '@a2a-js/sdk'
import { ClientFactory, JsonRpcTransportFactory } from '@a2a-js/sdk/client'
import { createLocalJWKSet, flattenedVerify, type JSONWebKeySet } from 'jose'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { openWebhookReceiver } from '../../../../test/webhook-receiver.ts'
import { sweepTasksJob } from './a2a.jobs.ts'

const path = '/a2a/v1'
const cardPath = '/.well-known/agent-card.json'
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape are read
type Any = any

let app: TestApp
let tenant: TestTenant
let key: string
let stranger: string
let bare: string

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
  key = await tenant.key(['a2a:manage', 'sessions:read', 'webhooks:manage'])
  bare = await tenant.key(['a2a:manage'])
  stranger = await (await app.tenant()).key(['a2a:manage', 'sessions:read'])
})
after(() => app.close())

type Headers = Record<string, string>

/** Posts a body as it is; events of a stream come as a list. */
async function post(payload: string, headers: Headers = {}) {
  const response = await app.app.http.inject({
    method: 'POST',
    url: path,
    headers: { 'x-api-key': key, 'a2a-version': '1.0', 'content-type': 'application/json', ...headers },
    payload,
  })
  const type = String(response.headers['content-type'])
  const events = type.startsWith('text/event-stream')
    ? response.body
        .split('\n\n')
        .filter((frame) => frame.startsWith('data: '))
        .map((frame) => JSON.parse(frame.slice(6)) as Any)
    : []
  const body = events.length > 0 || response.body === '' ? undefined : (JSON.parse(response.body) as Any)
  return { status: response.statusCode, type, events, body }
}

async function call(method: string, params: unknown, headers: Headers = {}): Promise<Any> {
  const { status, body } = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), headers)
  assert.equal(status, 200, method)
  return body
}

let count = 0
const message = (parts: unknown[], more: object = {}) => {
  count += 1
  return { messageId: `m${count}`, role: 'ROLE_USER', parts, ...more }
}
const ask = (skill: string, given: object = {}) => [{ data: { skill, arguments: given } }]
const prose = [{ text: 'What can you do?' }]
const list = ask('moltflow_list_sessions')

async function send(parts: unknown[], more: object = {}, configuration: object = {}): Promise<Any> {
  const answer = await call('SendMessage', { message: message(parts, more), configuration })
  assert.ok(answer.result?.task, JSON.stringify(answer))
  return answer.result.task
}

async function stream(method: string, params: unknown) {
  const answer = await post(JSON.stringify({ jsonrpc: '2.0', id: 's', method, params }))
  return answer
}

const codeOf = async (method: string, params: unknown, headers: Headers = {}) =>
  (await call(method, params, headers)).error?.code

/** What the public kit requires of JSON-RPC, by its ids. */
const requirements: [string, () => Promise<void>][] = [
  [
    'CORE-SEND-001 CORE-MULTI-001 CORE-MULTI-001a CORE-MULTI-003 DM-TASK-001 DM-STATUS-001 DM-ART-001',
    async () => {
      const [one, two] = [await send(list), await send(list)]
      assert.equal(one.status.state, 'TASK_STATE_COMPLETED')
      assert.notEqual(one.id, two.id)
      assert.ok(one.contextId)
      assert.ok(one.artifacts[0].artifactId)
      assert.match(one.artifacts[0].parts[0].text, /^<untrusted_whatsapp_data>/)
    },
  ],
  [
    'CORE-SEND-002 CORE-CANCEL-002 STREAM-SUB-003',
    async () => {
      const { id } = await send(list)
      assert.equal(await codeOf('SendMessage', { message: message(list, { taskId: id }) }), -32004)
      assert.equal(await codeOf('CancelTask', { id }), -32002)
      assert.equal(await codeOf('SubscribeToTask', { id }), -32004)
    },
  ],
  [
    'CORE-SEND-003',
    async () => {
      const part = { text: 'x', mediaType: 'application/x-unknown' }
      assert.equal(await codeOf('SendMessage', { message: message([part]) }), -32005)
    },
  ],
  [
    'CORE-STREAM-001 CORE-STREAM-003 STREAM-ORDER-001 JSONRPC-SSE-001',
    async () => {
      const { type, events } = await stream('SendStreamingMessage', { message: message(list) })
      assert.match(type, /^text\/event-stream/)
      assert.deepEqual(
        events.map(({ result }) => Object.keys(result)[0]),
        ['task', 'artifactUpdate', 'statusUpdate'],
      )
      assert.equal(events.at(-1).result.statusUpdate.status.state, 'TASK_STATE_COMPLETED')
      assert.deepEqual([events[0].id, events[0].jsonrpc], ['s', '2.0'])
    },
  ],
  [
    'CORE-GET-001 CORE-HIST-001 CORE-HIST-002 CORE-HIST-004 CORE-HIST-005 CORE-HIST-006',
    async () => {
      const { id } = await send(prose)
      await send([{ text: 'Once more' }], { taskId: id })
      const all = (await call('GetTask', { id })).result
      const said = all.history.filter(({ role }: Any) => role === 'ROLE_USER')
      assert.deepEqual(
        said.map(({ parts }: Any) => parts[0].text),
        ['What can you do?', 'Once more'],
      )
      assert.equal((await call('GetTask', { id, historyLength: 0 })).result.history, undefined)
      assert.equal((await call('GetTask', { id, historyLength: 1 })).result.history.length, 1)
    },
  ],
  [
    'CORE-GET-002 CORE-CANCEL-003 CORE-MULTI-004 STREAM-SUB-004 JSONRPC-ERR-002 JSONRPC-ERR-003',
    async () => {
      for (const method of ['GetTask', 'CancelTask', 'SubscribeToTask'])
        assert.equal(await codeOf(method, { id: 'none' }), -32001, method)
      const { error } = await call('SendMessage', { message: message(list, { taskId: 'none' }) })
      assert.equal(error.code, -32001)
      assert.equal(error.data[0]['@type'], 'type.googleapis.com/google.rpc.ErrorInfo')
      assert.equal(error.data[0].reason, 'TASK_NOT_FOUND')
    },
  ],
  [
    'CORE-LIST-002 CORE-LIST-003 CORE-LIST-004 CORE-LIST-005',
    async () => {
      const contextId = 'pages'
      const made: string[] = []
      for (let index = 0; index < 3; index += 1) {
        app.clock.advance(1000)
        made.unshift((await send(list, { contextId })).id)
      }
      const first = (await call('ListTasks', { contextId, pageSize: 2 })).result
      const query = { contextId, pageSize: 2, pageToken: first.nextPageToken, includeArtifacts: true }
      const second = (await call('ListTasks', query)).result
      assert.deepEqual(
        [...first.tasks, ...second.tasks].map(({ id }: Any) => id),
        made,
      )
      assert.deepEqual([first.totalSize, first.pageSize, second.nextPageToken], [3, 2, ''])
      assert.equal(first.tasks[0].artifacts, undefined)
      assert.equal(second.tasks[0].artifacts.length, 1)
      const none = { contextId, status: 'TASK_STATE_CANCELED' }
      assert.deepEqual((await call('ListTasks', none)).result.tasks, [])
    },
  ],
  [
    'CORE-CANCEL-001',
    async () => {
      const { id } = await send(prose)
      const { result } = await call('CancelTask', { id })
      assert.equal(result.status.state, 'TASK_STATE_CANCELED')
    },
  ],
  [
    'CORE-EXECUTION-MODE-001 CORE-EXECUTION-MODE-002 CORE-HIST-003',
    async () => {
      assert.equal((await send(prose)).status.state, 'TASK_STATE_INPUT_REQUIRED')
      const early = await send(list, {}, { returnImmediately: true, historyLength: 0 })
      assert.equal(early.status.state, 'TASK_STATE_WORKING')
      assert.equal(early.history, undefined)
    },
  ],
  [
    'CORE-ERR-001 CORE-ERR-002 DM-MSG-001 DM-PART-001 DM-SERIAL-004',
    async () => {
      for (const [field, params] of [
        ['message', {}],
        ['message.messageId', { message: { ...message(list), messageId: '' } }],
        ['message.role', { message: { ...message(list), role: 'boss' } }],
        ['message.parts', { message: message([]) }],
        ['message.parts.0', { message: message([{ text: 'a', data: {} }]) }],
      ] as const) {
        const { error } = await call('SendMessage', params)
        assert.equal(error?.code, -32602, field)
        assert.ok(error.message.includes(field), error.message)
      }
    },
  ],
  [
    'CORE-MULTI-002 CORE-MULTI-005 CORE-MULTI-006',
    async () => {
      const { id, contextId } = await send(prose, { contextId: 'mine' })
      assert.equal(contextId, 'mine')
      assert.equal((await send(list, { taskId: id })).contextId, 'mine')
      const other = await send(prose)
      const mixed = message(list, { taskId: other.id, contextId: 'mine' })
      assert.equal(await codeOf('SendMessage', { message: mixed }), -32602)
    },
  ],
  [
    'STREAM-SUB-001 STREAM-SUB-002',
    async () => {
      const { id } = await send(prose)
      const { events } = await stream('SubscribeToTask', { id })
      assert.equal(events[0].result.task.id, id)
    },
  ],
  [
    'CARD-EXT-001',
    async () => {
      const answer = await call('GetExtendedAgentCard', {}, { 'x-api-key': bare })
      const ids = answer.result.skills.map(({ id }: Any) => id)
      assert.ok(ids.includes('agent.group.list') && !ids.includes('moltflow_list_sessions'))
    },
  ],
  [
    'AUTH-SERVER-002 AUTH-SCOPE-001',
    async () => {
      const none = await app.app.http.inject({ method: 'POST', url: path, payload: '{}' })
      assert.equal(none.statusCode, 401)
      const weak = await tenant.key(['sessions:read'])
      assert.equal((await post('{}', { 'x-api-key': weak })).status, 403)
      const { result } = await call('SendMessage', { message: message(list) }, { 'x-api-key': bare })
      assert.equal(result.task.status.state, 'TASK_STATE_FAILED')
      assert.match(result.task.status.message.parts[0].text, /sessions:read/)
    },
  ],
  [
    'CORE-LIST-001 AUTH-SCOPE-002 AUTH-SCOPE-003',
    async () => {
      const { id } = await send(prose)
      const as = { 'x-api-key': stranger }
      assert.equal(await codeOf('GetTask', { id }, as), -32001)
      assert.equal(await codeOf('GetTask', { id, tenant: tenant.id }, as), -32001)
      assert.equal(await codeOf('CancelTask', { id }, as), -32001)
      assert.equal(await codeOf('SubscribeToTask', { id }, as), -32001)
      assert.equal(await codeOf('SendMessage', { message: message(list, { taskId: id }) }, as), -32001)
      assert.equal(await codeOf('ListTaskPushNotificationConfigs', { taskId: id }, as), -32001)
      assert.deepEqual((await call('ListTasks', {}, as)).result.tasks, [])
    },
  ],
  [
    'VER-SERVER-001 VER-SERVER-002 VER-SERVER-003 VER-CLIENT-002',
    async () => {
      for (const version of ['9.9', '0.3', '', 'x', '1.0.0.0'])
        assert.equal(await codeOf('GetTask', { id: 'none' }, { 'a2a-version': version }), -32009, version)
      assert.equal(await codeOf('GetTask', { id: 'none' }, { 'a2a-version': '1.0.7' }), -32001)
    },
  ],
  [
    'PUSH-CREATE-001 PUSH-GET-001 PUSH-GET-002 PUSH-LIST-001 PUSH-DEL-001 PUSH-DEL-002',
    async () => {
      const { id: taskId } = await send(prose)
      const url = 'https://example.com/hook'
      const made = (await call('CreateTaskPushNotificationConfig', { taskId, url, token: 't' })).result
      const named = { taskId, id: made.id }
      assert.equal((await call('GetTaskPushNotificationConfig', named)).result.url, url)
      assert.equal((await call('ListTaskPushNotificationConfigs', { taskId })).result.configs.length, 1)
      for (let index = 0; index < 2; index += 1)
        assert.equal((await call('DeleteTaskPushNotificationConfig', named)).result, null)
      assert.equal(await codeOf('GetTaskPushNotificationConfig', named), -32001)
      const inside = { taskId, url: 'http://10.0.0.1/' }
      assert.equal(await codeOf('CreateTaskPushNotificationConfig', inside), -32602)
    },
  ],
  [
    'DM-TASK-002 DM-MSG-002 DM-SERIAL-001 DM-SERIAL-002 DM-SERIAL-003 DM-SERIAL-005',
    async () => {
      const task = await send(prose, { futureField: true })
      assert.match(task.status.timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      assert.equal(task.status.message.role, 'ROLE_AGENT')
    },
  ],
]

suite('A2A 1.0', () => {
  for (const [ids, check] of requirements) test(ids, check)

  test('JSONRPC-FMT-001 JSONRPC-SVC-001 JSONRPC-ERR-001: what is no call is refused in its own words', async () => {
    const deep = `{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":${'['.repeat(200)}${']'.repeat(200)}}}`
    const rpc = (method: unknown, params: unknown, id: unknown = 1) =>
      JSON.stringify({ jsonrpc: '2.0', method, params, id })
    const rows: [string, string, number][] = [
      ['broken', '{"jsonrpc":', -32700],
      ['nothing', '', -32700],
      ['null', 'null', -32600],
      ['a batch', `[${rpc('GetTask', { id: 'x' })}]`, -32600],
      ['another version of JSON-RPC', '{"jsonrpc":"1.0","method":"GetTask","id":1}', -32600],
      ['a method that is no text', rpc(7, {}), -32600],
      ['an id that is an object', rpc('GetTask', {}, {}), -32600],
      ['an unknown method', rpc('tasks/get', { id: 'x' }), -32601],
      ['a name of every object', rpc('constructor', {}), -32601],
      ['params by position', rpc('GetTask', ['x']), -32602],
      ['no params', rpc('GetTask', undefined), -32602],
      ['an id of a task that is a number', rpc('GetTask', { id: 7 }), -32602],
      ['a NUL', rpc('GetTask', { id: 'a\u0000b' }), -32602],
      ['half a character', rpc('GetTask', { id: 'a\ud800' }), -32602],
      ['nesting', deep, -32602],
      ['a page of none', rpc('ListTasks', { pageSize: 0 }), -32602],
      ['a token of somebody else', rpc('ListTasks', { pageToken: 'bm9uZQ' }), -32602],
      ['a date that is none', rpc('ListTasks', { statusTimestampAfter: 'soon' }), -32602],
      ['a history of less than nothing', rpc('GetTask', { id: 'x', historyLength: -1 }), -32602],
    ]
    for (const [name, body, code] of rows) {
      const answer = await post(body)
      assert.deepEqual([answer.status, answer.body?.error?.code], [200, code], name)
    }
    assert.equal((await post('x'.repeat(300_000))).status, 413)
  })

  test('CARD-DISC-001 CARD-PROTO-001 CARD-STRUCT-001 CARD-SIGN-001 CARD-SIGN-002 CARD-SIGN-003 CARD-CACHE-001 CARD-CACHE-002: a signed card, for anybody', async () => {
    const answer = await app.app.http.inject(cardPath)
    const card = answer.json()
    assert.deepEqual(
      card.supportedInterfaces.map((one: Any) => [one.url, one.protocolBinding, one.protocolVersion]),
      [['http://localhost:3000/a2a/v1', 'JSONRPC', '1.0']],
    )
    assert.match(String(answer.headers['cache-control']), /max-age/)
    const headers = { 'if-none-match': String(answer.headers['etag']) }
    assert.equal((await app.app.http.inject({ url: cardPath, headers })).statusCode, 304)
    const jwks = (await app.app.http.inject('/.well-known/agent-jwks.json')).json() as JSONWebKeySet
    const [signature] = card.signatures
    const header = JSON.parse(Buffer.from(signature.protected, 'base64url').toString())
    assert.deepEqual([header.alg, header.typ, header.kid], ['EdDSA', 'JOSE', jwks.keys[0]?.kid])
    assert.equal(jwks.keys[0]?.['d'], undefined)
    const payload = Buffer.from(canonicalizeAgentCard(AgentCard.fromJSON(card))).toString('base64url')
    await flattenedVerify({ ...signature, payload }, createLocalJWKSet(jwks))
    const verify = verifyAgentCardSignature(async () => jwks.keys[0] as Any)
    await verify(AgentCard.fromJSON(card))
    await assert.rejects(verify(AgentCard.fromJSON({ ...card, name: 'Somebody else' })))
  })

  test('the client of the protocol sends, streams, reads and lists', async () => {
    const fetchImpl: typeof fetch = async (url, options = {}) => {
      const response = await app.app.http.inject({
        method: (options.method ?? 'GET') as 'GET' | 'POST',
        url: new URL(String(url)).pathname,
        headers: { ...Object.fromEntries(new Headers(options.headers)), 'x-api-key': key },
        ...(typeof options.body === 'string' ? { payload: options.body } : {}),
      })
      const type = { 'content-type': String(response.headers['content-type']) }
      return new Response(response.body, { status: response.statusCode, headers: type })
    }
    const factory = new ClientFactory({ transports: [new JsonRpcTransportFactory({ fetchImpl })] } as Any)
    const client = await factory.createFromAgentCard(
      AgentCard.fromJSON((await app.app.http.inject(cardPath)).json()),
    )
    const asked = { message: message(list) }
    const wish = {
      tenant: '',
      configuration: undefined,
      metadata: undefined,
      message: {
        ...asked.message,
        role: Role.ROLE_USER,
        contextId: 'foreign',
        taskId: '',
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
        parts: [
          {
            content: { $case: 'data' as const, value: { skill: 'moltflow_list_sessions' } },
            metadata: undefined,
            filename: '',
            mediaType: 'application/json',
          },
        ],
      },
    }
    const task = (await client.sendMessage(wish)) as Any
    assert.equal(task.status.state, 3)
    const kinds: unknown[] = []
    for await (const event of client.sendMessageStream(wish)) kinds.push((event as Any).payload.$case)
    assert.deepEqual(kinds, ['task', 'artifactUpdate', 'statusUpdate'])
    assert.equal(((await client.getTask({ tenant: '', id: task.id })) as Any).id, task.id)
  })

  test('a message without a skill, or with an unknown one, is told what there is', async () => {
    const open = await send(prose)
    assert.match(open.status.message.parts[0].text, /agent\.message\.send.*moltflow_list_sessions/)
    const done = await send(ask('webhook_manager', { action: 'list' }), { taskId: open.id })
    assert.equal(done.status.state, 'TASK_STATE_COMPLETED')
    const refused = await send(ask('fly'))
    assert.equal(refused.status.state, 'TASK_STATE_REJECTED')
    const wrong = await send(
      ask('agent.message.send', { to: 'nobody', message: '</untrusted_whatsapp_data>' }),
    )
    assert.equal(wrong.status.state, 'TASK_STATE_FAILED')
  })

  test('PUSH-CREATE-002 PUSH-DELIVER-001 PUSH-DELIVER-002 PUSH-DELIVER-003: a receiver that is away is told later', async () => {
    await using receiver = await openWebhookReceiver()
    receiver.answer({ status: 503 })
    const authentication = { scheme: 'Bearer', credentials: 'secret' }
    const taskPushNotificationConfig = { url: receiver.url, authentication, token: 'tk' }
    const { id } = await send(list, {}, { taskPushNotificationConfig })
    await app.runJobs()
    assert.equal(receiver.received.length, 1, 'the next waits for the first')
    receiver.answer({ status: 200 })
    await app.runJobs({ includeDelayed: true })
    const told = receiver.received.slice(1)
    assert.deepEqual(told.map(({ body }) => Object.keys(body)[0]).sort(), [
      'artifactUpdate',
      'statusUpdate',
      'task',
    ])
    const ended = told.find(({ body }) => 'statusUpdate' in body)
    assert.equal(ended?.body.statusUpdate.taskId, id)
    assert.equal(told[0]?.headers.authorization, 'Bearer secret')
    assert.equal(told[0]?.headers['x-a2a-notification-token'], 'tk')
    const { rows } = await app.app.ctx.db.sql.execute<{ sealed: string }>(
      `SELECT sealed FROM a2a_push_configs WHERE task_id = '${id}'`,
    )
    assert.ok(!JSON.stringify(rows).includes('secret'))
  })

  test('0.3 is served where the configuration says so', async () => {
    const { agents } = app.app.ctx.config as { agents: { isV03On: boolean } }
    agents.isV03On = true
    try {
      const parts = [{ kind: 'data', data: { skill: 'moltflow_list_sessions' } }]
      const old = { message: { kind: 'message', messageId: 'old', role: 'user', parts } }
      const { result } = await call('message/send', old, { 'a2a-version': '' })
      assert.deepEqual([result.kind, result.status.state], ['task', 'completed'])
      const broken = await call('message/send', { message: 7 }, { 'a2a-version': '0.3' })
      assert.ok(broken.error.code < 0)
    } finally {
      agents.isV03On = false
    }
  })

  test('tasks are forgotten after a week', async () => {
    const { id } = await send(list)
    await app.app.ctx.db.sql.execute(
      `UPDATE a2a_tasks SET status_at = status_at - interval '8 days' WHERE id = '${id}'`,
    )
    await app.app.ctx.jobs.add(app.app.ctx.db.sql, sweepTasksJob, {})
    await app.runJobs()
    assert.equal(await codeOf('GetTask', { id }), -32001)
  })
})
