import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import type { z } from 'zod'
import { openApiDocument } from '../src/control/openapi.ts'
import { routes } from '../src/control/routes.ts'
import { faultKinds } from '../src/faults/model.ts'
import type { Simulator } from '../src/index.ts'
import { bob, Client, carol, linkedClient, owner, startSimulator } from './client.ts'
import { verifies } from './verifies.ts'

const dora = '15550004444'

type Document = { paths: Record<string, Record<string, { operationId: string; responses: object }>> }

/** Calls operations by their names and checks each answer against what the document says of it. */
class Caller {
  readonly called = new Set<string>()
  readonly #simulator: Simulator

  constructor(simulator: Simulator) {
    this.#simulator = simulator
  }

  readonly call = async (
    operation: string,
    parts: Record<string, string> = {},
    body?: object,
  ): Promise<Record<string, string>> => {
    const route = routes.find((one) => one.operation === operation)
    assert.ok(route, `there is no operation ${operation}`)
    this.called.add(operation)
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ''))
    const response = await fetch(`${this.#simulator.controlUrl}${path}`, {
      method: route.method,
      ...(body && { body: JSON.stringify(body) }),
    })
    if (route.isBinary) {
      assert.equal(response.status, 200, operation)
      return { bytes: Buffer.from(await response.arrayBuffer()).toString() }
    }
    const answer = (await response.json()) as Record<string, string>
    assert.equal(response.status, route.status ?? 200, `${operation}: ${JSON.stringify(answer)}`)
    if (route.answer) conforms(route.answer, answer, operation)
    else assert.deepEqual(answer, { ok: true }, `${operation} answers more than its description says`)
    return answer
  }
}

/** Fails with the report when the document is not valid. */
function lint(document: object): void {
  const file = join(folder, 'openapi.json')
  writeFileSync(file, JSON.stringify(document))
  const redocly = new URL('../../node_modules/.bin/redocly', import.meta.url).pathname
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const { status, stdout, stderr } = spawnSync(redocly, ['lint', '--extends=minimal', file], {
    env,
    cwd: folder,
  })
  assert.equal(status, 0, `${stdout}${stderr}`)
}

/** The answer fits its schema, and has nothing that the schema does not name. */
function conforms(schema: z.ZodType, answer: unknown, operation: string): void {
  const { data, error } = schema.safeParse(answer)
  assert.equal(error, undefined, `${operation}: ${error?.message}`)
  assert.deepEqual(data, answer, operation)
}

const folder = mkdtempSync(join(tmpdir(), 'simulator-'))
after(() => rmSync(folder, { recursive: true }))

suite('OpenAPI document', () => {
  test('is valid, served, and names every operation once', async () => {
    verifies('CTRL-05')
    await using simulator = await startSimulator()
    const served = (await (await fetch(`${simulator.controlUrl}/openapi.json`)).json()) as Document
    assert.deepEqual(served, JSON.parse(JSON.stringify(openApiDocument(routes))))
    lint(served)
    const named = Object.entries(served.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { operationId }]) => `${method.toUpperCase()} ${path} ${operationId}`,
      ),
    )
    assert.deepEqual(
      named.sort(),
      routes.map(({ method, path, operation }) => `${method} ${path} ${operation}`).sort(),
    )
    assert.equal(new Set(routes.map(({ operation }) => operation)).size, routes.length)
    assert.doesNotMatch(JSON.stringify(served), /"schema":\{\}/)
  })

  test('the README lists every operation and no other', () => {
    verifies('CTRL-05')
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const listed = [...readme.matchAll(/^\| `(GET|POST|PUT|DELETE) (\/[^`?]*)[^`]*`/gm)].map(
      ([, method, path]) => `${method} ${path}`,
    )
    for (const kind of faultKinds)
      assert.ok(readme.includes(`| \`${kind}\` |`), `the README has no fault ${kind}`)
    assert.deepEqual(listed.sort(), routes.map(({ method, path }) => `${method} ${path}`).sort())
  })

  test('every operation answers as it is described', async () => {
    verifies('CTRL-05', 'CTRL-01')
    await using simulator = await startSimulator({ state: join(folder, 'world') })
    await using client = await linkedClient(simulator, owner)
    const caller = new Caller(simulator)
    const { call } = caller
    await onAccounts(caller)
    await onLinking(simulator, caller)
    const base64 = Buffer.from('a file').toString('base64')
    const sent = await call('sendMessage', { phone: bob }, { to: owner, media: { kind: 'document', base64 } })
    const named = { phone: owner, id: sent.id ?? '' }
    await client.message(({ key }) => key.id === sent.id)
    await call('messages', { phone: owner })
    await call('message', named)
    assert.equal((await call('mediaOf', named)).bytes, 'a file')
    await call('setPresence', { phone: bob }, { state: 'composing', to: owner })
    await call('events', { phone: owner })
    const ringing = await call('call', { phone: bob }, { to: owner })
    await call('actOnCall', { phone: bob, id: ringing.id ?? '' }, { action: 'end' })
    await call('postStatus', { phone: bob }, { text: 'on holiday' })
    await onAppState(caller, sent.id ?? '')
    await onGroups(caller)
    await onChannels(caller)
    await onTheWorld(caller)
    const missing = routes.filter(({ operation }) => !caller.called.has(operation))
    assert.deepEqual(
      missing.map(({ operation }) => operation),
      [],
      'add a call of these operations here',
    )
  })
})

