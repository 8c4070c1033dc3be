import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { resolve } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { conditions } from '../../scripts/demo/example-steps.ts'
import { until } from '../../server/test/until.ts'
import { isFile, listIn, offeredOperations } from '../build/n8n-operations.ts'
import { type Described, operationsOf, readDocument } from '../build/open-api.ts'
import { runCommand } from '../import-webhooks/command.ts'
import { programs } from '../import-webhooks/import.ts'
import { sendOrThrow, sendRouted } from './http.ts'
import { comparable, exampleFor, inOrder, parametersFor } from './n8n-actions.ts'
import { type LoadedPackage, loadPackage } from './n8n-package.ts'
import { planRequest, type RoutedRequest, runNode } from './n8n-routing.ts'
import { findRuleProblems } from './n8n-rules.ts'
import { TriggerHost } from './n8n-trigger-host.ts'
import { findWorkflowProblems, readWorkflows, runWorkflow, triggerType } from './n8n-workflows.ts'
import { evolutionAnswers, openPeer, type Peer, type PeerAnswers, wahaAnswers, wahaSecret } from './peers.ts'
import { findSkillProblems, findUnknownOperations, readSkill, runSkill } from './skill.ts'
import { openWorld, type World } from './world.ts'

const root = resolve(import.meta.dirname, '../..')
const document = readDocument()
let world: World
let loaded: LoadedPackage

before(async () => {
  loaded = loadPackage()
  world = await openWorld()
})
after(async () => {
  await world?.close()
  loaded?.close()
})

const credentials = () => ({ baseUrl: world.address, apiKey: world.key })
const untilTrue = (what: string, isSo: () => boolean) => until(what, () => isSo() || undefined)

suite('the n8n package', { timeout: 60_000 }, () => {
  test('keeps the rules of verified nodes', () => {
    assert.deepEqual(findRuleProblems(loaded), [])
  })

  test('is packed as what n8n loads, and nothing else', () => {
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: loaded.directory,
      encoding: 'utf8',
    })
    const [packed] = JSON.parse(stdout) as { files: { path: string }[]; unpackedSize: number }[]
    assert.deepEqual(packed?.files.map(({ path }) => path).sort(), [
      'LICENSE.md',
      'README.md',
      'dist/credentials/MoltFlowApi.credentials.js',
      'dist/nodes/MoltFlow/MoltFlow.node.js',
      'dist/nodes/MoltFlow/MoltFlow.node.json',
      'dist/nodes/MoltFlow/moltflow.dark.svg',
      'dist/nodes/MoltFlow/moltflow.svg',
      'dist/nodes/MoltFlow/properties.js',
      'dist/nodes/MoltFlowTrigger/MoltFlowTrigger.node.js',
      'dist/nodes/MoltFlowTrigger/MoltFlowTrigger.node.json',
      'dist/nodes/MoltFlowTrigger/events.js',
      'dist/nodes/MoltFlowTrigger/registration.js',
      'dist/nodes/MoltFlowTrigger/signatures.js',
      'package.json',
    ])
    assert.ok(packed.unpackedSize < 700_000, `${packed.unpackedSize} bytes`)
  })

  test('has every operation that a key may run and that ends', () => {
    const offered = new Set(offeredOperations(document).map(({ operationId }) => operationId))
    const all = operationsOf(document).map(({ operationId }) => operationId)
    const missing = all.filter((id) => !offered.has(id))
    // Signing in and setting up, what wants a person, what anybody may read, and streams.
    const elsewhere =
      /^(?:auth|setup|users|invitations|approvals|review_widgets|plans|oauth_grants)\.|\.(?:events|stream|progress)$|^ai\.update_config$|^agent\.(?:inbox|(?:ex|im)port_keypair)$/
    assert.deepEqual(
      missing.filter((id) => !elsewhere.test(id)),
      [],
    )
    assert.ok(offered.size > 250)
  })
})

