import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { SimulatorError } from '../errors.ts'
import type { Binary, Route } from '../route.ts'
import type { Simulator } from '../simulator.ts'
import { routes } from './routes.ts'

const maxBodyBytes = 1024 * 1024

type Matcher = { route: Route<Simulator>; path: RegExp; names: string[] }

const matchers: Matcher[] = routes.map((route) => ({
  route,
  path: new RegExp(`^${route.path.replace(/\{\w+\}/g, '([^/]+)').replaceAll('.', '\\.')}$`),
  names: [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''),
}))

type Reply = { status: number; body: unknown; isBinary?: boolean | undefined }

/** The HTTP server of the control API, not listening yet. */
export function createControlApi(simulator: Simulator): Server {
  return createServer((request, response) => {
    handle(simulator, request).then(
      ({ status, body, isBinary }) =>
        isBinary ? replyBytes(response, status, body as Binary) : reply(response, status, body),
      (cause: unknown) => replyError(response, cause),
    )
  })
}

async function handle(simulator: Simulator, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const matching = matchers.filter(({ path }) => path.test(url.pathname))
  if (!matching.length) throw new SimulatorError(404, `there is no ${url.pathname}`)
  const matcher = matching.find(({ route }) => route.method === request.method)
  if (!matcher) {
    const allowed = matching.map(({ route }) => route.method).join(', ')
    throw new SimulatorError(405, `${url.pathname} takes ${allowed}, not ${request.method}`)
  }
  const { route, names } = matcher
  const parts = matcher.path.exec(url.pathname)?.slice(1).map(decode) ?? []
  const params = Object.fromEntries(names.map((name, index) => [name, parts[index] ?? '']))
  const takesBody = request.method === 'POST' || request.method === 'PUT'
  const body = takesBody ? await readBody(request, route.maxBodyBytes ?? maxBodyBytes) : undefined
  const result = await route.run(simulator, { params, body, query: url.searchParams })
  return { status: route.status ?? 200, body: result ?? { ok: true }, isBinary: route.isBinary }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new SimulatorError(400, 'the path is not valid percent encoding')
  }
}

async function readBody(request: IncomingMessage, limit: number): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > limit) throw new SimulatorError(413, `a body has at most ${limit} bytes`)
    chunks.push(chunk as Buffer)
  }
  if (!size) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new SimulatorError(400, 'the body is not valid JSON')
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(`${JSON.stringify(body)}\n`)
}

function replyBytes(response: ServerResponse, status: number, { mimetype, bytes }: Binary): void {
  response.writeHead(status, { 'content-type': mimetype, 'content-length': bytes.length })
  response.end(bytes)
}

function replyError(response: ServerResponse, cause: unknown): void {
  if (cause instanceof SimulatorError) {
    const { status, message, field } = cause
    reply(response, status, { error: { status, message, ...(field && { field }) } })
    return
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  reply(response, 500, { error: { status: 500, message } })
}
