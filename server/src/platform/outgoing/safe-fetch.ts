import { lookup } from 'node:dns/promises'
import type ipaddr from 'ipaddr.js'
import { Agent, buildConnector, fetch } from 'undici'
import { AppError, defineError } from '../errors.ts'
import { AllowList, isLocalName, isPublicAddress, normaliseHost, parseAddress } from './addresses.ts'

export const addressRefused = defineError('address_refused', 400, 'The address is not allowed')

/** A URL, or an address behind it, that outgoing requests must not reach; `message` is public. */
export class UrlRefused extends AppError {
  constructor(reason: string) {
    super(addressRefused, { message: reason })
    this.name = 'UrlRefused'
  }
}

/** Finds the addresses of a host name. */
export type Resolve = (host: string) => Promise<string[]>

/** One outgoing exchange. */
export interface SafeFetchOptions {
  /** Hosts and CIDRs that may be reached although private or plain http: `config.outgoingAllow`. */
  allow: readonly string[]
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
  /** For everything from the name's resolution to the last byte. */
  timeoutMs: number
  /** Bytes of the answer's body at most, after decompression. */
  maxBytes: number
  /** A longer body is cut (the rest is not read) or refused; default refused. */
  oversize?: 'cut' | 'refuse'
  /** Redirects to follow, each checked like the first address; default 0, where a 3xx is just an answer. */
  maxRedirects?: number
  signal?: AbortSignal
  /** Only for tests: how names are resolved. */
  resolve?: Resolve
}

/** What came back. */
export interface SafeResponse {
  status: number
  headers: Headers
  body: Buffer
  /** Whether the body was longer than `maxBytes`. */
  isCut: boolean
  /** Where the answer came from, after redirects. */
  url: string
}

