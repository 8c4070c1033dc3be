import { APICallError } from '@ai-sdk/provider'
import { AppError } from '../../../platform/errors.ts'
import { UrlRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { type Endpoint, providerFailed } from './models.schema.ts'

const longestWords = 500
/** A part of a key this long is a secret already. */
const leastOfKey = 6

/**
 * What a provider did instead of answering. The provider's words are in the answer to the caller alone: the message,
 * which logs show, does not have them, because they may repeat what was asked.
 */
export class ProviderFailure extends AppError {
  /** What the provider answered with; undefined when it did not. */
  readonly providerStatus: number | undefined
  /** In the provider's own words. */
  readonly words: string
  /** Its words alone. */
  readonly said: string
  /** When it wants to be asked again. */
  readonly retryAfterMs: number | undefined
  /** Whether asking again later may help. */
  readonly isTransient: boolean
  /** Whether the model may have worked for it all the same. */
  readonly isUnknown: boolean

  constructor(facts: {
    provider: string
    status?: number | undefined
    words: string
    retryAfterMs?: number | undefined
    isTransient: boolean
    isUnknown?: boolean
  }) {
    const { provider, status, words, retryAfterMs } = facts
    const sentence = status === undefined ? words : `${provider} answered ${status}: ${words}`
    super(providerFailed, {
      details: {
        detail: sentence,
        provider,
        provider_status: status ?? null,
      },
      ...(retryAfterMs === undefined
        ? {}
        : { headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) } }),
    })
    this.name = 'ProviderFailure'
    this.providerStatus = status
    this.words = sentence
    this.said = words
    this.retryAfterMs = retryAfterMs
    this.isTransient = facts.isTransient
    this.isUnknown = facts.isUnknown ?? false
  }
}

/** The text without the key, and without its beginnings and ends: providers like to repeat it in part. */
export function hideKey(text: string, apiKey: string | undefined): string {
  if (apiKey === undefined || apiKey === '') return text
  let hidden = text.replaceAll(apiKey, '…')
  for (let length = apiKey.length - 1; length >= leastOfKey; length -= 1) {
    hidden = hidden.replaceAll(apiKey.slice(0, length), '…').replaceAll(apiKey.slice(-length), '…')
  }
  return hidden
}

const busyStatuses: ReadonlySet<number> = new Set([408, 409, 425, 429])

/** Milliseconds of a Retry-After header: seconds or a date. */
function parseRetryAfter(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const exact = Number(headers['retry-after-ms'] ?? Number.NaN)
  if (Number.isFinite(exact) && exact >= 0) return exact
  const text = headers['retry-after']
  if (text === undefined) return undefined
  const seconds = Number(text)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - nowMs
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 86_400_000) : undefined
}

/** The sentence in an error's body, in whatever form it comes; undefined when there is none. */
function sentenceIn(body: string | undefined): string | undefined {
  const text = body?.trim() ?? ''
  if (text === '') return undefined
  try {
    const answer: unknown = JSON.parse(text)
    return findSentence(answer) ?? text
  } catch {
    // Proxies answer with pages: their text is better than nothing.
    return text.startsWith('<')
      ? text
          .replaceAll(/<[^<>]{0,500}>/g, ' ')
          .replaceAll(/\s+/g, ' ')
          .trim()
      : text
  }
}

function findSentence(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value
  if (typeof value !== 'object' || value === null || depth > 4) return undefined
  if (Array.isArray(value)) return findSentence(value[0], depth + 1)
  const fields = value as Record<string, unknown>
  for (const name of ['message', 'error', 'detail', 'msg', 'description']) {
    const found = findSentence(fields[name], depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

/** The codes of a network's failures, however deep they are wrapped. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 6) return undefined
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : codeOf(error.cause, depth + 1)
}

function findBehind<E>(error: unknown, is: (each: unknown) => each is E, depth = 0): E | undefined {
  if (is(error)) return error
  return error instanceof Error && depth < 6 ? findBehind(error.cause, is, depth + 1) : undefined
}

/** Failures before anything was sent: no model can have worked. */
const unsent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

const isTimeout = (error: unknown): error is Error => error instanceof Error && error.name === 'TimeoutError'
const isRefusal = (error: unknown): error is UrlRefused => error instanceof UrlRefused

/** An error of a provider's answer, by status and body. */
export function answerFailure(
  endpoint: Pick<Endpoint, 'provider' | 'apiKey'>,
  answer: { status: number; body: string | undefined; headers: Readonly<Record<string, string>> },
  nowMs: number,
): ProviderFailure {
  const { status, headers } = answer
  const words = hideKey(sentenceIn(answer.body) ?? 'no explanation', endpoint.apiKey).slice(0, longestWords)
  return new ProviderFailure({
    provider: endpoint.provider,
    status,
    words,
    retryAfterMs: parseRetryAfter(headers, nowMs),
    isTransient: busyStatuses.has(status) || status >= 500,
  })
}

/** What a library or the network threw, as an error for callers; a caller's own abort stays what it is. */
export function toFailure(
  endpoint: Pick<Endpoint, 'provider' | 'apiKey' | 'timeoutMs'>,
  error: unknown,
  { nowMs, signal }: { nowMs: number; signal?: AbortSignal | undefined },
): unknown {
  if (signal?.aborted === true) return signal.reason
  if (error instanceof ProviderFailure) return error
  const refusal = findBehind(error, isRefusal)
  if (refusal !== undefined) return refusal
  const { provider } = endpoint
  const call = findBehind(error, APICallError.isInstance)
  if (call?.statusCode !== undefined && (call.statusCode < 200 || call.statusCode > 299)) {
    const { statusCode: status, responseBody: body, responseHeaders: headers = {} } = call
    return answerFailure(endpoint, { status, body, headers }, nowMs)
  }
  if (findBehind(error, isTimeout) !== undefined) {
    const words = `${provider} did not answer within ${Math.round(endpoint.timeoutMs / 1000)} seconds`
    return new ProviderFailure({ provider, words, isTransient: true, isUnknown: true })
  }
  const code = codeOf(error)
  if (
    code !== undefined &&
    (unsent.has(code) || /^(?:E[A-Z]+|UND_ERR_\w+|CERT_\w+|ERR_TLS\w*|\w+_CERT\w*)$/.test(code))
  ) {
    const isUnknown = !unsent.has(code)
    return new ProviderFailure({
      provider,
      words: `${provider} could not be reached (${code})`,
      isTransient: true,
      isUnknown,
    })
  }
  const words = `${provider} answered something that cannot be read: is base_url right? Most end with /v1`
  return new ProviderFailure({ provider, words, isTransient: true, isUnknown: true })
}
