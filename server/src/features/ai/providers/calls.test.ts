import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { z } from 'zod'
import { type ModelTenant, type ModelWorld, openModelWorld } from '../../../../test/model-world.ts'
import { until } from '../../../../test/until.ts'
import { AppError } from '../../../platform/errors.ts'
import { createLog } from '../../../platform/log.ts'
import { callModel, embed, embeddingSpaceOf, outcomeOfAiError } from './providers.service.ts'

let world: ModelWorld

before(async () => {
  world = await openModelWorld()
})
after(() => world.close())

const question = { system: 'Answer briefly.', messages: [{ role: 'user' as const, content: 'Hello' }] }
const sum = z.object({ sum: z.number() })

const ask = (tenant: ModelTenant, more: object = {}) =>
  callModel(tenant.ctx, { tenantId: tenant.id, purpose: 'reply', ...question, ...more })

async function failureOf(run: Promise<unknown>): Promise<AppError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof AppError, `it should fail: ${error}`)
  return error
}

/** Formats in which a model was asked, in order. */
function formatsOf(model: string): (string | undefined)[] {
  return world.models
    .log('chat')
    .filter((entry) => entry.model === model)
    .map(({ body }) => (body as { response_format?: { type: string } }).response_format?.type)
}

const rungs: [model: string, first: (string | undefined)[], later: (string | undefined)[]][] = [
  ['plain', ['json_schema'], ['json_schema']],
  ['a+no-json-schema', ['json_schema', 'json_object'], ['json_object']],
  ['a+no-json-object', ['json_schema'], ['json_schema']],
  ['a+no-json-schema+no-json-object', ['json_schema', 'json_object', undefined], [undefined]],
  ['a+old', ['json_schema', 'json_object'], ['json_object']],
  ['a+fences', ['json_schema'], ['json_schema']],
  ['a+thinking', ['json_schema'], ['json_schema']],
]

suite('structured answers', () => {
  for (const [model, first, later] of rungs)
    test(`${model}: asked as ${first.map(String).join(', ')}, and the next time without a detour`, async () => {
      const tenant = await world.tenant({ model })
      world.models.clearLog()
      const schema = z.object({ score: z.int().min(1).max(10), reason: z.string() })
      const answer = await ask(tenant, { schema })
      assert.ok(schema.safeParse(answer.object).success, JSON.stringify(answer))
      assert.deepEqual(formatsOf(model), first)
      world.models.clearLog()
      await ask(tenant, { schema })
      assert.deepEqual(formatsOf(model), later)
    })

  test('what is not in the form is asked for once more, and then null', async () => {
    const tenant = await world.tenant({ model: 'b+no-object' })
    world.models.clearLog()
    const answer = await ask(tenant, { schema: sum })
    assert.equal(answer.object, null)
    assert.deepEqual(formatsOf('b+no-object'), ['json_schema', 'json_object'])
    const [, second] = world.models.log('chat')
    assert.match(JSON.stringify(second?.body), /does not match the JSON Schema/)
    assert.match(JSON.stringify(second?.body), /Answer with one JSON value/)
  })

  test('an answer that was cut is asked for once more, and shorter', async () => {
    const tenant = await world.tenant()
    world.models.fault({ trait: 'truncated', kind: 'chat', times: 1 })
    const answer = await ask(tenant, { schema: sum })
    assert.ok(answer.object !== null)
    assert.match(JSON.stringify(world.models.log('chat').at(-1)?.body), /cut: be shorter/)
  })

  test('figures that the schema does not allow are never an answer', async () => {
    const tenant = await world.tenant({ model: 'c+bad-scores' })
    const schema = z.object({ score: z.int().min(1).max(10) })
    assert.equal((await ask(tenant, { schema })).object, null)
  })
})

