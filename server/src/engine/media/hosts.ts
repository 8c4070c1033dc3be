import type { Readable } from 'node:stream'
import { Agent, type Dispatcher, request } from 'undici'
import { isLoopback } from '../library/loopback.ts'

/** Another way to the internet for the files of one session: its proxy. */
export interface MediaRoute {
  /** Makes the way once; `ca` is a certificate to trust beside the usual ones. */
  createDispatcher(tls: { ca?: string }): Dispatcher
}

/** One request to a host of files. */
export interface MediaRequest {
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: Buffer | Readable
  signal: AbortSignal
  route?: MediaRoute | undefined
}

/** The address is none of WhatsApp's hosts of files. */
export class ForeignHostError extends Error {
  constructor() {
    super('not a host of WhatsApp files')
    this.name = 'ForeignHostError'
  }
}

const origin = 'https://web.whatsapp.com'
const connectTimeoutMs = 10_000
const silenceTimeoutMs = 60_000
const maxConnectionsPerHost = 32
const untrusted = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
])

/**
 * The hosts that keep WhatsApp's files, and nothing else: `*.whatsapp.net` over https, or with a simulator this machine,
 * whose certificate is then asked of the simulator.
 */
export class MediaHosts {
  readonly #simulator: URL | undefined
  #routes = new WeakMap<MediaRoute, Dispatcher>()
  #ca: Promise<string | undefined> | undefined
  #direct: Dispatcher | undefined

  /** `waUrl` is a simulator's address, which the caller has checked to be this machine. */
  constructor(waUrl: string | undefined) {
    this.#simulator = waUrl === undefined ? undefined : new URL(waUrl)
  }

  /** Whether files may be brought to and got from there. */
  isAllowed(url: URL): boolean {
    if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false
    if (this.#simulator !== undefined) return isLoopback(url.hostname)
    return url.port === '' && /^(?:[a-z0-9-]+\.)+whatsapp\.net$/.test(url.hostname)
  }

  /** The address of a path on a host; undefined when it leads anywhere else. */
  urlOf(host: string, path: string): URL | undefined {
    if (!path.startsWith('/') || !URL.canParse(`https://${host}${path}`)) return undefined
    const url = new URL(`https://${host}${path}`)
    return this.isAllowed(url) ? url : undefined
  }

  /** Sends one request; redirects are not followed. A simulator with a new certificate is asked for it again. */
  async request(url: URL, options: MediaRequest): Promise<Dispatcher.ResponseData> {
    if (!this.isAllowed(url)) throw new ForeignHostError()
    try {
      return await this.#send(url, options)
    } catch (error) {
      const isReplayable = options.body === undefined || Buffer.isBuffer(options.body)
      if (this.#simulator === undefined || !isUntrusted(error)) throw error
      this.#forget()
      if (!isReplayable) throw error
      return await this.#send(url, options)
    }
  }

  /** Closes idle connections. */
  async close(): Promise<void> {
    await this.#direct?.destroy()
    this.#direct = undefined
  }

  async #send(url: URL, { route, headers, ...rest }: MediaRequest): Promise<Dispatcher.ResponseData> {
    const dispatcher = await this.#dispatcherOf(route)
    return request(url, {
      ...rest,
      dispatcher,
      headers: { origin, referer: `${origin}/`, ...headers },
      headersTimeout: silenceTimeoutMs,
      bodyTimeout: silenceTimeoutMs,
    })
  }

  async #dispatcherOf(route: MediaRoute | undefined): Promise<Dispatcher> {
    const ca = await this.#certificate()
    const tls = ca === undefined ? {} : { ca }
    if (route === undefined) {
      this.#direct ??= new Agent({
        connect: { ...tls, timeout: connectTimeoutMs },
        connections: maxConnectionsPerHost,
      })
      return this.#direct
    }
    const known = this.#routes.get(route) ?? route.createDispatcher(tls)
    this.#routes.set(route, known)
    return known
  }

  /** The simulator serves its certificate beside its WebSocket. */
  #certificate(): Promise<string | undefined> {
    const simulator = this.#simulator
    if (simulator === undefined) return Promise.resolve(undefined)
    this.#ca ??= fetchText(`http://${simulator.host}/media-ca.pem`)
    this.#ca.catch(() => {
      this.#ca = undefined
    })
    return this.#ca
  }

  #forget(): void {
    this.#ca = undefined
    void this.#direct?.close()
    this.#direct = undefined
    this.#routes = new WeakMap()
  }
}

async function fetchText(url: string): Promise<string> {
  const { statusCode, body } = await request(url, { headersTimeout: connectTimeoutMs })
  const text = await body.text()
  if (statusCode !== 200) throw new Error(`the simulator answers ${statusCode} for its certificate`)
  return text
}

function isUntrusted(error: unknown): boolean {
  return error instanceof Error && untrusted.has((error as NodeJS.ErrnoException).code ?? '')
}
