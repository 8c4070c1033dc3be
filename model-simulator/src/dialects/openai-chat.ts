import type { Ask, Form, JsonSchema, Said } from '../ask.ts'
import { ModelError } from '../errors.ts'
import { admit, type Exchange, finish, readJson, sendParts } from '../exchange.ts'
import { think } from '../mind/mind.ts'
import type { Trait } from '../traits.ts'
import { cutSilently, figureIn, modelOf, objectIn, piecesOf, turnsIn } from './turns.ts'

/** When all answers were made: the same question has the same answer. */
export const madeAt = 1_767_225_600

const smallWindow = 4096

type Tool = { name: string; schema: JsonSchema }

function formOf(body: Readonly<Record<string, unknown>>, traits: ReadonlySet<Trait>): Form {
  const format = objectIn(body, 'response_format')
  const type = format?.['type'] ?? 'text'
  if (traits.has('old')) return { kind: 'text' }
  if (type === 'text') return { kind: 'text' }
  if (type === 'json_object') {
    if (traits.has('no-json-object')) {
      throw new ModelError(400, "'response_format.type' must be 'json_schema' or 'text'")
    }
    return { kind: 'json' }
  }
  if (type !== 'json_schema') {
    throw new ModelError(
      400,
      `Invalid value: '${type}'. Supported values are: 'json_object', 'json_schema', and 'text'.`,
    )
  }
  if (traits.has('no-json-schema')) {
    throw new ModelError(
      400,
      "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
    )
  }
  const described = format === undefined ? undefined : objectIn(format, 'json_schema')
  const schema = described === undefined ? undefined : objectIn(described, 'schema')
  if (!schema) throw new ModelError(400, "Missing required parameter: 'response_format.json_schema.schema'.")
  return { kind: 'schema', schema }
}

/** The tool a client insists on; a model that may choose never takes one. */
function forcedTool(body: Readonly<Record<string, unknown>>): Tool | undefined {
  const tools = Array.isArray(body['tools']) ? (body['tools'] as Record<string, unknown>[]) : []
  const functions = tools.map((tool) => objectIn(tool, 'function') ?? {})
  const choice = body['tool_choice']
  const name = (objectIn(body, 'tool_choice')?.['function'] as { name?: unknown } | undefined)?.name
  const found =
    functions.find((tool) => tool['name'] === name) ?? (choice === 'required' ? functions[0] : undefined)
  return found && { name: String(found['name']), schema: objectIn(found, 'parameters') ?? {} }
}

function checkJsonWord(form: Form, turns: Ask['turns']): void {
  if (form.kind !== 'json' || turns.some(({ text }) => /json/i.test(text))) return
  throw new ModelError(
    400,
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
  )
}

const usageOf = ({ usage }: Said) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
})

type Dressed = { id: string; model: string; said: Said; tool: Tool | undefined; countsTokens: boolean }

function whole({ id, model, said, tool, countsTokens }: Dressed) {
  const call = tool && {
    id: `call_${id}`,
    type: 'function',
    function: { name: tool.name, arguments: said.text },
  }
  const message = { role: 'assistant', content: call ? null : said.text, refusal: null }
  return {
    id,
    object: 'chat.completion',
    created: madeAt,
    model,
    choices: [
      {
        index: 0,
        message: call ? { ...message, tool_calls: [call] } : message,
        logprobs: null,
        finish_reason: call ? 'tool_calls' : said.finish,
      },
    ],
    ...(countsTokens && { usage: usageOf(said) }),
  }
}

function streamed({ id, model, said, tool, countsTokens }: Dressed, withUsage: boolean): string[] {
  const chunk = (rest: object) =>
    `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created: madeAt, model, ...rest })}\n\n`
  const delta = (part: object, reason: string | null = null) =>
    chunk({ choices: [{ index: 0, delta: part, logprobs: null, finish_reason: reason }] })
  const pieces = piecesOf(said.text)
  const call = (part: object) => delta({ tool_calls: [{ index: 0, ...part }] })
  const body = tool
    ? [
        call({ id: `call_${id}`, type: 'function', function: { name: tool.name, arguments: '' } }),
        ...pieces.map((piece) => call({ function: { arguments: piece } })),
      ]
    : pieces.map((piece) => delta({ content: piece }))
  return [
    delta({ role: 'assistant', content: tool ? null : '' }),
    ...body,
    delta({}, tool ? 'tool_calls' : said.finish),
    ...(withUsage && countsTokens ? [chunk({ choices: [], usage: usageOf(said) })] : []),
    'data: [DONE]\n\n',
  ]
}

/** POST /v1/chat/completions. */
export async function chatCompletions(exchange: Exchange): Promise<void> {
  const body = await readJson(exchange.request)
  const model = modelOf(body)
  const { entry, traits } = await admit(exchange, { kind: 'chat', model, body })
  const turns = turnsIn(body['messages'])
  const tool = forcedTool(body)
  const form: Form = tool ? { kind: 'schema', schema: tool.schema } : formOf(body, traits)
  checkJsonWord(form, turns)
  const said = think(
    {
      model,
      turns: exchange.dialect === 'ollama' ? cutSilently(turns, smallWindow) : turns,
      form,
      maxTokens: figureIn(body, 'max_completion_tokens', 'max_tokens'),
    },
    traits,
  )
  entry.answer = said.text
  const dressed = { id: `chatcmpl-${entry.number}`, model, said, tool, countsTokens: !traits.has('old') }
  if (body['stream'] !== true || traits.has('broken')) return finish(exchange, traits, whole(dressed))
  const withUsage = objectIn(body, 'stream_options')?.['include_usage'] === true
  sendParts(exchange, {
    type: 'text/event-stream',
    parts: streamed(dressed, withUsage),
    isCutOff: traits.has('cut-off'),
  })
}