/** A server that always answers the same. */
async function startServer(message: object, usage: object) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const choices = [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }]
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: 'x', choices, usage }))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/v1`, close: () => server.close() }
}

suite('servers with ways of their own', () => {
  test('what is written under a schema is found among the thoughts; who counts no tokens is no server for free', async () => {
    const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
    const server = await startServer({ content: '', reasoning_content: '{"sum":2}' }, usage)
    const tenant = await world.tenant({ base_url: server.url })
    const answer = await ask(tenant, { schema: sum })
    assert.deepEqual(answer.object, { sum: 2 })
    assert.ok(answer.tokensUsed > 0)
    server.close()
  })

  test('one that sends callers elsewhere is not followed, and gets no key there', async () => {
    const asked: (string | undefined)[] = []
    const inside = createServer((request, response) => {
      asked.push(request.headers.authorization)
      response.end('{}')
    }).listen(0, '127.0.0.1')
    await once(inside, 'listening')
    const to = `http://127.0.0.1:${(inside.address() as AddressInfo).port}/`
    const outside = createServer((_request, response) => response.writeHead(307, { location: to }).end())
    await once(outside.listen(0, '127.0.0.1'), 'listening')
    const base = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/v1`
    const tenant = await world.tenant({ base_url: base, api_key: 'a-key-for-outside' })
    assert.match(String((await failureOf(ask(tenant))).details?.['detail']), /answered 307/)
    assert.deepEqual(asked, [])
    inside.close()
    outside.close()
  })

  test('one that cuts prompts without a word is noticed', async () => {
    const server = await startServer(
      { content: 'Hello' },
      { prompt_tokens: 900, completion_tokens: 2, total_tokens: 902 },
    )
    const tenant = await world.tenant({ base_url: server.url })
    const lines: string[] = []
    const log = createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) } })
    const long = { system: 'word '.repeat(2400), messages: question.messages }
    const call = { tenantId: tenant.id, purpose: 'reply' as const, ...long }
    await callModel({ ...tenant.ctx, log }, call)
    assert.match(lines.join(), /its context is too short/)
    server.close()
  })
})

suite('text answers', () => {
  test('come without thoughts, with model and tokens; a cut one says so', async () => {
    const tenant = await world.tenant({ model: 'd+thinking' })
    const answer = await ask(tenant)
    assert.equal(answer.text.includes('think>'), false)
    assert.equal(answer.model, 'd+thinking')
    assert.ok(answer.tokensUsed > 0)
    assert.equal(answer.isTruncated, false)
    const cut = await world.tenant({ model: 'd+truncated' })
    assert.equal((await ask(cut)).isTruncated, true)
  })

  test('nothing is no answer', async () => {
    const tenant = await world.tenant({ model: 'e+empty' })
    assert.match(String((await failureOf(ask(tenant))).details?.['detail']), /answered nothing/)
  })
})

suite('a provider that fails', () => {
  test('429 keeps its Retry-After, for requests and for jobs', async () => {
    const tenant = await world.tenant()
    world.models.fault({ trait: 'rate-limited', kind: 'chat', times: 1, retryAfterSeconds: 47 })
    const error = await failureOf(ask(tenant))
    assert.equal(error.status, 502)
    assert.equal(error.headers?.['retry-after'], '47')
    assert.match(String(error.details?.['detail']), /429.*Rate limit reached/)
    assert.deepEqual(outcomeOfAiError(error, { attempt: 1 }), {
      kind: 'retry',
      afterMs: 47_000,
      cause: undefined,
    })
  })

  for (const [trait, words] of [
    ['overloaded', /503.*overloaded/],
    ['broken', /502 Bad Gateway/],
    ['cut-off', /could not be reached|cannot be read/],
  ] as const)
    test(`${trait} is 502 and tried again later by jobs, not for ever`, async () => {
      const tenant = await world.tenant({ model: `f+${trait}` })
      const error = await failureOf(ask(tenant))
      assert.equal(error.status, 502)
      assert.match(String(error.details?.['detail']), words)
      assert.equal(outcomeOfAiError(error, { attempt: 1 })?.kind, 'retry')
      assert.equal(outcomeOfAiError(error, { attempt: 8 })?.kind, 'give_up')
      // The log gets the message, which has nothing of the provider's words.
      assert.doesNotMatch(error.message, words)
    })

  test('one that hangs is given up after the time that the tenant states', async () => {
    const tenant = await world.tenant({ model: 'g+hang', timeout_seconds: 1 })
    assert.match(String((await failureOf(ask(tenant))).details?.['detail']), /within 1 seconds/)
  })

  test('one that is down, and one that is no model at all', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const down = await world.tenant({ base_url: `http://127.0.0.1:${port}/v1` })
    const error = await failureOf(ask(down))
    assert.match(String(error.details?.['detail']), /could not be reached \(ECONNREFUSED\)/)
    const lost = await world.tenant({ base_url: `${world.models.url}/nowhere` })
    assert.match(String((await failureOf(ask(lost))).details?.['detail']), /404/)
    const unknown = await world.tenant({ model: 'h+unheard-of' })
    const missing = await failureOf(ask(unknown))
    assert.match(String(missing.details?.['detail']), /404.*does not exist/)
    assert.equal(outcomeOfAiError(missing, { attempt: 1 })?.kind, 'give_up')
  })

  test('a caller who leaves ends the call', async () => {
    const tenant = await world.tenant({ model: 'i+hang' })
    const leaving = new AbortController()
    const asked = ask(tenant, { signal: leaving.signal })
    await until('the model was asked', () => world.models.log('chat').find(({ model }) => model === 'i+hang'))
    leaving.abort(new Error('left'))
    await assert.rejects(asked, /left/)
  })

  test('an address that leads inside is refused when it is called', async () => {
    const tenant = await world.tenant()
    const ctx = { ...tenant.ctx, config: { ...tenant.ctx.config, outgoingAllow: [] } }
    const error = await failureOf(callModel(ctx, { tenantId: tenant.id, purpose: 'reply', ...question }))
    assert.equal(error.code, 'address_refused')
  })

  test('switched off is not configured', async () => {
    const tenant = await world.tenant({ enabled: false })
    const error = await failureOf(ask(tenant))
    assert.equal(error.code, 'ai_provider_missing')
    assert.match(error.message, /^LLM provider is not configured: .*switched off/)
    assert.equal(await embeddingSpaceOf(tenant.ctx, tenant.id), undefined)
  })
})

