import { countTokens } from '../ask.ts'
import { ModelError } from '../errors.ts'
import { admit, type Exchange, finish, readBytes, readJson } from '../exchange.ts'
import { type Transcript, transcribe } from '../sound/transcribe.ts'
import type { Trait } from '../traits.ts'
import { embed } from '../words/embed.ts'
import { madeAt } from './openai-chat.ts'
import { figureIn, modelOf } from './turns.ts'

/** The texts a request wants embedded. */
export function inputsIn(input: unknown): string[] {
  const texts: unknown[] = Array.isArray(input) ? input : [input]
  if (texts.length === 0 || texts.length > 2048) throw new ModelError(400, "'input' has 1 to 2048 texts.")
  return texts.map((text) => {
    if (typeof text === 'string' && text !== '') return text
    throw new ModelError(400, "'$.input' is invalid: it is a text or a list of texts, none of them empty.")
  })
}

/** A model's name without what is said of its traits. */
export const baseName = (model: string): string => model.split('+', 1)[0] ?? model

function encode(vector: readonly number[], format: unknown): readonly number[] | string {
  if (format !== 'base64') return vector
  return Buffer.from(Float32Array.from(vector).buffer).toString('base64')
}

/** POST /v1/embeddings. */
export async function embeddings(exchange: Exchange): Promise<void> {
  const body = await readJson(exchange.request)
  const model = modelOf(body)
  const { traits } = await admit(exchange, { kind: 'embeddings', model, body })
  const texts = inputsIn(body['input'])
  const space = exchange.world.spaces.of(baseName(model), figureIn(body, 'dimensions'))
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
  finish(exchange, traits, {
    object: 'list',
    data: texts.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: encode(embed(text, space), body['encoding_format']),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  })
}

const soundEndings = ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm']
const oggEndings = ['oga', 'ogg']
const limits = { usual: 25 * 1024 * 1024, small: 64 * 1024 }

function checkSound(file: File, traits: ReadonlySet<Trait>): void {
  const limit = traits.has('small-files') ? limits.small : limits.usual
  if (file.size > limit) {
    throw new ModelError(413, `Maximum content size limit (${limit}) exceeded (${file.size} bytes read)`)
  }
  const ending = /\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase() ?? ''
  const supported = traits.has('no-ogg')
    ? soundEndings.filter((known) => !oggEndings.includes(known))
    : soundEndings
  if (!supported.includes(ending)) {
    const list = supported.map((known) => `'${known}'`).join(', ')
    throw new ModelError(400, `Unrecognized file format. Supported formats: [${list}]`)
  }
  if (file.size === 0)
    throw new ModelError(400, 'Audio file is too short. Minimum audio length is 0.1 seconds.')
}

async function readForm(exchange: Exchange): Promise<FormData> {
  const type = exchange.request.headers['content-type'] ?? ''
  const bytes = await readBytes(exchange.request)
  try {
    return await new Response(bytes, { headers: { 'content-type': type } }).formData()
  } catch {
    throw new ModelError(400, 'The request has to be multipart/form-data.')
  }
}

/** What a client wants beside the text: probabilities of words from OpenAI, segments from Mistral. */
function inFormat(transcript: Transcript, format: string, form: FormData): unknown {
  if (format === 'verbose_json') return transcript
  const { text, segments, duration } = transcript
  const wantsWords = form.getAll('include[]').includes('logprobs')
  const wantsSegments = form.has('timestamp_granularities')
  return {
    text,
    ...(wantsWords && {
      logprobs: segments.flatMap((segment) =>
        segment.text.split(/(?= )/).map((token) => ({ token, logprob: segment.avg_logprob })),
      ),
    }),
    ...(wantsSegments && {
      segments: segments.map((segment) => ({ text: segment.text, start: segment.start, end: segment.end })),
      usage: { prompt_audio_seconds: Math.ceil(duration) },
    }),
  }
}

/** POST /v1/audio/transcriptions. */
export async function transcriptions(exchange: Exchange): Promise<void> {
  const form = await readForm(exchange)
  const text = (name: string): string | undefined => {
    const value = form.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const file = form.get('file')
  const fields = Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'))
  const about = file instanceof File ? { name: file.name, type: file.type, size: file.size } : undefined
  const model = text('model')
  const { entry, traits } = await admit(exchange, {
    kind: 'transcription',
    model,
    body: { ...fields, file: about },
  })
  if (model === undefined) throw new ModelError(400, 'you must provide a model parameter')
  if (!(file instanceof File)) throw new ModelError(400, "Missing required parameter: 'file'.")
  checkSound(file, traits)
  const format = text('response_format') ?? 'json'
  if (format === 'verbose_json' && (traits.has('no-verbose-json') || /gpt-4o.*transcribe/.test(model))) {
    throw new ModelError(
      400,
      `response_format 'verbose_json' is not compatible with model '${model}'. Use 'json' or 'text' instead.`,
    )
  }
  const transcript = transcribe(new Uint8Array(await file.arrayBuffer()), text('language'))
  entry.answer = transcript.text
  if (format !== 'text') return finish(exchange, traits, inFormat(transcript, format, form))
  exchange.response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
  exchange.response.end(`${transcript.text}\n`)
}

/** GET /v1/models, in OpenAI's form. */
export async function listModels(exchange: Exchange): Promise<void> {
  const { traits } = await admit(exchange, { kind: 'models', model: undefined, body: undefined })
  finish(exchange, traits, {
    object: 'list',
    data: exchange.world.models.map((id) => ({
      id,
      object: 'model',
      created: madeAt,
      owned_by: 'simulator',
    })),
  })
}
