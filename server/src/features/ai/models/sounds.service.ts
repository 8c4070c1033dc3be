import { FormData, Response } from 'undici'
import { z } from 'zod'
import type { Context } from '../../../context.ts'
import { safeFetch } from '../../../platform/outgoing/safe-fetch.ts'
import { detectLanguage, loadLanguageDetector } from '../../../platform/text-language.ts'
import type { ModelChoice } from './models.schema.ts'
import { answerFailure, ProviderFailure, toFailure } from './provider-failure.schema.ts'

/** What was said in a sound. */
export interface Transcription {
  /** Empty when nobody speaks. */
  text: string
  /** ISO 639-1; `und` when nobody can tell. */
  language: string
  /** 0 to 1, from the model's own probabilities; 0.5 when it gives none. */
  confidence: number
  /** 0 to 1: how likely nobody speaks. */
  noSpeech: number
}

/** The provider cannot read this sound, or it is too large: it may take it in another form. */
export class SoundRefused extends ProviderFailure {
  override readonly name = 'SoundRefused'
}

/** A sound as it is sent. */
export interface SoundOrder {
  choice: ModelChoice
  sound: Uint8Array
  mediaType: string
  language?: string
  signal?: AbortSignal
}

const maxAnswerBytes = 8 * 1024 * 1024
/** Bytes a second of speech has at the least. */
const leastBytesPerSecond: Readonly<Record<string, number>> = {
  'audio/wav': 16_000,
  'audio/mpeg': 2000,
  'audio/mp4': 1500,
}
const longestSeconds = 36_000

/** Providers go by the name. WhatsApp's voice messages are Opus in Ogg, which some refuse under the name `.opus`. */
const extensions: Readonly<Record<string, string>> = {
  'audio/ogg': 'ogg',
  'audio/opus': 'ogg',
  'application/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'audio/wav': 'wav',
  'audio/webm': 'webm',
  'audio/flac': 'flac',
}

const plainTypeOf = (mediaType: string): string => (mediaType.split(';')[0] ?? '').trim().toLowerCase()

type Detail = 'verbose_json' | 'json'

/** Models that tell no segments. */
const briefModels = /gpt-4o|gpt-transcribe|voxtral/i

async function buildForm(order: SoundOrder, detail: Detail) {
  const { choice, sound, mediaType, language } = order
  const type = plainTypeOf(mediaType)
  const extension = extensions[type] ?? 'ogg'
  const form = new FormData()
  const file = new File([new Uint8Array(sound)], `voice.${extension}`, {
    type: extension === 'ogg' ? 'audio/ogg' : type,
  })
  form.append('file', file)
  form.append('model', choice.model)
  if (choice.provider !== 'mistral') form.append('response_format', detail)
  else form.append('timestamp_granularities', 'segment')
  if (/gpt-4o/i.test(choice.model)) form.append('include[]', 'logprobs')
  if (language !== undefined) form.append('language', language)
  form.append('temperature', '0')
  const request = new Response(form)
  const contentType = request.headers.get('content-type') ?? ''
  return { body: new Uint8Array(await request.arrayBuffer()), contentType }
}

interface ProviderAnswer {
  status: number
  body: string
  headers: Record<string, string>
}

async function post(ctx: Context, order: SoundOrder, detail: Detail): Promise<ProviderAnswer> {
  const { choice, signal } = order
  const { body, contentType } = await buildForm(order, detail)
  const answer = await safeFetch(`${choice.baseUrl}/audio/transcriptions`, {
    allow: ctx.config.outgoingAllow,
    method: 'POST',
    headers: {
      'content-type': contentType,
      ...(choice.apiKey === undefined ? {} : { authorization: `Bearer ${choice.apiKey}` }),
    },
    body,
    timeoutMs: Math.max(choice.timeoutMs, 1000),
    maxBytes: maxAnswerBytes,
    ...(signal === undefined ? {} : { signal }),
  })
  return { status: answer.status, body: answer.body.toString(), headers: Object.fromEntries(answer.headers) }
}

const refusedForm = /response_format|verbose_json|timestamp_granularities|include\[?\]?/i

async function request(ctx: Context, order: SoundOrder): Promise<string> {
  const { choice, signal } = order
  const nowMs = ctx.clock.nowMs()
  const first: Detail = briefModels.test(choice.model) ? 'json' : 'verbose_json'
  try {
    let answer = await post(ctx, order, first)
    const isForm = [400, 422].includes(answer.status) && refusedForm.test(answer.body)
    if (first === 'verbose_json' && isForm) answer = await post(ctx, order, 'json')
    if (answer.status >= 200 && answer.status < 300) return answer.body
    const failure = answerFailure(choice, answer, nowMs)
    if (![400, 413, 415, 422].includes(answer.status)) throw failure
    const { provider, status } = { provider: choice.provider, status: answer.status }
    throw new SoundRefused({ provider, status, words: failure.said, isTransient: false })
  } catch (error) {
    throw toFailure(choice, error, { nowMs, signal })
  }
}

const segmentSchema = z.object({
  text: z.string().catch(''),
  start: z.number().optional().catch(undefined),
  end: z.number().optional().catch(undefined),
  avg_logprob: z.number().optional().catch(undefined),
  no_speech_prob: z.number().optional().catch(undefined),
})
type Segment = z.output<typeof segmentSchema>

