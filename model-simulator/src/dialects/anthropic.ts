import type { Form, JsonSchema, Said, Turn } from '../ask.ts'
import { ModelError } from '../errors.ts'
import { admit, type Exchange, finish, readJson, sendParts } from '../exchange.ts'
import { think } from '../mind/mind.ts'
import type { Trait } from '../traits.ts'
import { figureIn, modelOf, objectIn, piecesOf, textOf, turnsIn } from './turns.ts'

type Tool = { name: string; schema: JsonSchema }

function forcedTool(body: Readonly<Record<string, unknown>>): Tool | undefined {
  const tools = Array.isArray(body['tools']) ? (body['tools'] as Record<string, unknown>[]) : []
  const choice = objectIn(body, 'tool_choice')
  const found =
    choice?.['type'] === 'any' ? tools[0] : tools.find((tool) => tool['name'] === choice?.['name'])
  return found && { name: String(found['name']), schema: objectIn(found, 'input_schema') ?? {} }
}

function formOf(body: Readonly<Record<string, unknown>>, traits: ReadonlySet<Trait>): Form {
  const config = objectIn(body, 'output_config')
  const format = config === undefined ? objectIn(body, 'output_format') : objectIn(config, 'format')
  if (!format) return { kind: 'text' }
  if (traits.has('no-json-schema') || traits.has('old')) {
    throw new ModelError(400, 'output_config: Extra inputs are not permitted')
  }
  const schema = objectIn(format, 'schema')
  if (!schema) throw new ModelError(400, 'output_config.format.schema: Field required')
  return { kind: 'schema', schema }
}

function turnsOf(body: Readonly<Record<string, unknown>>): Turn[] {
  const turns = turnsIn(body['messages'])
  const system = textOf(body['system'])
  return system === '' ? turns : [{ role: 'system', text: system }, ...turns]
}

const stopReason = (said: Said, tool: Tool | undefined): string =>
  said.finish === 'length' ? 'max_tokens' : tool ? 'tool_use' : 'end_turn'

function inputOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

type Dressed = { id: string; model: string; said: Said; tool: Tool | undefined }

function whole({ id, model, said, tool }: Dressed) {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [
      tool
        ? { type: 'tool_use', id: `toolu_${id}`, name: tool.name, input: inputOf(said.text) }
        : { type: 'text', text: said.text },
    ],
    stop_reason: stopReason(said, tool),
    stop_sequence: null,
    usage: { input_tokens: said.usage.input, output_tokens: said.usage.output },
  }
}

function streamed(dressed: Dressed): string[] {
  const { id, said, tool } = dressed
  const event = (type: string, rest: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`
  const begun = {
    ...whole(dressed),
    content: [],
    stop_reason: null,
    usage: { input_tokens: said.usage.input, output_tokens: 1 },
  }
  const block = tool
    ? { type: 'tool_use', id: `toolu_${id}`, name: tool.name, input: {} }
    : { type: 'text', text: '' }
  const delta = (piece: string) =>
    tool ? { type: 'input_json_delta', partial_json: piece } : { type: 'text_delta', text: piece }
  return [
    event('message_start', { message: begun }),
    event('content_block_start', { index: 0, content_block: block }),
    ...piecesOf(said.text).map((piece) => event('content_block_delta', { index: 0, delta: delta(piece) })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: stopReason(said, tool), stop_sequence: null },
      usage: { output_tokens: said.usage.output },
    }),
    event('message_stop', {}),
  ]
}

/** POST /v1/messages. */
export async function messages(exchange: Exchange): Promise<void> {
  const body = await readJson(exchange.request)
  const model = modelOf(body)
  const { entry, traits } = await admit(exchange, { kind: 'chat', model, body })
  const maxTokens = figureIn(body, 'max_tokens')
  if (maxTokens === undefined) throw new ModelError(400, 'max_tokens: Field required')
  const tool = forcedTool(body)
  const form: Form = tool ? { kind: 'schema', schema: tool.schema } : formOf(body, traits)
  const said = think({ model, turns: turnsOf(body), form, maxTokens }, traits)
  entry.answer = said.text
  const dressed = { id: `msg_${entry.number}`, model, said, tool }
  if (body['stream'] !== true || traits.has('broken')) return finish(exchange, traits, whole(dressed))
  sendParts(exchange, {
    type: 'text/event-stream',
    parts: streamed(dressed),
    isCutOff: traits.has('cut-off'),
  })
}

/** GET /v1/models, in Anthropic's form. */
export async function listAnthropicModels(exchange: Exchange): Promise<void> {
  const { traits } = await admit(exchange, { kind: 'models', model: undefined, body: undefined })
  const data = exchange.world.models.map((id) => ({
    type: 'model',
    id,
    display_name: id,
    created_at: '2026-01-01T00:00:00Z',
  }))
  finish(exchange, traits, {
    data,
    has_more: false,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  })
}
