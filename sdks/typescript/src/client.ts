import { ConnectionError, errorOf, MoltFlowError, TimeoutError } from './errors.ts'

/** How a client reaches the server. */
export interface ClientOptions {
  /** An API key; default the environment variable `MOLTFLOW_API_KEY`. */
  apiKey?: string | undefined
  /** An access token instead of a key, or what fetches one before each request. */
  accessToken?: string | (() => string | Promise<string>) | undefined
  /** The address of the server; default the environment variable `MOLTFLOW_API_URL`, else the hosted service. */
  baseUrl?: string | undefined
  /** Milliseconds until an attempt is given up; default 60,000. */
  timeoutMs?: number | undefined
  /** How often a failed request is sent again; default 2. */
  maxRetries?: number | undefined
  /** Milliseconds that a wait before another attempt takes at most; default 60,000. Asked for more, the client gives up. */
  maxRetryDelayMs?: number | undefined
  /** Sent with every request. */
  headers?: Record<string, string> | undefined
  /** Default the `fetch` of the platform. */
  fetch?: typeof globalThis.fetch | undefined
}

/** What one call may have of its own. */
export interface CallOptions {
  /** Of sends: the same key and request answer the same for 24 hours. Default one of its own for each call. */
  idempotencyKey?: string | undefined
  /** Of sends: answer at once (202); what becomes of the message follows as events. */
  respondAsync?: boolean | undefined
  timeoutMs?: number | undefined
  maxRetries?: number | undefined
  /** Gives the call up. */
  signal?: AbortSignal | undefined
  headers?: Record<string, string> | undefined
}

/** A request, ready to be sent. */
export interface Request extends CallOptions {
  method: string
  /** From the root of the server: `/api/v2/sessions`. */
  path: string
  query?: Record<string, unknown> | undefined
  /** JSON, or a form with a file. */
  body?: unknown
  /** Default JSON. */
  accept?: string | undefined
  /** Sent a second time it does nothing more: true of everything but POST and PATCH, and of POST with an idempotency key. */
  isRepeatable?: boolean | undefined
}

type Payload = NonNullable<RequestInit['body']>

const hostedService = 'https://apiv2.waiflow.app'

/** Sends requests: credentials, time limits, further attempts, errors. */
export class Client {
  /** The server's address without a slash at its end. */
  readonly baseUrl: string
  readonly #options: ClientOptions
  readonly #headers: Headers
  readonly #credential: (() => string | Promise<string>) | undefined

  constructor(options: ClientOptions = {}) {
    this.#options = options
    this.baseUrl = readAddress(options.baseUrl ?? readEnvironment('MOLTFLOW_API_URL') ?? hostedService)
    this.#headers = headersOf(options.headers)
    const { accessToken } = options
    const key =
      options.apiKey ?? (accessToken === undefined ? readEnvironment('MOLTFLOW_API_KEY') : undefined)
    if (key !== undefined) this.#headers.set('x-api-key', readSecret('API key', key))
    else if (accessToken !== undefined)
      this.#credential = typeof accessToken === 'function' ? accessToken : () => accessToken
  }

