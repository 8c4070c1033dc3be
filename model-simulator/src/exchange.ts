import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { ModelError } from './errors.ts'
import type { Fault, Faults } from './faults.ts'
import type { LogEntry, RequestLog } from './log.ts'
import { type Trait, traitsOf } from './traits.ts'
import type { Spaces } from './words/embed.ts'

/** What a simulator has for all requests. */
export type World = {
  log: RequestLog
  faults: Faults
  spaces: Spaces
  /** Keys that are let in; undefined lets everybody in, without a key too. */
  keys: ReadonlySet<string> | undefined
  /** How long a slow model thinks. */
  slowMs: number
  /** Names of models that the lists tell. */
  models: readonly string[]
}

/** One request and its answer. */
export type Exchange = {
  world: World
  request: IncomingMessage
  response: ServerResponse
  path: string
  dialect: LogEntry['dialect']
  /** Ends when the client leaves. */
  signal: AbortSignal
}

/** A request that was let in. */
export type Admitted = { entry: LogEntry; traits: ReadonlySet<Trait> }

const usualRetryAfter = 2
const largestBody = 64 * 1024 * 1024

/** The bytes of a request's body. */
export async function readBytes(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > largestBody) throw new ModelError(413, 'The request is too large.')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** A request's body, which has to be an object of JSON. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = (await readBytes(request)).toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>
    }
  } catch {
    // Told below: the body is no JSON or no object.
  }
  throw new ModelError(400, 'We could not parse the JSON body of your request.')
}

function keyOf(request: IncomingMessage): string | undefined {
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const header = request.headers['x-api-key'] ?? request.headers['api-key']
  return bearer ?? (typeof header === 'string' ? header : undefined)
}

function checkKey(key: string | undefined, keys: ReadonlySet<string> | undefined): void {
  const isRefused =
    keys === undefined ? key?.includes('refused') === true : key === undefined || !keys.has(key)
  if (!isRefused) return
  if (key === undefined) throw new ModelError(401, "You didn't provide an API key.")
  throw new ModelError(401, `Incorrect API key provided: ${key.slice(0, 3)}***${key.slice(-4)}.`, {
    code: 'invalid_api_key',
  })
}

function strike(traits: ReadonlySet<Trait>, faults: readonly Fault[], key: string | undefined): void {
  if (traits.has('echoes-key')) {
    throw new ModelError(401, `Incorrect API key provided: ${key ?? ''}.`, { code: 'invalid_api_key' })
  }
  if (traits.has('overloaded'))
    throw new ModelError(503, 'The engine is currently overloaded, please try again later.')
  if (traits.has('rate-limited')) {
    const seconds = faults.find(({ trait }) => trait === 'rate-limited')?.retryAfterSeconds ?? usualRetryAfter
    throw new ModelError(429, `Rate limit reached. Please try again in ${seconds}s.`, {
      code: 'rate_limit_exceeded',
      headers: { 'retry-after': String(seconds) },
    })
  }
}

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const leave = () => reject(new ModelError(499, 'The client left.'))
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })

/** Writes a request down and lets it in: faults that come instead of an answer come here. */
export async function admit(
  exchange: Exchange,
  about: { kind: string; model: string | undefined; body: unknown },
): Promise<Admitted> {
  const { world, request, path, dialect, signal } = exchange
  const key = keyOf(request)
  const method = request.method ?? 'GET'
  const entry = world.log.add({ dialect, method, path, keyEnding: key?.slice(-4), ...about })
  exchange.response.once('finish', () => {
    entry.status = exchange.response.statusCode
  })
  checkKey(key, world.keys)
  const faults = world.faults.take(about.kind, about.model)
  const traits = traitsOf(about.model ?? '')
  for (const { trait } of faults) traits.add(trait)
  if (traits.has('slow')) await wait(world.slowMs, undefined, { signal })
  if (traits.has('hang')) await never(signal)
  strike(traits, faults, key)
  return { entry, traits }
}

/** Sends JSON. */
export function send(exchange: Exchange, status: number, value: unknown): void {
  exchange.response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  exchange.response.end(JSON.stringify(value))
}

/** Sends an answer that comes in parts; a connection that is cut off ends after half of them. */
export function sendParts(
  exchange: Exchange,
  options: { type: string; parts: readonly string[]; isCutOff: boolean },
): void {
  const { response } = exchange
  response.writeHead(200, { 'content-type': options.type, 'cache-control': 'no-cache' })
  const parts = options.isCutOff ? options.parts.slice(0, options.parts.length / 2) : options.parts
  for (const part of parts) response.write(part)
  if (options.isCutOff) response.destroy()
  else response.end()
}

/** Sends an answer in one piece, or what the traits make of it. */
export function finish(exchange: Exchange, traits: ReadonlySet<Trait>, value: unknown): void {
  if (traits.has('broken')) {
    exchange.response.writeHead(502, { 'content-type': 'text/html' })
    exchange.response.end('<html><body><h1>502 Bad Gateway</h1></body></html>')
    return
  }
  if (!traits.has('cut-off')) return send(exchange, 200, value)
  const text = JSON.stringify(value)
  sendParts(exchange, {
    type: 'application/json; charset=utf-8',
    parts: [text.slice(0, text.length / 2), text.slice(text.length / 2)],
    isCutOff: true,
  })
}