suite('the trigger', { timeout: 120_000 }, () => {
  let host: TriggerHost
  const webhooksHere = async () =>
    (
      await world.stage.owner<{ id: string; url: string; is_active: boolean; events: string[] }[]>(
        'GET',
        '/webhooks',
      )
    ).filter(({ url }) => url === host.url)
  const signed = (id: string, body: string, secret: unknown, atMs = Date.now()) => {
    const timestamp = String(Math.floor(atMs / 1000))
    const key = Buffer.from(String(secret).replace('whsec_', ''), 'base64')
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
  }
  const body = JSON.stringify({ event: 'message.received', data: { session_id: 'one', chat_id: 'two' } })

  before(async () => {
    const options = {
      address: `${world.address}/`,
      key: world.key,
      parameters: { events: ['message.received'] },
    }
    host = await new TriggerHost(loaded.trigger, options).open()
  })
  after(() => host.close())

  test('registers its own webhook, once however often the workflow is switched on', async () => {
    assert.equal(await host.hook('checkExists'), false)
    await host.hook('create')
    assert.equal(await host.hook('checkExists'), true)
    await host.activate()
    assert.equal((await webhooksHere()).length, 1)
  })

  test('starts the workflow with what the server delivers, and once when it comes again', async () => {
    await world.write('15550100101', 'Are you open on Saturday?')
    await untilTrue('a delivery', () => host.started.length === 1)
    const [first] = host.started
    assert.partialDeepStrictEqual(first?.json, {
      event: 'message.received',
      data: { message: 'Are you open on Saturday?', chat_id: '15550100101@c.us' },
    })
    const [webhook] = await webhooksHere()
    await world.stage.owner('POST', `/webhooks/${webhook?.id}/deliveries/${first?.json['id']}/resend`)
    await untilTrue('the repeat', () => host.deliveries === 2)
    assert.equal(host.started.length, 1)
  })

  test('believes nothing that is unsigned, signed otherwise, changed or late', async () => {
    const { secret } = host.staticData
    const forged: Record<string, [Record<string, string>, string | undefined]> = {
      'no signature': [{}, body],
      'no body to verify': [signed('1', body, secret), undefined],
      'another secret': [signed('2', body, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA'), body],
      'another body': [signed('3', body, secret), body.replace('two', 'three')],
      'another id': [{ ...signed('4', body, secret), 'webhook-id': '5' }, body],
      'six minutes late': [signed('6', body, secret, Date.now() - 360_000), body],
      'six minutes early': [signed('7', body, secret, Date.now() + 360_000), body],
      'a moment that is none': [{ ...signed('8', body, secret), 'webhook-timestamp': 'NaN' }, body],
    }
    for (const [what, [headers, raw]] of Object.entries(forged)) {
      const { status, items } = await host.deliver(headers, raw === undefined ? undefined : Buffer.from(raw))
      assert.deepEqual([what, status, items], [what, 401, 0])
    }
  })

  test('takes one good signature among several, and remembers a bounded number of deliveries', async () => {
    const { secret } = host.staticData
    const headers = signed('mixed', body, secret)
    const several = { ...headers, 'webhook-signature': `v1a,x v1,AAAA ${headers['webhook-signature']}` }
    assert.equal((await host.deliver(several, Buffer.from(body))).items, 1)
    for (let n = 0; n < 520; n++) await host.deliver(signed(`n${n}`, body, secret), Buffer.from(body))
    assert.equal((host.staticData['seen'] as string[]).length, 500)
    assert.equal((await host.deliver(signed('n519', body, secret), Buffer.from(body))).items, 0)
    assert.ok(JSON.stringify(host.staticData).length < 20_000)
  })

  test('passes over other sessions and chats', async () => {
    const { secret } = host.staticData
    const wanted: [Record<string, string>, number][] = [
      [{ session_id: 'one' }, 1],
      [{ session_id: 'another' }, 0],
      [{ chat_id: 'two', session_id: '' }, 1],
      [{ chat_id: 'another' }, 0],
    ]
    for (const [index, [filters, items]] of wanted.entries()) {
      Object.assign(host.options.parameters, { filters })
      const answer = await host.deliver(signed(`filter${index}`, body, secret), Buffer.from(body))
      assert.deepEqual([filters, answer.status, answer.items], [filters, 200, items])
    }
    delete host.options.parameters['filters']
  })

  test('puts right what was changed, and removes what an activation left behind that nobody remembers', async () => {
    const [webhook] = await webhooksHere()
    await world.stage.owner('PATCH', `/webhooks/${webhook?.id}`, { is_active: false })
    host.options.parameters['events'] = ['message.received', 'lead.detected']
    await host.activate()
    assert.partialDeepStrictEqual(await webhooksHere(), [
      { id: webhook?.id, is_active: true, events: ['message.received', 'lead.detected'] },
    ])
    await world.stage.owner('POST', '/webhooks', { url: host.url, events: ['message.sent'] })
    await host.activate()
    assert.deepEqual(
      (await webhooksHere()).map(({ id }) => id),
      [webhook?.id],
    )
    host.staticData = {}
    await host.activate()
    const left = await webhooksHere()
    assert.equal(left.length, 1)
    assert.notEqual(left[0]?.id, webhook?.id)
  })

  test('deletes its webhook, also when it is gone already, and forgets its secret', async () => {
    await host.hook('delete')
    assert.deepEqual(await webhooksHere(), [])
    assert.deepEqual([host.staticData['webhookId'], host.staticData['secret']], [undefined, undefined])
    await host.activate()
    await world.stage.owner('DELETE', `/webhooks/${host.staticData['webhookId']}`)
    assert.equal(await host.hook('delete'), true)
    assert.equal((await host.deliver(signed('late', body, 'x'), Buffer.from(body))).status, 401)
  })

  test('says what a key lacks, without the key', async () => {
    const key = await world.tenant.key(['messages:read'])
    const parameters = { events: ['message.received'] }
    const poor = await new TriggerHost(loaded.trigger, { address: world.address, key, parameters }).open()
    const refusal = await poor.hook('checkExists').then(
      () => undefined,
      (error: Error & { httpCode: string }) => error,
    )
    await poor.close()
    assert.equal(refusal?.httpCode, '403')
    assert.match(refusal.message, /MoltFlow answered 403: .*webhooks:read/)
    assert.ok(!refusal.message.includes(key))
  })
})

suite('the workflows', { timeout: 120_000 }, () => {
  const workflows = readWorkflows()
  const send = (request: Parameters<typeof sendOrThrow>[0]) => sendOrThrow(request, world.key)
  const run = (name: string, json: Record<string, unknown>) => {
    const workflow = workflows.get(name)
    assert.ok(workflow)
    const chosen = { session_id: world.stage.session }
    return runWorkflow(workflow, { json }, { node: loaded.node, credentials: credentials(), send, chosen })
  }
  const texts = (phone: string) => world.app.simulator.messages(phone).map(({ text }) => text)

  test('name only nodes, parameters and values that there are', () => {
    assert.equal(workflows.size, 3)
    const problems = [...workflows.values()].flatMap((workflow) => findWorkflowProblems(workflow, loaded))
    assert.deepEqual(problems, [])
  })

  test('a lead becomes a row, and a group gets its answer', async () => {
    const triggers = ['lead-to-spreadsheet', 'auto-answer-in-a-group'].map((name) => {
      const trigger = workflows.get(name)?.nodes.find(({ type }) => type === triggerType)
      return trigger?.parameters['events'] as string[]
    })
    const options = { address: world.address, key: world.key, parameters: { events: triggers.flat() } }
    const host = await new TriggerHost(loaded.trigger, options).open()
    await host.activate()
    const { groups } = await world.stage.simulator<{ groups: { id: string; subject: string }[] }>(
      'GET',
      '/state',
    )
    const group = groups.find(({ subject }) => subject === 'Flats to let')?.id ?? ''
    const monitored = await world.stage.owner<{ id: string }>('POST', '/groups', {
      ...{ session_id: world.stage.session, wa_group_id: group },
      ...{ monitor_mode: 'keywords', monitor_keywords: ['looking for'] },
    })
    await world.stage.simulator('POST', `/groups/${encodeURIComponent(group)}/messages`, {
      ...{ from: '15550100105', text: 'I am looking for two rooms from March on.' },
    })
    const eventOf = (name: string) => host.started.find(({ json }) => json['event'] === name)?.json
    await untilTrue(
      'both events',
      () => eventOf('lead.detected') !== undefined && eventOf('group.message') !== undefined,
    )
    const lead = await run('lead-to-spreadsheet', eventOf('lead.detected') ?? {})
    const row = lead.get('Append Row')?.[0]?.json['columns'] as { value: Record<string, unknown> }
    assert.partialDeepStrictEqual(row.value, { Phone: '+15550100105', Group: 'Flats to let', Status: 'new' })
    assert.ok(Object.values(row.value).every((value) => value !== undefined && value !== 'undefined'))
    await run('auto-answer-in-a-group', eventOf('group.message') ?? {})
    await untilTrue('the answer', () =>
      texts('15550100105').some((text) => text?.includes('we can help with that')),
    )
    await world.stage.owner('DELETE', `/groups/${monitored.id}`)
    await host.hook('delete')
    await host.close()
  })

  test('an order that is posted twice is confirmed once', async () => {
    const order = { order_id: '1042', name: 'Ada', phone: '+1 (555) 010-0101', total: '48.00 EUR' }
    for (const body of [order, order]) await run('order-confirmation', { body })
    const confirmed = () =>
      texts('15550100101').filter((text) => text?.includes('your order 1042 over 48.00 EUR'))
    await untilTrue('the confirmation', () => confirmed().length > 0)
    assert.equal(confirmed().length, 1)
  })
})

suite('npm run import-webhooks', { timeout: 120_000 }, () => {
  const target = 'http://127.0.0.1:9'
  const peerKey = 'hidden-peer-key'
  const peers: Peer[] = []
  const open = async (header: string, answers: PeerAnswers) => {
    const peer = await openPeer(header, peerKey, answers)
    peers.push(peer)
    return peer.url
  }
  after(async () => {
    for (const peer of peers) await peer.close()
  })
  const hidden = () => ['hidden', wahaSecret, world.key]

  /** Runs it as an operator does: what it told, and its exit. */
  async function run(
    args: string[],
    env: Record<string, string> = {},
  ): Promise<{ code: number; output: string }> {
    const lines: string[] = []
    const own = { MOLTFLOW_API_URL: world.address, MOLTFLOW_API_KEY: world.key, ...env }
    const code = await runCommand(args, own, (line) => lines.push(line))
    const output = `${lines.join('\n')}\n`
    for (const secret of hidden()) assert.ok(!output.includes(secret), output)
    return { code, output }
  }
  const webhooks = async () =>
    world.stage.owner<{ url: string; events: string[]; has_secret: boolean }[]>('GET', '/webhooks')
  const oursAt = async (path: string) =>
    (await webhooks()).filter(({ url }) => url.startsWith(`${target}${path}`))

  test('from WAHA: tells first, makes then, and nothing twice', async () => {
    const url = await open('x-api-key', wahaAnswers(target))
    const dry = await run(['--from', 'waha', '--url', url, '--key', peerKey])
    assert.equal(dry.code, 0)
    for (const line of [
      'of default, second',
      'events: message.received, message.sent, message.delivered, message.read, message.failed, session.status',
      'signed: with the same key',
      'no counterpart: the header X-Shop of its own',
      'no counterpart: its own retries',
      'no counterpart: the event presence.update',
      '/hooks/presence of default is left out: none of its events has a counterpart',
      'of old is left out: its address is none',
      'dry run',
    ])
      assert.ok(dry.output.includes(line), `${line}\n${dry.output}`)
    assert.deepEqual(await oursAt(''), [])
    const made = await run(['--from', 'waha', '--url', `${url}/`, '--apply'], { IMPORT_KEY: peerKey })
    assert.match(made.output, / {2}made: [0-9a-f-]{36}\n/)
    const [webhook] = await oursAt('/hooks/all')
    assert.equal(webhook?.url, `${target}/hooks/all?token=hidden-token`)
    assert.equal(webhook?.has_secret, true)
    const again = await run(['--from', 'waha', '--url', url, '--key', peerKey, '--apply'])
    assert.match(again.output, /is here already/)
    assert.equal((await oursAt('')).length, 1)
  })

  test('from Evolution API, of every version', async () => {
    const url = await open('apikey', evolutionAnswers(target))
    const { code, output } = await run(['--from', 'evolution', '--url', url, '--key', peerKey, '--apply'])
    assert.equal(code, 0, output)
    assert.deepEqual(
      (await oursAt('/e')).map((webhook) => [webhook.url.slice(target.length), webhook.events]).sort(),
      [
        ['/elder', ['message.sent']],
        ['/evolution', ['message.received', 'session.connected', 'session.disconnected']],
      ],
    )
    assert.match(output, /no counterpart: an address per event/)
    assert.match(output, /no counterpart: files inside the delivery/)
    assert.match(output, /\/off of off is left out: it is switched off there/)
  })

  test('every event it knows leads to events that there are', () => {
    const ours = new Set(Object.keys(document.webhooks))
    const told = Object.values(programs).flatMap(({ events }) => Object.values(events).flat())
    assert.deepEqual(
      told.filter((name) => !ours.has(name)),
      [],
    )
  })

  test('says what is wrong, and never what is secret', async () => {
    const endless = (response: ServerResponse) => {
      response.writeHead(200)
      const more = () => {
        while (response.write('[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], '.repeat(2000)));
      }
      response.on('drain', more)
      more()
    }
    const path = '/api/sessions?all=true'
    const [plain, page, large, moved] = [
      await open('x-api-key', { [path]: [] }),
      await open('x-api-key', { [path]: (response: ServerResponse) => response.end('<html>hidden</html>') }),
      await open('x-api-key', { [path]: endless }),
      await open('x-api-key', {
        [path]: (response: ServerResponse) =>
          response.writeHead(302, { location: 'http://127.0.0.1:9/hidden' }).end(),
      }),
    ]
    const from = (url: string, key = peerKey) => ['--from', 'waha', '--url', url, '--key', key]
    const cases: [string[], Record<string, string>, RegExp][] = [
      [from(plain), {}, /WAHA has no webhooks; those of its environment/],
      [from(plain, 'hidden-wrong'), {}, /refuses the key \(401\)/],
      [from(plain), { MOLTFLOW_API_KEY: 'mf_hidden' }, /refuses the key \(401\)/],
      [from(plain), { MOLTFLOW_API_KEY: '' }, /MOLTFLOW_API_KEY is missing/],
      [from(page), {}, /no JSON: is this its API\?/],
      [from(large), {}, /more than 5 MB/],
      [from(moved), {}, /answered 302/],
      [from('http://127.0.0.1:9'), {}, /nobody answers/],
      [from('file:///etc/passwd'), {}, /--url is no address/],
      [['--from', 'other', '--url', plain], {}, /--from is one of waha, evolution/],
      [['--hidden'], {}, /npm run import-webhooks -- --from/],
    ]
    const outcomes = await Promise.all(cases.map(([args, env]) => run(args, env)))
    for (const [index, { output }] of outcomes.entries()) assert.match(output, cases[index]?.[2] ?? /$^/)
  })
})

test('the guides name only operations that there are', () => {
  const names = ['n8n', 'moving-over'].map((name) => `docs/guides/${name}.md`)
  const pages = new Map(names.map((name) => [name, readFileSync(resolve(root, name), 'utf8')]))
  assert.deepEqual(findUnknownOperations(pages, document), [])
})

suite('the skill', { timeout: 120_000 }, () => {
  test('names only pages and operations that there are', () => {
    assert.deepEqual(findSkillProblems(readSkill(), document), [])
  })

  test('every call in it works', async () => {
    const { failed, calls } = await runSkill(world)
    assert.deepEqual(failed, [])
    const written = [...readSkill().values()].join('\n').match(/^curl /gm)
    assert.equal(calls, written?.length)
  })
})

const withoutModel = /ai_provider_missing/
const notThere = /not_found/
/** What this world may refuse, and why: there is no model, nobody failed, flooded or waits for a draft. */
const refusals: Record<string, RegExp> = {
  'antispam.lift_block': notThere,
  // Its example changes what no key may change.
  'antispam.update': /role_too_low/,
  'ai_drafts.send': notThere,
  'ai_drafts.discard': notThere,
  'ai.test_config': withoutModel,
  'ai.generate_reply': withoutModel,
  'ai.list_models': withoutModel,
  'ai.preview': withoutModel,
  // No message by somebody of another installation, and nobody of this one, to be found.
  'agent.resolve': notThere,
  'bulk.retry_failed': /nobody_to_retry/,
  'style.get': notThere,
  'style.delete': notThere,
  'transcripts.create': withoutModel,
  'transcripts.status': notThere,
  'transcripts.get': notThere,
  // Its webhook may have had none yet.
  'webhooks.resend_delivery': notThere,
}

/** Nobody answers for models here. */
const isOfModels = /^(?:style|transcripts|ai)\./

/** What the node makes of an operation's example, compared with what the reference says. */
async function requestFor(one: Described): Promise<RoutedRequest> {
  const { description } = loaded.node
  const given = await exampleFor(world.stage, one)
  const parameters = parametersFor(description, one, given)
  const { request } = planRequest(description, parameters, { $credentials: credentials() })
  const path = one.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(given.path[name])),
  )
  // The node pages by itself.
  if (listIn(document, one) !== undefined) delete given.query['offset']
  assert.deepEqual(
    comparable(request.url, request.method, request.qs, request.body),
    comparable(`${world.address}${path}`, one.method, given.query, given.body),
    one.operationId,
  )
  return request
}

