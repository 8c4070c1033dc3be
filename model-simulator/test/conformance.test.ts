import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { LLMock } from '@copilotkit/aimock'
import { APICallError, embedMany, generateText, type LanguageModel, Output, streamText } from 'ai'
import { z } from 'zod'
import { type ModelSimulator, startModelSimulator } from '../src/start.ts'
import { evidence, message } from './client.ts'

const answer = 'We are open from 9 to 18.'
const prompt = `${evidence('e1', 'hours.txt', answer)}\n${message('m1', 'When do you open?')}`
const reply = z.object({ reply: z.string() })
const usualAnthropic = 'claude-3-5-haiku-latest'

/** What a value is made of: names and types, and texts only where they are the same for everybody. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(
    fields
      .sort(([left], [right]) => left.localeCompare(right))
      .map(([name, field]) => [name, shapeOf(field)]),
  )
}

type Models = { name: string; of: (url: string) => LanguageModel }

const models: readonly Models[] = [
  {
    name: 'an OpenAI-compatible server',
    of: (url) =>
      createOpenAICompatible({
        name: 'any',
        baseURL: `${url}/v1`,
        apiKey: 'key',
        supportsStructuredOutputs: true,
        includeUsage: true,
      })('sim-chat'),
  },
  { name: 'OpenAI', of: (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'key' }).chat('gpt-4o-mini') },
  {
    name: 'Anthropic',
    of: (url) => createAnthropic({ baseURL: `${url}/v1`, apiKey: 'key' })(usualAnthropic),
  },
]

/** What a client sees of a whole answer. */
async function whole(model: LanguageModel) {
  const { text, finishReason, usage, response, content } = await generateText({
    model,
    prompt,
    maxRetries: 0,
  })
  return { text, finishReason, usage: shapeOf(usage), body: shapeOf(response.body), content }
}

/** What a client sees of an answer in pieces. */
async function inPieces(model: LanguageModel) {
  const { fullStream, text, finishReason } = streamText({
    model,
    prompt,
    maxOutputTokens: 500,
    maxRetries: 0,
  })
  const kinds = new Set<string>()
  for await (const { type } of fullStream) kinds.add(type)
  return { text: await text, finishReason: await finishReason, kinds: [...kinds] }
}

/** What a client sees of an answer that follows a schema. */
async function structured(model: LanguageModel) {
  const asked = {
    model,
    prompt,
    maxOutputTokens: 500,
    maxRetries: 0,
    output: Output.object({ schema: reply }),
  }
  const { output, finishReason } = await generateText(asked)
  return { output, finishReason }
}

async function failure(call: () => Promise<unknown>) {
  try {
    await call()
  } catch (error) {
    assert.ok(APICallError.isInstance(error), String(error))
    const { statusCode, isRetryable, responseHeaders, data } = error
    return {
      statusCode,
      isRetryable,
      waits: Number(responseHeaders?.['retry-after']) > 0,
      data: shapeOf(data),
    }
  }
  throw new Error('the call was answered')
}

describe('a second, independent simulator of models', () => {
  const other = new LLMock({ port: 0, logLevel: 'silent' })
  let own: ModelSimulator
  const urls = () => ({ own: own.url, other: other.url })
  const both = async <Seen>(look: (url: string) => Promise<Seen>) => {
    const at = urls()
    return { own: await look(at.own), other: await look(at.other) }
  }

  before(async () => {
    other.on(
      { userMessage: /open/, responseFormat: 'json_schema' },
      { content: JSON.stringify({ reply: answer }) },
    )
    other.onToolCall('json', { toolCalls: [{ name: 'json', arguments: JSON.stringify({ reply: answer }) }] })
    other.onMessage(/open/, { content: answer })
    other.onEmbedding(/./, { embedding: Array.from({ length: 384 }, () => 0.05) })
    other.onTranscription({ transcription: { text: 'Hello', language: 'english', duration: 1 } })
    await other.start()
    own = await startModelSimulator()
  })
  after(async () => {
    await own.close()
    await other.stop()
  })

  for (const { name, of } of models) {
    test(`answers clients of ${name} in the same shapes: whole and in pieces`, async () => {
      const answers = await both((url) => whole(of(url)))
      assert.deepEqual(answers.own, answers.other)
      assert.equal(answers.own.text, answer)
      const pieces = await both((url) => inPieces(of(url)))
      assert.deepEqual(pieces.own, pieces.other)
      assert.equal(pieces.own.text, answer)
    })

    test(`answers clients of ${name} in the same shapes: objects that follow a schema`, async () => {
      const objects = await both((url) => structured(of(url)))
      assert.deepEqual(objects.own, objects.other)
      assert.deepEqual(objects.own.output, { reply: answer })
    })

    test(`refuses clients of ${name} in the same shapes`, async () => {
      const statuses = [
        { status: 429, trait: 'rate-limited' },
        { status: 401, trait: 'echoes-key' },
      ] as const
      for (const { status, trait } of statuses) {
        own.fault({ trait, times: 1 })
        other.nextRequestError(status, { message: 'no', type: 'error', code: 'any' })
        const failures = await both((url) => failure(() => whole(of(url))))
        assert.deepEqual(failures.own, failures.other)
        assert.equal(failures.own.statusCode, status)
      }
    })
  }

  test('gives clients of OpenAI vectors in the same shapes', async () => {
    const vectors = await both(async (url) => {
      const model = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'key' }).embedding('text-embedding-3-small')
      const { embeddings, usage, responses } = await embedMany({
        model,
        values: ['one', 'two'],
        maxRetries: 0,
      })
      return {
        embeddings: shapeOf(embeddings),
        count: embeddings.length,
        usage: shapeOf(usage),
        bodies: shapeOf(responses?.map((response) => response?.body)),
      }
    })
    assert.deepEqual(vectors.own, vectors.other)
    assert.equal(vectors.own.count, 2)
  })

  test('gives transcripts, lists of models and answers of Ollama in the same shapes', async () => {
    const transcripts = await both(async (url) => {
      const form = new FormData()
      form.append('file', new Blob(['sound'], { type: 'audio/ogg' }), 'voice.ogg')
      form.append('model', 'whisper-1')
      const headers = { authorization: 'Bearer key' }
      const response = await fetch(`${url}/v1/audio/transcriptions`, { method: 'POST', body: form, headers })
      return shapeOf(await response.json())
    })
    assert.deepEqual(transcripts.own, transcripts.other)
    const lists = await both(async (url) => shapeOf(await (await fetch(`${url}/v1/models`)).json()))
    assert.deepEqual(lists.own, lists.other)
    const chats = await both(async (url) => {
      const body = { model: 'sim', messages: [{ role: 'user', content: prompt }], stream: false }
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${url}/api/chat`, { method: 'POST', headers, body: JSON.stringify(body) })
      return shapeOf(await response.json())
    })
    assert.deepEqual(chats.own, chats.other)
  })
})
