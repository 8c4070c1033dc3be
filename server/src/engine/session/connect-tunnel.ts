import type { ClientRequest } from 'node:http'
import { connect as dial, isIP, type LookupFunction, type Socket } from 'node:net'
import { type ConnectionOptions, connect as dialSecurely, type TLSSocket } from 'node:tls'
import { HttpsProxyAgent } from 'https-proxy-agent'

type Options = Parameters<HttpsProxyAgent<string>['connect']>[1]

/** What a proxy answers to CONNECT is a line and some headers. */
const maxHeaderBytes = 16_384

/**
 * Tunnels through an HTTP or HTTPS proxy. As the library's agent, except that no error of the connection to the proxy is
 * ever without a listener: a proxy that hangs up in the middle of its handshake would end the whole process. A refusal
 * is emitted as `proxyConnect` and then thrown.
 */
export class ConnectTunnel extends HttpsProxyAgent<string> {
  readonly #lookup: LookupFunction | undefined
  readonly #timeoutMs: number

  constructor(url: URL, options: { timeoutMs: number; lookup: LookupFunction | undefined }) {
    super(url.href)
    this.#lookup = options.lookup
    this.#timeoutMs = options.timeoutMs
  }

  override async connect(request: ClientRequest, options: Options): Promise<Socket> {
    const socket = this.#dial()
    socket.on('error', () => undefined)
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('the proxy does not answer'), { code: 'ETIMEDOUT' })),
      this.#timeoutMs,
    )
    try {
      const statusCode = await this.#ask(socket, `${bracket(options.host ?? '')}:${options.port}`)
      request.emit('proxyConnect', { statusCode })
      this.emit('proxyConnect', { statusCode }, request)
      if (statusCode !== 200) throw new Error(`the proxy answered ${statusCode}`)
    } catch (error) {
      socket.destroy()
      throw error
    } finally {
      clearTimeout(timer)
    }
    request.once('socket', () => socket.resume())
    if (!options.secureEndpoint) return socket
    const { host, path: _path, port: _port, ...tls } = options as typeof options & { path?: string }
    const servername = host === undefined || isIP(host) !== 0 ? {} : { servername: host }
    const secured = dialSecurely({ ...servername, ...tls, socket } as ConnectionOptions)
    secured.on('error', () => undefined)
    return secured
  }

  #dial(): Socket | TLSSocket {
    const { protocol, hostname, port } = this.proxy
    const host = hostname.replace(/^\[|\]$/g, '')
    const isSecure = protocol === 'https:'
    const lookup = this.#lookup === undefined ? {} : { lookup: this.#lookup }
    const target = { host, port: Number(port) || (isSecure ? 443 : 80), ...lookup }
    if (!isSecure) return dial(target)
    const servername = isIP(host) === 0 ? { servername: host } : {}
    return dialSecurely({ ...target, ...servername, ALPNProtocols: ['http/1.1'] })
  }

  /** Asks for the tunnel and reads the answer: its status. What comes after it belongs to the other end. */
  async #ask(socket: Socket, target: string): Promise<number> {
    const { username, password } = this.proxy
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`, 'Proxy-Connection: close']
    if (login !== ':') lines.push(`Proxy-Authorization: Basic ${Buffer.from(login).toString('base64')}`)
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    const head = await readHead(socket)
    const status = /^HTTP\/1\.\d (\d{3})/.exec(head)?.[1]
    if (status === undefined) throw new Error('the proxy did not answer as a proxy does')
    return Number(status)
  }
}

const bracket = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)

function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const finish = (settle: () => void): void => {
      socket.off('readable', read).off('close', close).off('error', fail)
      settle()
    }
    const fail = (error: Error): void => finish(() => reject(error))
    const close = (): void => fail(new Error('the proxy hung up'))
    const read = (): void => {
      for (
        let chunk = socket.read() as Buffer | null;
        chunk !== null;
        chunk = socket.read() as Buffer | null
      ) {
        head = Buffer.concat([head, chunk])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0 && head.length > maxHeaderBytes) return fail(new Error('the proxy answered too much'))
        if (end < 0) continue
        const rest = head.subarray(end + 4)
        if (rest.length > 0) socket.unshift(rest)
        return finish(() => resolve(head.toString('latin1', 0, end)))
      }
    }
    socket.on('readable', read).on('close', close).on('error', fail)
  })
}
