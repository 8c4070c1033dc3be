import { EventEmitter } from 'node:events'
import type { ClientRequest, Agent as HttpAgent } from 'node:http'
import type { LookupFunction, Socket } from 'node:net'
import type { HttpsProxyAgent } from 'https-proxy-agent'
import { SocksProxyAgent, type SocksProxyAgentOptions } from 'socks-proxy-agent'
import { Agent, type Dispatcher } from 'undici'
import { AppError } from '../../platform/errors.ts'
import { invalidProxyUrl } from '../engine-errors.ts'
import type { MediaRoute } from '../media/hosts.ts'
import { ConnectTunnel } from './connect-tunnel.ts'

const connectTimeoutMs = 15_000
const schemes = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

type ConnectOptions = Parameters<HttpsProxyAgent<string>['connect']>[1]
type Tunnel = Pick<HttpsProxyAgent<string>, 'connect'> & HttpAgent

/** One session's way to WhatsApp through a proxy, for its WebSocket and its files. Never prints its credentials. */
export class ProxyRoute implements MediaRoute {
  /** For the WebSocket. */
  readonly agent: HttpAgent
  readonly #tunnel: Tunnel
  #failure: string | undefined

  /**
   * `url` is `http://`, `https://` or `socks5://`, with credentials or without; 422 otherwise. `lookup` finds the address
   * of the proxy's name each time it is connected to, and may refuse it.
   */
  constructor(url: string, lookup?: LookupFunction) {
    this.#tunnel = createTunnel(parseProxyUrl(url), lookup)
    this.agent = this.#tunnel
    const connect = this.#tunnel.connect.bind(this.#tunnel)
    this.#tunnel.connect = (request, options) => this.#watch(() => connect(request, options))
    // The agent passes a refusal of the proxy on as if WhatsApp had answered it.
    this.#tunnel.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) this.#failure = `the proxy answered ${statusCode}`
    })
  }

  /** Why the proxy gave no connection the last time, once; undefined when it did. */
  takeFailure(): string | undefined {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  createDispatcher(tls: { ca?: string }): Dispatcher {
    return new Agent({
      connect: ({ hostname, port, protocol, servername }, callback) => {
        const secureEndpoint = protocol === 'https:'
        const options = {
          host: hostname,
          port: Number(port) || (secureEndpoint ? 443 : 80),
          secureEndpoint,
          ...(servername ? { servername } : {}),
          ...tls,
        } as ConnectOptions
        this.#open(options).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        )
      },
    })
  }

  async #open(options: ConnectOptions): Promise<Socket> {
    // The agent emits its steps on the request that a client of Node would have made.
    const request = new EventEmitter() as ClientRequest
    let refusal: number | undefined
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) refusal = statusCode
    })
    const socket = (await this.#tunnel.connect(request, options)) as Socket
    if (refusal !== undefined) {
      socket.destroy()
      throw new Error(`the proxy answered ${refusal}`)
    }
    request.emit('socket', socket)
    return socket
  }

  async #watch<T>(connect: () => Promise<T>): Promise<T> {
    this.#failure = undefined
    try {
      return await connect()
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      this.#failure ??=
        typeof code === 'string' ? `the proxy cannot be reached (${code})` : 'the proxy refused'
      throw error
    }
  }
}

/** The address of a proxy; refuses with 422 what is none. */
export function parseProxyUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !schemes.has(url.protocol) || url.hostname === '')
    throw new AppError(invalidProxyUrl)
  return url
}

function createTunnel(url: URL, lookup: LookupFunction | undefined): Tunnel {
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    return new ConnectTunnel(url, { timeoutMs: connectTimeoutMs, lookup }) as unknown as Tunnel
  }
  // Names are looked up where the proxy is: this server would tell its own network whom a session talks to.
  const remote = url.href.replace(/^socks5:/, 'socks5h:')
  // The library passes these options on to the socket, whatever its types say of them.
  const finding = lookup === undefined ? {} : { lookup }
  const socketOptions = finding as NonNullable<SocksProxyAgentOptions['socketOptions']>
  return new SocksProxyAgent(remote, { timeout: connectTimeoutMs, socketOptions }) as unknown as Tunnel
}
