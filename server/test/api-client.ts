import assert from 'node:assert/strict'
import type { HttpServer } from '../src/transports/http/server.ts'

/** An answer as a test looks at it. */
export interface Reply {
  status: number
  headers: Record<string, string>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  body: any
}

/** What goes with a call beside its path. */
export interface CallOptions {
  body?: unknown
  headers?: Record<string, string>
  /** The caller's address, where the door lets a test choose it. */
  address?: string
}

/** The way in: a server in this process, or one that listens somewhere. */
export type Door = (method: string, url: string, options: CallOptions) => Promise<Reply>

/** Calls without a socket. */
export function injectDoor(http: HttpServer): Door {
  return async (method, url, { body, headers = {}, address }) => {
    const response = await http.inject({
      method: method as 'GET',
      url,
      headers,
      ...(address === undefined ? {} : { remoteAddress: address }),
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const plain = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
    return readReply(response.statusCode, Object.fromEntries(plain), response.body)
  }
}

/** Calls over a socket. */
export function fetchDoor(origin: string): Door {
  return async (method, url, { body, headers = {} }) => {
    const payload = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const response = await fetch(`${origin}${url}`, { method, headers, ...payload })
    return readReply(response.status, Object.fromEntries(response.headers), await response.text())
  }
}

function readReply(status: number, headers: Record<string, string>, text: string): Reply {
  const isJson = headers['content-type']?.includes('json') === true && text !== ''
  return { status, headers, text, body: isJson ? JSON.parse(text) : text }
}

/** The API with one credential; every call says the status it expects and fails with the answer's text. */
export class ApiClient {
  readonly #door: Door
  readonly #headers: Record<string, string>

  constructor(door: Door, headers: Record<string, string> = {}) {
    this.#door = door
    this.#headers = headers
  }

  /** The same door with other headers. */
  with(headers: Record<string, string>): ApiClient {
    return new ApiClient(this.#door, { ...this.#headers, ...headers })
  }

  /** A call whose status the test looks at itself. */
  call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const url = path.startsWith('/health') || path === '/metrics' ? path : `/api/v2${path}`
    return this.#door(method, url, { ...options, headers: { ...this.#headers, ...options.headers } })
  }

  get(status: number, path: string, headers?: Record<string, string>): Promise<Reply['body']> {
    return this.#expect(status, 'GET', path, undefined, headers)
  }

  post(
    status: number,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply['body']> {
    return this.#expect(status, 'POST', path, body, headers)
  }

  put(status: number, path: string, body?: unknown): Promise<Reply['body']> {
    return this.#expect(status, 'PUT', path, body)
  }

  patch(status: number, path: string, body?: unknown): Promise<Reply['body']> {
    return this.#expect(status, 'PATCH', path, body)
  }

  delete(status: number, path: string): Promise<Reply['body']> {
    return this.#expect(status, 'DELETE', path)
  }

  async #expect(
    status: number,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) {
    const options = { ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) }
    const reply = await this.call(method, path, options)
    assert.equal(
      reply.status,
      status,
      `${method} ${path} answered ${reply.status}: ${reply.text.slice(0, 1000)}`,
    )
    return reply.body
  }
}
