import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { evidence, message, startClient } from './client.ts'

const content = [
  evidence('e1', 'hours.txt', 'We are open from 9 to 18.'),
  message('m1', 'When do you open?'),
].join('\n')
const answer = 'We are open from 9 to 18.'
const messages = [{ role: 'user', content }]
const anthropic = { 'anthropic-version': '2023-06-01' }

const dataOf = (text: string): { [key: string]: unknown }[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)))

describe("OpenAI's dialect", () => {
  test('streams the same answer in pieces, with figures for those who ask', async () => {
    await using client = await startClient()
    const ask = { model: 'sim', messages, stream: true, stream_options: { include_usage: true } }
    const { text, headers } = await client.post('/v1/chat/completions', ask)
    assert.equal(headers.get('content-type'), 'text/event-stream')
    const chunks = dataOf(text) as {
      choices: { delta: { content?: string }; finish_reason: string | null }[]
      usage?: { total_tokens: number }
    }[]
    assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), answer)
    assert.deepEqual(
      chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []),
      ['stop'],
    )
    assert.ok((chunks.at(-1)?.usage?.total_tokens ?? 0) > 10)
    assert.ok(text.endsWith('data: [DONE]\n\n'))
  })

  test('takes parts of text, words of developers, and the tool that a client insists on', async () => {
    await using client = await startClient()
    const schema = { type: 'object', properties: { reply: { type: 'string' } } }
    const { text } = await client.post('/v1/chat/completions', {
      model: 'sim',
      messages: [
        { role: 'developer', content: 'Answer.' },
        { role: 'user', content: [{ type: 'text', text: content }] },
      ],
      tools: [{ type: 'function', function: { name: 'answer', parameters: schema } }],
      tool_choice: { type: 'function', function: { name: 'answer' } },
    })
    const [choice] = JSON.parse(text).choices
    assert.equal(choice.finish_reason, 'tool_calls')
    assert.deepEqual(JSON.parse(choice.message.tool_calls[0].function.arguments), { reply: answer })
  })

  test('stops at as many tokens as it may use, and says so', async () => {
    await using client = await startClient()
    for (const limit of [{ max_tokens: 2 }, { max_completion_tokens: 2 }]) {
      const { text } = await client.post('/v1/chat/completions', { model: 'sim', messages, ...limit })
      const { choices, usage } = JSON.parse(text)
      assert.deepEqual([choices[0].message.content, choices[0].finish_reason], ['We are o', 'length'])
      assert.equal(usage.completion_tokens, 2)
    }
  })

  test('refuses what is no request', async () => {
    await using client = await startClient()
    const path = '/v1/chat/completions'
    const bad = [
      {},
      { model: 'sim' },
      { model: 7, messages },
      { model: 'sim', messages: [] },
      { model: 'sim', messages: [{ role: 'king', content: 'x' }] },
      { model: 'sim', messages: ['x'] },
      { model: 'sim', messages, response_format: { type: 'xml' } },
      { model: 'sim', messages, response_format: { type: 'json_schema' } },
      'no JSON',
      [1],
    ]
    for (const body of bad) {
      const { status, text } = await client.post(path, body)
      assert.equal(status, 400, JSON.stringify(body))
      assert.equal(typeof JSON.parse(text).error.message, 'string')
    }
    assert.equal((await client.get(path)).status, 404)
    assert.equal((await client.post('/v1/responses', {})).status, 404)
  })

  test('answers under the path that Groq has, and tells models', async () => {
    await using client = await startClient({ models: ['one', 'two'] })
    const { text } = await client.post('/openai/v1/chat/completions', { model: 'sim', messages })
    assert.equal(JSON.parse(text).choices[0].message.content, answer)
    const models = JSON.parse((await client.get('/v1/models')).text)
    assert.deepEqual(
      models.data.map(({ id }: { id: string }) => id),
      ['one', 'two'],
    )
  })
})

describe("Anthropic's dialect", () => {
  const ask = { model: 'sim', max_tokens: 1000, system: 'Answer.', messages }

  test('answers in blocks, and streams the same', async () => {
    await using client = await startClient()
    const whole = JSON.parse((await client.post('/v1/messages', ask, anthropic)).text)
    assert.deepEqual(whole.content, [{ type: 'text', text: answer }])
    assert.equal(whole.stop_reason, 'end_turn')
    const { text } = await client.post('/v1/messages', { ...ask, stream: true }, anthropic)
    const events = dataOf(text) as { type: string; delta?: { text?: string } }[]
    assert.equal(events.map(({ delta }) => delta?.text ?? '').join(''), answer)
    assert.deepEqual([events[0]?.type, events.at(-1)?.type], ['message_start', 'message_stop'])
  })

  test('gives objects by a forced tool and by a schema', async () => {
    await using client = await startClient()
    const schema = { type: 'object', properties: { reply: { type: 'string' } } }
    const tools = {
      tools: [{ name: 'json', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'json' },
    }
    const byTool = JSON.parse((await client.post('/v1/messages', { ...ask, ...tools }, anthropic)).text)
    assert.deepEqual([byTool.content[0].input, byTool.stop_reason], [{ reply: answer }, 'tool_use'])
    const format = { type: 'json_schema', schema }
    for (const wanted of [{ output_format: format }, { output_config: { format } }]) {
      const { text } = await client.post('/v1/messages', { ...ask, ...wanted }, anthropic)
      assert.deepEqual(JSON.parse(JSON.parse(text).content[0].text), { reply: answer })
    }
    const old = { ...ask, model: 'sim+no-json-schema', output_format: format }
    assert.equal((await client.post('/v1/messages', old, anthropic)).status, 400)
  })

  test('has errors, lists and a status for too much of its own', async () => {
    await using client = await startClient()
    const missing = await client.post('/v1/messages', { model: 'sim', messages }, anthropic)
    assert.deepEqual(JSON.parse(missing.text), {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'max_tokens: Field required' },
    })
    const busy = await client.post('/v1/messages', { ...ask, model: 'sim+overloaded' }, anthropic)
    assert.equal(busy.status, 529)
    const models = JSON.parse((await client.get('/v1/models', anthropic)).text)
    assert.deepEqual([models.data[0].type, models.first_id], ['model', 'sim-chat'])
  })
})