suite('the actions', { timeout: 300_000 }, () => {
  test('return all of a list page by page, or so many', async () => {
    const outer = { $credentials: credentials() }
    const pages: unknown[] = []
    const send = (request: Parameters<typeof sendOrThrow>[0]) => {
      pages.push(structuredClone(request.qs))
      return sendOrThrow(request, world.key)
    }
    const list = { resource: 'contacts', operation: 'list' }
    const all = await runNode(loaded.node.description, { ...list, returnAll: true }, outer, send)
    const few = await runNode(loaded.node.description, { ...list, limit: 2 }, outer, send)
    assert.ok(all.length >= 5)
    assert.ok(all.every(({ json }) => typeof json['id'] === 'string'))
    assert.equal(few.length, 2)
    assert.deepEqual(pages, [{ limit: 100, offset: 0 }, { limit: 2 }])
  })

  test('each sends exactly what the API reference says, and the server does it', async () => {
    const problems: string[] = []
    for (const one of inOrder(offeredOperations(document))) {
      const { operationId: id } = one
      const isReady = isOfModels.test(id) ? undefined : conditions[id]
      if (isReady !== undefined) await until(id, async () => (await isReady(world.stage)) || undefined)
      const answer = await sendRouted(await requestFor(one), world.key)
      const isRefused = answer.statusCode >= 300
      if (isRefused && refusals[id]?.test(answer.text) !== true) {
        problems.push(`${id}: ${answer.statusCode} ${answer.text.slice(0, 160)}`)
      } else if (!isRefused && !isFile(one) && /^[[{]/.test(answer.text)) {
        world.stage.seen.set(id, JSON.parse(answer.text))
      }
    }
    assert.deepEqual(problems, [])
  })
})