suite('embeddings', () => {
  test('come in the order of the texts, in batches, in a space that changes with the model', async () => {
    const tenant = await world.tenant({ embedding_model: 'sim-embed' })
    world.models.clearLog()
    const texts = Array.from({ length: 70 }, (_, index) => `text number ${index} of bicycles`)
    const found = await embed(tenant.ctx, { tenantId: tenant.id, texts, kind: 'document' })
    assert.equal(found?.vectors.length, 70)
    assert.equal(world.models.log('embeddings').length, 3)
    const [again] =
      (await embed(tenant.ctx, { tenantId: tenant.id, texts: texts.slice(40, 41), kind: 'query' }))
        ?.vectors ?? []
    assert.deepEqual(found?.vectors[40], again)
    assert.equal(found?.dimensions, again?.length)
    const space = await embeddingSpaceOf(tenant.ctx, tenant.id)
    assert.equal(found?.space, space)
    await tenant.api.patch(200, '/ai/config', { embedding_model: 'sim-embed-2' })
    assert.notEqual(await embeddingSpaceOf(tenant.ctx, tenant.id), space)
    await tenant.api.patch(200, '/ai/config', { embedding_model: null })
    assert.equal(await embed(tenant.ctx, { tenantId: tenant.id, texts, kind: 'query' }), undefined)
  })

  test('a change of the configuration is told within its transaction', async () => {
    const tenant = await world.tenant()
    const heard = tenant.ctx.events.subscribe({
      names: ['ai.config_changed'],
      matches: ({ payload }) => payload.tenantId === tenant.id,
    })
    await tenant.api.patch(200, '/ai/config', { embedding_model: 'sim-embed' })
    const { value } = await heard[Symbol.asyncIterator]().next()
    assert.deepEqual(value.payload, { tenantId: tenant.id })
    heard.close()
  })
})

suite('consent', () => {
  test('that is withdrawn in the middle of a job stops it before the next call', async () => {
    const tenant = await world.tenant()
    world.models.clearLog()
    let answered = 0
    const job = async () => {
      for (let count = 0; count < 10; count += 1) {
        await ask(tenant, { purpose: 'group_analysis' })
        answered += 1
        if (answered === 3) await tenant.api.patch(200, '/tenant/settings', { ai_consent_enabled: false })
      }
    }
    const error = await failureOf(job())
    assert.equal(error.code, 'ai_consent_missing')
    assert.equal(answered, 3)
    assert.equal(world.models.log('chat').length, 3)
    assert.equal(outcomeOfAiError(error, { attempt: 1 })?.kind, 'give_up')
  })

  test('a plan without AI stops it as well', async () => {
    const tenant = await world.tenant()
    await ask(tenant)
    await world.app.database.db.pool.query("UPDATE tenants SET plan_id = 'free' WHERE id = $1", [tenant.id])
    world.app.clock.advance(61_000)
    assert.equal((await failureOf(ask(tenant))).code, 'plan_feature_missing')
  })
})