async function onAccounts({ call }: Caller): Promise<void> {
  await call('createAccount', {}, { phone: dora, name: 'Dora', business: true })
  await call('setReceipts', { phone: carol }, { mode: 'read', deliveryMs: 0, readMs: 0 })
  await call('businessProfile', { phone: dora })
  await call(
    'setBusinessProfile',
    { phone: dora },
    { description: 'Flowers', websites: ['https://x.example'] },
  )
  const base64 = Buffer.from('a picture').toString('base64')
  await call('setPicture', { phone: bob }, { base64 })
  const message = { at: new Date(0).toISOString(), text: 'long ago' }
  await call('setHistory', { phone: carol }, { chats: [{ with: bob, messages: [message] }] })
  await call('setLimits', { phone: carol }, { queriesPerMinute: { groups: 5 }, newChats: { quota: 5 } })
  await call('limits', { phone: carol })
  await call('script', { phone: carol }, { rules: [{ when: { text: 'hi' }, answer: { text: 'hello' } }] })
  await call('scriptOf', { phone: carol })
}

async function onLinking(simulator: Simulator, { call }: Caller): Promise<void> {
  await using byCode = new Client(simulator)
  const { qr } = await byCode.next('connection.update', (update) => update.qr !== undefined)
  await call('scan', { phone: bob }, { code: qr })
  await byCode.open()
  await call('unlink', { phone: bob }, { device: 1 })
  await using byNumber = new Client(simulator)
  await byNumber.next('connection.update', (update) => update.qr !== undefined)
  const code = await byNumber.socket.requestPairingCode(bob)
  await simulator.nextPairingRequest(bob)
  await call('pair', { phone: bob }, { code })
  await byNumber.open()
}

async function onAppState({ call }: Caller, message: string): Promise<void> {
  const phone = { phone: owner }
  const chat = { chat: bob }
  for (const name of ['archive', 'pin', 'mute', 'markRead', 'lockChat', 'deleteChat', 'clearChat']) {
    await call(name, phone, chat)
  }
  await call('star', phone, { message })
  await call('deleteMessage', phone, { message })
  await call('contact', phone, { phone: carol, name: 'Carol Singer' })
  await call('label', phone, { id: '1', name: 'Paid' })
  await call('labelChat', phone, { ...chat, label: '1' })
  await call('labelMessage', phone, { message, label: '1' })
  await call('quickReply', phone, { id: '1', shortcut: 'hi', message: 'Hello!' })
  await call('rename', phone, { name: 'Olga the Great' })
  await call('appStateOf', phone)
}

async function onGroups({ call }: Caller): Promise<void> {
  const { id = '' } = await call('createGroup', {}, { subject: 'Club', owner, members: [bob] })
  const { inviteCode: code } = await call('group', { id })
  await call('sendGroupMessage', { id }, { from: bob, text: 'hello' })
  await call('sendBroadcast', { phone: bob }, { to: [owner], text: 'hello' })
  await call('sendBurst', {}, { to: id, from: [bob], count: 2, perSecond: 100 })
  await call('joinGroup', { phone: carol }, { code })
  await call('leaveGroup', { phone: carol }, { group: id })
  await call('changeGroup', { id }, { hasJoinApproval: true, description: 'All welcome' })
  await call('requestGroup', { phone: carol }, { group: id })
  await call('cancelGroupRequest', { phone: carol }, { group: id })
  await call('requestGroup', { phone: carol }, { group: id })
  await call('decideGroupRequests', { id }, { phones: [carol], decision: 'approve' })
  await call('changeGroupMembers', { id }, { members: [carol], action: 'promote' })
  await call('revokeGroupInvite', { id }, {})
  await call('groupsOf', { phone: carol })
  await call('setGroupPrivacy', { phone: carol }, { add: 'contacts', contacts: [bob] })
  const { id: community = '' } = await call('createCommunity', {}, { subject: 'Town', owner })
  await call('changeCommunityGroups', { id: community }, { group: id })
  await call('group', { id: community })
}

async function onChannels({ call }: Caller): Promise<void> {
  const { id = '' } = await call('createChannel', {}, { owner: bob, name: 'News' })
  await call('changeChannelFollower', { id }, { phone: carol, action: 'follow' })
  await call('changeChannel', { id }, { description: 'Every day' })
  const media = { kind: 'document', base64: Buffer.from('a paper').toString('base64') }
  const { id: post = '' } = await call('post', { id }, { media })
  assert.equal((await call('postMedia', { id, post })).bytes, 'a paper')
  await call('reactToPost', { id, post }, { phone: carol, emoji: '👍' })
  await call('viewPost', { id, post }, { phone: carol })
  await call('posts', { id })
  await call('channel', { id })
  await call('channels')
  await call('deleteChannel', { id })
}

async function onTheWorld({ call }: Caller): Promise<void> {
  await call('requireVersion', {}, { minimum: '2.3000.0' })
  await call('fault', {}, { kind: 'ack_error', phone: owner, code: 500 })
  await call('state')
  await call('openApi')
  await call('save', {}, {})
  await call('reset', {}, {})
}