describe("Ollama's dialect", () => {
  test('streams lines unless it is told not to', async () => {
    await using client = await startClient()
    const { text } = await client.post('/api/chat', { model: 'sim', messages })
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal(lines.map((line) => line.message.content).join(''), answer)
    assert.deepEqual([lines.at(0).done, lines.at(-1).done, lines.at(-1).done_reason], [false, true, 'stop'])
    const whole = JSON.parse((await client.post('/api/chat', { model: 'sim', messages, stream: false })).text)
    assert.deepEqual([whole.message, whole.done], [{ role: 'assistant', content: answer }, true])
  })

  test('gives objects, vectors and tags', async () => {
    await using client = await startClient()
    const format = { type: 'object', properties: { reply: { type: 'string' } } }
    const { text } = await client.post('/api/chat', { model: 'sim', messages, format, stream: false })
    assert.deepEqual(JSON.parse(JSON.parse(text).message.content), { reply: answer })
    const embedded = JSON.parse((await client.post('/api/embed', { model: 'sim', input: ['a', 'b'] })).text)
    assert.deepEqual(embedded.embeddings, await client.embed('sim', ['a', 'b']))
    const tags = JSON.parse((await client.get('/api/tags')).text)
    assert.equal(tags.models[0].name, 'sim-chat')
    assert.deepEqual(JSON.parse((await client.post('/api/chat', {})).text), {
      error: 'you must provide a model parameter',
    })
  })

  test('cuts the beginning of a prompt that is longer than its window, and says nothing of it', async () => {
    await using client = await startClient()
    const filler = 'Lorem ipsum. '.repeat(1600)
    const long = [
      {
        role: 'user',
        content: `${content.split('\n<<<message')[0]}\n${filler}\n${message('m1', 'When do you open?')}`,
      },
    ]
    const said = async (path: string, body: object) => {
      const { text } = await client.post(path, { model: 'sim', messages: long, stream: false, ...body })
      const reply = JSON.parse(text)
      return (reply.message ?? reply.choices[0].message).content
    }
    assert.equal(await said('/api/chat', {}), 'I do not know that.')
    assert.equal(await said('/ollama/v1/chat/completions', {}), 'I do not know that.')
    assert.equal(await said('/api/chat', { options: { num_ctx: 16_000 } }), answer)
    assert.equal(await said('/v1/chat/completions', {}), answer)
  })
})

describe('keys', () => {
  test('are not needed, and refused when they say so', async () => {
    await using client = await startClient()
    assert.equal((await client.get('/v1/models')).status, 200)
    const refused = await client.get('/v1/models', { authorization: 'Bearer sk-refused-abcd' })
    assert.equal(refused.status, 401)
    assert.doesNotMatch(refused.text, /refused-abcd/)
  })

  test('are needed when the simulator has some', async () => {
    await using client = await startClient({ keys: ['sk-one'] })
    assert.equal((await client.get('/v1/models')).status, 401)
    assert.equal((await client.get('/v1/models', { authorization: 'Bearer sk-two' })).status, 401)
    assert.equal((await client.get('/v1/models', { authorization: 'Bearer sk-one' })).status, 200)
    assert.equal((await client.get('/v1/models', { ...anthropic, 'x-api-key': 'sk-one' })).status, 200)
  })
})

describe('the log', () => {
  test('has every request with its body, the end of its key and what was answered', async () => {
    await using client = await startClient()
    const ask = { model: 'sim', messages }
    await client.post('/v1/chat/completions', ask, { authorization: 'Bearer sk-secret-c3f9' })
    await client.post('/v1/messages', { ...ask, max_tokens: 9 }, anthropic)
    await client.get('/api/tags')
    await client.post('/v1/embeddings', { model: 'sim', input: '' })
    const entries = client.simulator.log()
    assert.deepEqual(
      entries.map(({ number, dialect, kind, status, keyEnding }) => [
        number,
        dialect,
        kind,
        status,
        keyEnding,
      ]),
      [
        [1, 'openai', 'chat', 200, 'c3f9'],
        [2, 'anthropic', 'chat', 200, undefined],
        [3, 'ollama', 'models', 200, undefined],
        [4, 'openai', 'embeddings', 400, undefined],
      ],
    )
    assert.deepEqual([entries[0]?.body, entries[0]?.answer], [ask, answer])
    assert.doesNotMatch(JSON.stringify(entries), /sk-secret/)
    const served = JSON.parse((await client.get('/control/log?kind=chat')).text)
    assert.equal(served.requests.length, 2)
    await fetch(`${client.simulator.url}/control/log`, { method: 'DELETE' })
    assert.deepEqual(client.simulator.log(), [])
  })
})
