import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { traits } from '../src/traits.ts'
import { evidence, message, startClient } from './client.ts'

const content = [
  evidence('e1', 'hours.txt', 'We are open from 9 to 18.'),
  message('m1', 'Lovely weather'),
  message('m2', 'When do you open?'),
].join('\n')

const item = {
  type: 'object',
  properties: { id: { type: 'string' }, score: { type: 'integer', minimum: 1, maximum: 10 } },
}
const schema = { type: 'object', properties: { results: { type: 'array', items: item } } }
const formats = {
  schema: { type: 'json_schema', json_schema: { name: 'x', schema } },
  json: { type: 'json_object' },
}

const ask = (model: string, format?: object) => ({
  model,
  messages: [{ role: 'user', content: `Answer in JSON.\n${content}` }],
  ...(format && { response_format: format }),
})

const path = '/v1/chat/completions'
const errorOf = (text: string): string => JSON.parse(text).error.message

describe('personalities', () => {
  test('refuse a way of structured answers, and give the other', async () => {
    await using client = await startClient()
    const tries = [
      ['sim+no-json-object', formats.json, formats.schema],
      ['sim+no-json-schema', formats.schema, formats.json],
    ] as const
    for (const [model, refused, given] of tries) {
      const refusal = await client.post(path, ask(model, refused))
      assert.equal(refusal.status, 400)
      assert.match(errorOf(refusal.text), /response_format/)
      assert.equal((await client.post(path, ask(model, given))).status, 200)
    }
  })

  test('an old model ignores the form it is asked for, and counts no tokens', async () => {
    await using client = await startClient()
    const plain = await client.post(path, ask('sim+old', formats.schema))
    const { choices, usage } = JSON.parse(plain.text)
    assert.equal(choices[0].message.content, 'We are open from 9 to 18.')
    assert.equal(usage, undefined)
    const asked = `Use this schema: ${JSON.stringify(schema)}\n${content}`
    const fenced = await client.chat({ model: 'sim+old', messages: [{ role: 'user', content: asked }] })
    assert.match(fenced, /```json\n\{"results":\[/)
  })

  test('a slow model answers like a quick one, later', async () => {
    await using client = await startClient({ slowMs: 150 })
    const begun = performance.now()
    const slow = await client.chat(ask('sim+slow'))
    const took = performance.now() - begun
    assert.ok(took >= 140, String(took))
    assert.equal(slow, await client.chat(ask('sim')))
  })
})

describe('faults of an answer', () => {
  const results = (text: string) => JSON.parse(text).results as { id: string; score: number }[]

  test('fences and a sentence around an object, and thoughts before it', async () => {
    await using client = await startClient()
    const plain = await client.chat(ask('sim', formats.schema))
    const fenced = await client.chat(ask('sim+fences', formats.schema))
    assert.match(fenced, /^Sure!/)
    assert.equal(/```json\n(.*)\n```/.exec(fenced)?.[1], plain)
    const thought = await client.chat(ask('sim+thinking', formats.schema))
    assert.match(thought, /^<think>.*\{.*<\/think>/s)
    assert.ok(thought.endsWith(plain))
  })

  test('the middle of a sentence, told by its reason', async () => {
    await using client = await startClient()
    const { text } = await client.post(path, ask('sim+truncated', formats.schema))
    const { message: answer, finish_reason: reason } = JSON.parse(text).choices[0]
    assert.equal(reason, 'length')
    assert.throws(() => JSON.parse(answer.content), SyntaxError)
  })

  test('ids that nobody asked for, ids left out, figures beyond the schema, no object, nothing', async () => {
    await using client = await startClient()
    const chat = (model: string) => client.chat(ask(model, formats.schema))
    const ids = (text: string) => results(text).map(({ id }) => id)
    assert.deepEqual(ids(await chat('sim')), ['m1', 'm2'])
    assert.deepEqual(ids(await chat('sim+wrong-ids')), ['nobody-asked-for-this', 'm2'])
    assert.deepEqual(ids(await chat('sim+missing-ids')), ['m1'])
    assert.deepEqual(
      results(await chat('sim+bad-scores')).map(({ score }) => score),
      [9999, 9999],
    )
    assert.match(await chat('sim+no-object'), /rather not/)
    assert.equal(await chat('sim+empty'), '')
  })

  test('words that stand in no source, and secrets, in plain and in structured answers', async () => {
    await using client = await startClient()
    const reply = { type: 'object', properties: { reason: { type: 'string' }, reply: { type: 'string' } } }
    const format = { type: 'json_schema', json_schema: { name: 'x', schema: reply } }
    for (const [model, said] of [
      ['sim+invents', /4,711\.00 EUR.*https:\/\/invented\.example.*\+1 555/],
      ['sim+leaks', /4111 1111 1111 1111/],
    ] as const) {
      assert.match(await client.chat(ask(model)), said)
      const { reply: text, reason } = JSON.parse(await client.chat(ask(model, format)))
      assert.match(text, said)
      assert.doesNotMatch(reason, said)
    }
  })

  test('several at once', async () => {
    await using client = await startClient()
    const text = await client.chat(ask('sim+thinking+fences+wrong-ids', formats.schema))
    assert.match(text, /^<think>.*```json.*nobody-asked-for-this/s)
  })
})