/** The answer's body is longer than allowed. */
export class ResponseTooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`)
    this.name = 'ResponseTooLargeError'
  }
}

const connectTimeoutMs = 10_000
const agents = new Map<string, Agent>()

/**
 * Refuses (UrlRefused, 400 `address_refused`) a URL that could never be called: for the moment somebody
 * enters it. A name's addresses are checked when it is called, since they may change.
 */
export function checkUrl(text: string, allow: readonly string[]): URL {
  return checkWith(text, allow)
}

function checkWith(text: string, entries: readonly string[]): URL {
  if (!URL.canParse(text)) throw new UrlRefused('This is not a URL')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new UrlRefused('Only https addresses are allowed')
  if (url.username !== '' || url.password !== '')
    throw new UrlRefused('A URL must not carry a user name or password')
  const allow = AllowList.forUrl(entries, url)
  const host = normaliseHost(url.hostname)
  const address = parseAddress(host)
  if (address === undefined) {
    const isAllowed = allow.hasHost(host)
    if (url.protocol === 'http:' && !isAllowed && !allow.hasRanges)
      throw new UrlRefused('Only https addresses are allowed')
    if (isLocalName(host) && !isAllowed && !allow.hasRanges)
      throw new UrlRefused('The address is private or reserved')
    return url
  }
  requireReachable(address, allow)
  if (url.protocol === 'http:' && !allow.hasAddress(address))
    throw new UrlRefused('Only https addresses are allowed')
  return url
}

function requireReachable(address: ipaddr.IPv4 | ipaddr.IPv6, allow: AllowList): void {
  if (!allow.hasAddress(address) && !isPublicAddress(address)) {
    throw new UrlRefused('The address is private or reserved')
  }
}

/**
 * Fetches over https from a public address, however the address is written and wherever redirects and
 * names lead; throws UrlRefused, ResponseTooLargeError, a TimeoutError or undici's errors.
 */
export function safeFetch(text: string, options: SafeFetchOptions): Promise<SafeResponse> {
  return safeStream(text, options, async ({ status, headers, url, body }) => {
    const { bytes, isCut } = await readBody(body, options)
    return { status, headers, body: bytes, isCut, url }
  })
}

/** An answer whose body has not been read yet. */
export interface SafeStream {
  status: number
  headers: Headers
  /** Where the answer came from, after redirects. */
  url: string
  body: AsyncIterable<Uint8Array>
}

/** As `safeFetch`, but the body goes to `consume` as it comes, which has to bound it. */
export async function safeStream<T>(
  text: string,
  options: Omit<SafeFetchOptions, 'maxBytes' | 'oversize'>,
  consume: (answer: SafeStream) => Promise<T>,
): Promise<T> {
  const { allow } = options
  const timeout = AbortSignal.timeout(options.timeoutMs)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal])
  const dispatcher = agentFor(options)
  let url = checkWith(text, allow)
  let headers = options.headers ?? {}
  try {
    for (let redirectsLeft = options.maxRedirects ?? 0; ; redirectsLeft -= 1) {
      const { method = 'GET', body = null } = options
      const response = await fetch(url, { method, headers, body, signal, dispatcher, redirect: 'manual' })
      const location = response.headers.get('location')
      if (redirectsLeft <= 0 || response.status < 300 || response.status > 399 || location === null) {
        return await consume({
          status: response.status,
          headers: new Headers([...response.headers]),
          url: url.href,
          body: response.body ?? none(),
        })
      }
      await response.body?.cancel()
      const next = checkWith(new URL(location, url).href, allow)
      // Credentials are for whom they were given for.
      if (next.origin !== url.origin) headers = {}
      url = next
    }
  } catch (error) {
    throw refusalBehind(error) ?? error
  } finally {
    // An agent with a resolver of its own belongs to this exchange alone.
    if (options.resolve !== undefined) await dispatcher.destroy()
  }
}

async function* none(): AsyncGenerator<Uint8Array> {
  // A body that is not there is an empty one.
}

/** fetch wraps what the connector threw. */
function refusalBehind(error: unknown): UrlRefused | undefined {
  if (error instanceof UrlRefused) return error
  return error instanceof Error && error.cause !== undefined ? refusalBehind(error.cause) : undefined
}

async function readBody(
  body: AsyncIterable<Uint8Array>,
  options: SafeFetchOptions,
): Promise<{ bytes: Buffer; isCut: boolean }> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop early cancels the rest of the body.
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length <= options.maxBytes) continue
    if (options.oversize !== 'cut') throw new ResponseTooLargeError(options.maxBytes)
    return { bytes: Buffer.concat(chunks).subarray(0, options.maxBytes), isCut: true }
  }
  return { bytes: Buffer.concat(chunks), isCut: false }
}

/** Connections are shared by those who may reach the same addresses, and by nobody else. */
function agentFor(options: Pick<SafeFetchOptions, 'allow' | 'resolve'>): Agent {
  if (options.resolve !== undefined) return createAgent(options.allow, options.resolve)
  const key = options.allow.join(',')
  const agent = agents.get(key) ?? createAgent(options.allow, resolveName)
  agents.set(key, agent)
  return agent
}

async function resolveName(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true })
  return found.map((entry) => entry.address)
}

function createAgent(entries: readonly string[], resolve: Resolve): Agent {
  const connect = buildConnector({ timeout: connectTimeoutMs })
  return new Agent({
    keepAliveTimeout: 10_000,
    connections: 20,
    connect(target, done) {
      checkedAddress(target, AllowList.forUrl(entries, target), resolve).then(
        (address) => {
          const host = normaliseHost(target.hostname)
          // The socket goes to the address that was checked; the certificate must still name the host.
          const servername = parseAddress(host) === undefined ? host : ''
          connect({ ...target, hostname: address, servername }, done)
        },
        (error: Error) => done(error, null),
      )
    },
  })
}

async function checkedAddress(
  target: { hostname: string; protocol: string },
  allow: AllowList,
  resolve: Resolve,
): Promise<string> {
  const host = normaliseHost(target.hostname)
  const literal = parseAddress(host)
  const found = literal === undefined ? await resolve(host) : [literal.toString()]
  const [first] = found
  if (first === undefined) throw new UrlRefused('The host has no address')
  if (allow.hasHost(host)) return first
  for (const text of found) {
    const address = parseAddress(text)
    if (address === undefined) throw new UrlRefused('The address is private or reserved')
    requireReachable(address, allow)
    if (target.protocol === 'http:' && !allow.hasAddress(address))
      throw new UrlRefused('Only https addresses are allowed')
  }
  return first
}