  /** Sends a request and reads the answer: JSON, a text, a Blob, or undefined where there is none. */
  async request<Result = unknown>(request: Request): Promise<Result> {
    return (await this.#send(request, readBody)) as Result
  }

  /** Sends a request and hands out the answer as it comes; for streams. */
  async open(request: Request): Promise<Response> {
    return (await this.#send(request, (response) => response)) as Response
  }

  async #send(request: Request, read: (response: Response) => unknown): Promise<unknown> {
    const most = request.maxRetries ?? this.#options.maxRetries ?? 2
    const key = request.idempotencyKey
    const headers = this.#headersOf(request)
    const url = this.#urlOf(request)
    const body = encodeBody(request.body, headers)
    for (let attempt = 0; ; attempt += 1) {
      if (this.#credential !== undefined)
        headers.set('authorization', `Bearer ${readSecret('access token', await this.#credential())}`)
      const error = await this.#attempt(request, url, { headers, body, read })
      if ('value' in error) return error.value
      const delayMs = this.#delayMs(error.failure, attempt)
      const isRepeatable =
        request.isRepeatable ?? (key !== undefined || !['POST', 'PATCH'].includes(request.method))
      if (attempt >= most || delayMs === undefined || !mayRepeat(error.failure, isRepeatable))
        throw error.failure
      await sleep(delayMs, request.signal)
    }
  }

  async #attempt(
    request: Request,
    url: string,
    {
      headers,
      body,
      read,
    }: { headers: Headers; body: Payload | undefined; read(response: Response): unknown },
  ): Promise<{ value: unknown } | { failure: unknown }> {
    const { signal, method } = request
    const timeoutMs = request.timeoutMs ?? this.#options.timeoutMs ?? 60_000
    const control = new AbortController()
    const abort = () => control.abort(signal?.reason)
    if (signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort)
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      control.abort()
    }, timeoutMs)
    const isStream = request.accept === 'text/event-stream'
    try {
      const send = this.#options.fetch ?? globalThis.fetch
      const init = {
        method,
        headers,
        signal: control.signal,
        redirect: 'manual' as const,
        ...(body === undefined ? {} : { body }),
      }
      const response = await send(url, init)
      // Another host would get the key; so it is not followed.
      if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
        const place = response.headers.get('location') ?? 'elsewhere'
        throw new MoltFlowError(`the server sends on to ${place}: give its own address as baseUrl`)
      }
      if (!response.ok) {
        const { status, headers: told } = response
        return { failure: errorOf({ status, headers: told, body: await readBody(response) }) }
      }
      return { value: await read(response) }
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason
      if (isLate) return { failure: new TimeoutError(`no answer within ${timeoutMs} ms`, { cause: error }) }
      if (error instanceof MoltFlowError) return { failure: error }
      const reason = error instanceof Error ? causeOf(error) : String(error)
      return { failure: new ConnectionError(`${new URL(url).host}: ${reason}`, { cause: error }) }
    } finally {
      clearTimeout(timer)
      // The signal of a stream goes on to end it.
      if (!isStream) signal?.removeEventListener('abort', abort)
    }
  }

  /** How long to wait before another attempt; undefined when the server wants more than is allowed. */
  #delayMs(failure: unknown, attempt: number): number | undefined {
    const most = this.#options.maxRetryDelayMs ?? 60_000
    const asked = (failure as { retryAfter?: number }).retryAfter
    if (asked !== undefined) return asked * 1000 > most ? undefined : asked * 1000 + Math.random() * 250
    return Math.min(most, 500 * 2 ** attempt) * (0.5 + Math.random() / 2)
  }

  #headersOf({ accept, idempotencyKey, respondAsync, headers }: Request): Headers {
    const all = new Headers(this.#headers)
    all.set('accept', accept ?? 'application/json')
    if (idempotencyKey !== undefined) all.set('idempotency-key', toHeaderText(idempotencyKey))
    if (respondAsync === true) all.set('prefer', 'respond-async')
    headersOf(headers).forEach((value, name) => {
      all.set(name, value)
    })
    return all
  }

  #urlOf({ path, query = {} }: Request): string {
    const url = new URL(this.baseUrl + path)
    for (const [name, value] of Object.entries(query)) {
      if (value === undefined || value === null) continue
      url.searchParams.set(name, Array.isArray(value) ? value.join(',') : toText(value))
    }
    return url.href
  }
}

/** Whether a failed request may be sent again: one that may have been carried out only if that changes nothing more. */
function mayRepeat(failure: unknown, isRepeatable: boolean): boolean {
  const { status } = failure as { status?: number }
  if (status === undefined) return failure instanceof ConnectionError && isRepeatable
  // Not begun: the request came too soon, or too slowly.
  if (status === 408 || status === 429 || status === 503) return true
  return status >= 500 && isRepeatable
}

function causeOf(error: Error): string {
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message
}

async function readBody(response: Response): Promise<unknown> {
  const { status, headers } = response
  if (status === 204 || status === 205) return undefined
  const type = headers.get('content-type') ?? ''
  if (/^text\//.test(type)) return await response.text()
  if (!/[/+]json\b/.test(type)) {
    const blob = await response.blob()
    return blob.size === 0 ? undefined : response.ok ? blob : await blob.text()
  }
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!response.ok) return text
    throw new ConnectionError('the answer broke off: it is no JSON', { cause: error })
  }
}

function encodeBody(body: unknown, headers: Headers): Payload | undefined {
  if (body === undefined) return undefined
  if (typeof FormData !== 'undefined' && body instanceof FormData) return body
  headers.set('content-type', 'application/json')
  return JSON.stringify(body)
}

function readAddress(text: string): string {
  const trimmed = text.trim()
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new MoltFlowError(`baseUrl: "${trimmed}" is no address such as https://wa.example.com`)
  const path = url.pathname.replace(/(?<!\/)\/+$/, '').replace(/\/api\/v2$/, '')
  return `${url.origin}${path}`
}

/** A credential without what pasting adds to it. It is told nowhere, in no error either. */
function readSecret(what: string, text: string): string {
  const trimmed = text.trim()
  if (!/^[\x21-\x7e]+$/.test(trimmed))
    throw new MoltFlowError(`the ${what} has characters that none can have: was it pasted with a line break?`)
  return trimmed
}

function headersOf(given: Record<string, string> | undefined): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!/^[\x20-\x7e\t]*$/.test(value))
      throw new MoltFlowError(`the header ${name} has characters that headers cannot have`)
    headers.set(name, value)
  }
  return headers
}

/** A key may be any text; headers take ASCII. */
function toHeaderText(text: string): string {
  return /^[\x21-\x7e]{1,255}$/.test(text) ? text : encodeURIComponent(text).slice(0, 255)
}

function toText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value)
}

function readEnvironment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  const value = process?.env?.[name]?.trim()
  return value === '' ? undefined : value
}

/** Waits, unless the signal gives up first. */
export function sleep(ms: number, signal?: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, ms)
    if (signal?.aborted === true) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
