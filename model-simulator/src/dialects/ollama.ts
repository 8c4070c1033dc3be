import { countTokens, type Form, type JsonSchema } from '../ask.ts'
import { admit, type Exchange, finish, readJson, sendParts } from '../exchange.ts'
import { think } from '../mind/mind.ts'
import type { Trait } from '../traits.ts'
import { embed } from '../words/embed.ts'
import { baseName, inputsIn } from './openai-others.ts'
import { cutSilently, figureIn, modelOf, objectIn, piecesOf, turnsIn } from './turns.ts'

const createdAt = '2026-01-01T00:00:00Z'
const usualWindow = 4096
const durations = { total_duration: 1_000_000, load_duration: 100_000 }

function formOf(format: unknown, traits: ReadonlySet<Trait>): Form {
  if (traits.has('old')) return { kind: 'text' }
  if (format === 'json') return { kind: 'json' }
  return typeof format === 'object' && format !== null
    ? { kind: 'schema', schema: format as JsonSchema }
    : { kind: 'text' }
}

/** POST /api/chat: streams unless told not to, and cuts silently what is longer than its window. */
export async function ollamaChat(exchange: Exchange): Promise<void> {
  const body = await readJson(exchange.request)
  const model = modelOf(body)
  const { entry, traits } = await admit(exchange, { kind: 'chat', model, body })
  const options = objectIn(body, 'options') ?? {}
  const turns = cutSilently(turnsIn(body['messages']), figureIn(options, 'num_ctx') ?? usualWindow)
  const form = formOf(body['format'], traits)
  const said = think({ model, turns, form, maxTokens: figureIn(options, 'num_predict') }, traits)
  entry.answer = said.text
  const message = (content: string) => ({
    model,
    created_at: createdAt,
    message: { role: 'assistant', content },
  })
  const end = {
    done: true,
    done_reason: said.finish,
    ...durations,
    prompt_eval_count: said.usage.input,
    prompt_eval_duration: 100_000,
    eval_count: said.usage.output,
    eval_duration: 800_000,
  }
  if (body['stream'] === false || traits.has('broken')) {
    return finish(exchange, traits, { ...message(said.text), ...end })
  }
  const parts = piecesOf(said.text).map((piece) => ({ ...message(piece), done: false }))
  sendParts(exchange, {
    type: 'application/x-ndjson',
    parts: [...parts, { ...message(''), ...end }].map((part) => `${JSON.stringify(part)}\n`),
    isCutOff: traits.has('cut-off'),
  })
}

/** POST /api/embed. */
export async function ollamaEmbed(exchange: Exchange): Promise<void> {
  const body = await readJson(exchange.request)
  const model = modelOf(body)
  const { traits } = await admit(exchange, { kind: 'embeddings', model, body })
  const texts = inputsIn(body['input'])
  const space = exchange.world.spaces.of(baseName(model), figureIn(body, 'dimensions'))
  finish(exchange, traits, {
    model,
    embeddings: texts.map((text) => embed(text, space)),
    ...durations,
    prompt_eval_count: texts.reduce((sum, text) => sum + countTokens(text), 0),
  })
}

/** GET /api/tags. */
export async function ollamaTags(exchange: Exchange): Promise<void> {
  const { traits } = await admit(exchange, { kind: 'models', model: undefined, body: undefined })
  finish(exchange, traits, {
    models: exchange.world.models.map((name) => ({
      name,
      model: name,
      modified_at: createdAt,
      size: 1_000_000,
      digest: '0'.repeat(64),
      details: {
        parent_model: '',
        format: 'gguf',
        family: 'simulator',
        families: ['simulator'],
        parameter_size: '1B',
        quantization_level: 'Q4_0',
      },
    })),
  })
}