describe('faults instead of an answer', () => {
  test('have their status and what belongs to it', async () => {
    await using client = await startClient()
    const statuses = { 'rate-limited': 429, overloaded: 503, broken: 502, 'echoes-key': 401 }
    for (const [trait, status] of Object.entries(statuses)) {
      const reply = await client.post(path, ask(`sim+${trait}`), { authorization: 'Bearer sk-test-123456' })
      assert.equal(reply.status, status, trait)
      if (trait === 'rate-limited') assert.equal(reply.headers.get('retry-after'), '2')
      if (trait === 'broken') assert.match(reply.text, /^<html>/)
      if (trait === 'echoes-key') assert.match(errorOf(reply.text), /sk-test-123456/)
    }
  })

  test('a connection that ends in the middle, streamed or not', async () => {
    await using client = await startClient()
    await assert.rejects(client.post(path, ask('sim+cut-off')))
    await assert.rejects(client.post(path, { ...ask('sim+cut-off'), stream: true }))
  })

  test('no answer at all, until the client leaves', async () => {
    await using client = await startClient()
    const signal = AbortSignal.timeout(100)
    const body = JSON.stringify(ask('sim+hang'))
    await assert.rejects(fetch(`${client.simulator.url}${path}`, { method: 'POST', body, signal }))
    assert.equal(client.simulator.log('chat')[0]?.status, 0)
    assert.notEqual(await client.chat(ask('sim')), '')
  })

  test('a trait that nobody knows is a model that does not exist', async () => {
    await using client = await startClient()
    const reply = await client.post(path, ask('sim+flies'))
    assert.equal(reply.status, 404)
    assert.match(errorOf(reply.text), /there is no flies, but .*rate-limited/)
  })
})

describe('faults that are set', () => {
  test('strike as many requests of a kind and a model as they say', async () => {
    await using client = await startClient()
    const fault = {
      trait: 'rate-limited',
      kind: 'chat',
      model: 'sim',
      times: 2,
      retryAfterSeconds: 7,
    } as const
    client.simulator.fault(fault)
    await client.embed('sim', ['x'])
    assert.equal((await client.post(path, ask('other'))).status, 200)
    const replies = [await client.post(path, ask('sim')), await client.post(path, ask('sim'))]
    for (const reply of replies) assert.equal(`${reply.status} ${reply.headers.get('retry-after')}`, '429 7')
    assert.equal((await client.post(path, ask('sim'))).status, 200)
  })

  test('stay until they are taken back when they say no number', async () => {
    await using client = await startClient()
    client.simulator.fault({ trait: 'overloaded' })
    for (const _ of [1, 2, 3]) assert.equal((await client.post(path, ask('sim'))).status, 503)
    client.simulator.clearFaults()
    assert.equal((await client.post(path, ask('sim'))).status, 200)
  })

  test('are set, listed and taken back over HTTP too', async () => {
    await using client = await startClient()
    const set = await client.post('/control/faults', { trait: 'empty', times: 1 })
    assert.deepEqual([set.status, JSON.parse(set.text)], [201, { faults: [{ trait: 'empty', times: 1 }] }])
    assert.equal((await client.get('/control/faults')).text, set.text)
    assert.equal(await client.chat(ask('sim')), '')
    assert.deepEqual(JSON.parse((await client.get('/control/faults')).text), { faults: [] })
    assert.deepEqual(JSON.parse((await client.get('/control/traits')).text), traits)
    for (const body of [
      {},
      { trait: 'flies' },
      { trait: 'empty', times: 0 },
      { trait: 'empty', more: 1 },
      'x',
    ]) {
      assert.equal((await client.post('/control/faults', body)).status, 400, JSON.stringify(body))
    }
    assert.equal((await client.get('/control/nothing')).status, 404)
    client.simulator.fault({ trait: 'overloaded' })
    await fetch(`${client.simulator.url}/control/faults`, { method: 'DELETE' })
    assert.equal((await client.post(path, ask('sim'))).status, 200)
  })
})