const tokens = z.number().optional().catch(undefined)
const answerSchema = z.object({
  text: z.string(),
  language: z.string().nullish().catch(undefined),
  duration: z.coerce.number().optional().catch(undefined),
  segments: z.array(segmentSchema).nullish().catch(undefined),
  logprobs: z
    .array(z.object({ logprob: z.number() }))
    .nullish()
    .catch(undefined),
  usage: z
    .object({
      input_tokens: tokens,
      output_tokens: tokens,
      prompt_tokens: tokens,
      completion_tokens: tokens,
      seconds: tokens,
      prompt_audio_seconds: tokens,
    })
    .nullish()
    .catch(undefined),
})
type Answer = z.output<typeof answerSchema>

function readAnswer({ provider }: ModelChoice, body: string): Answer {
  try {
    return answerSchema.parse(JSON.parse(body))
  } catch {
    // Small servers answer with the text alone, whatever they are asked for.
    const isText = body.trim() !== '' && !/^\s*[<{[]/.test(body)
    if (isText) return { text: body.trim(), duration: undefined }
    const words = `${provider} answered something that is no transcript`
    throw new ProviderFailure({ provider, words, isTransient: true, isUnknown: true })
  }
}

/** What is written of silence: the model itself says that nobody speaks, and is unsure of its words unless it says so loudly. */
function isSilent({ no_speech_prob: silence = 0, avg_logprob: sureness = 0 }: Segment): boolean {
  return silence >= 0.8 || (silence > 0.6 && sureness < -0.7)
}

const weightOf = ({ start = 0, end = 0 }: Segment): number => Math.max(0.1, end - start)

function weighted(
  segments: readonly Segment[],
  read: (segment: Segment) => number | undefined,
): number | undefined {
  const known = segments.flatMap((segment) => {
    const value = read(segment)
    return value === undefined ? [] : [{ value, weight: weightOf(segment) }]
  })
  const weight = known.reduce((sum, each) => sum + each.weight, 0)
  return weight === 0 ? undefined : known.reduce((sum, each) => sum + each.value * each.weight, 0) / weight
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

/** Text and probabilities of an answer. */
export function weigh(
  answer: Pick<Answer, 'text' | 'segments' | 'logprobs'>,
): Omit<Transcription, 'language'> {
  const segments = answer.segments ?? []
  const spoken = segments.filter((segment) => !isSilent(segment))
  const text =
    spoken.length === segments.length ? answer.text : spoken.map((segment) => segment.text).join('')
  const words = answer.logprobs ?? []
  const ofWords =
    words.length === 0 ? undefined : words.reduce((sum, { logprob }) => sum + logprob, 0) / words.length
  const sureness =
    weighted(spoken.length > 0 ? spoken : segments, (segment) => segment.avg_logprob) ?? ofWords
  return {
    text: text.trim(),
    confidence: sureness === undefined ? 0.5 : clamp(Math.exp(sureness)),
    noSpeech: clamp(weighted(segments, (segment) => segment.no_speech_prob) ?? (text.trim() === '' ? 1 : 0)),
  }
}

/** Codes by English names, as some providers call languages. */
function codeOfName(name: string): string | undefined {
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  const wanted = name.trim().toLowerCase()
  for (const first of letters)
    for (const second of letters)
      if (names.of(first + second)?.toLowerCase() === wanted) return first + second
  return undefined
}

async function languageOf(
  given: string | null | undefined,
  text: string,
  asked: string | undefined,
): Promise<string> {
  const named = given?.trim().toLowerCase() ?? ''
  const code =
    /^[a-z]{2,3}(?:[-_]|$)/.test(named) && named.length <= 8 ? named.split(/[-_]/)[0] : codeOfName(named)
  if (code !== undefined && code !== '') return code
  if (asked !== undefined) return asked
  return detectLanguage(await loadLanguageDetector(), text) ?? 'und'
}

/** What a provider wrote down, and what it counted. */
export interface SoundAnswer {
  transcription: Transcription
  seconds: number
  /** Undefined: the provider counts seconds alone. */
  inputTokens: number | undefined
  outputTokens: number | undefined
}

/** How long a sound is at the most, by its bytes. */
export function mostSecondsOf({ sound, mediaType }: Pick<SoundOrder, 'sound' | 'mediaType'>): number {
  const perSecond = leastBytesPerSecond[plainTypeOf(mediaType)] ?? 750
  return Math.max(1, Math.min(longestSeconds, Math.ceil(sound.byteLength / perSecond)))
}

/** Writes down what is said in a sound; throws SoundRefused where another form of it may be taken. */
export async function transcribeOnce(ctx: Context, order: SoundOrder): Promise<SoundAnswer> {
  const answer = readAnswer(order.choice, await request(ctx, order))
  const { usage, duration, segments } = answer
  const weighed = weigh(answer)
  return {
    transcription: { ...weighed, language: await languageOf(answer.language, weighed.text, order.language) },
    seconds:
      duration ??
      usage?.seconds ??
      usage?.prompt_audio_seconds ??
      segments?.at(-1)?.end ??
      mostSecondsOf(order),
    inputTokens: usage?.input_tokens ?? usage?.prompt_tokens,
    outputTokens: usage?.output_tokens ?? usage?.completion_tokens,
  }
}
