import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { SimulatorError } from './errors.ts'
import { codeSchema } from './inputs.ts'
import type { Simulator } from './simulator.ts'

const maxBodyBytes = 1024 * 1024

type Call = { id: string; body: unknown; query: URLSearchParams }
type Route = {
  method: 'GET' | 'POST'
  path: RegExp
  status?: number
  run: (simulator: Simulator, call: Call) => unknown
}

const code = (body: unknown) => {
  const result = codeSchema.safeParse(body)
  if (!result.success) throw new SimulatorError(422, 'code: must be a text', 'code')
  return result.data.code
}

/** The control API. Bodies are checked by the methods of the simulator, which mirror it one to one. */
const routes: Route[] = [
  { method: 'POST', path: /^\/accounts$/, status: 201, run: (s, { body }) => s.createAccount(body as never) },
  { method: 'POST', path: /^\/accounts\/([^/]+)\/scan$/, run: (s, { id, body }) => s.scan(id, code(body)) },
  { method: 'POST', path: /^\/accounts\/([^/]+)\/pair$/, run: (s, { id, body }) => s.pair(id, code(body)) },
  {
    method: 'POST',
    path: /^\/accounts\/([^/]+)\/messages$/,
    status: 201,
    run: (s, { id, body }) => s.sendMessage(id, body as never),
  },
  {
    method: 'GET',
    path: /^\/accounts\/([^/]+)\/messages$/,
    run: (s, { id, query }) => s.messages(id, query.get('since') ?? undefined),
  },
  {
    method: 'GET',
    path: /^\/accounts\/([^/]+)\/events$/,
    run: (s, { id, query }) => s.events(id, query.get('since') ?? undefined),
  },
  {
    method: 'POST',
    path: /^\/accounts\/([^/]+)\/receipts$/,
    run: (s, { id, body }) => s.setReceipts(id, body as never),
  },
  {
    method: 'POST',
    path: /^\/accounts\/([^/]+)\/presence$/,
    run: (s, { id, body }) => s.setPresence(id, body as never),
  },
  { method: 'POST', path: /^\/groups$/, status: 201, run: (s, { body }) => s.createGroup(body as never) },
  {
    method: 'POST',
    path: /^\/groups\/([^/]+)\/messages$/,
    status: 201,
    run: (s, { id, body }) => s.sendGroupMessage(id, body as never),
  },
  {
    method: 'POST',
    path: /^\/groups\/([^/]+)\/members$/,
    run: (s, { id, body }) => s.changeGroupMembers(id, body as never),
  },
  { method: 'POST', path: /^\/faults$/, run: (s, { body }) => s.fault(body as never) },
  { method: 'GET', path: /^\/state$/, run: (s) => s.state() },
  { method: 'POST', path: /^\/reset$/, run: (s) => s.reset() },
]

/** The HTTP server of the control API, not listening yet. */
export function createControlApi(simulator: Simulator): Server {
  return createServer((request, response) => {
    handle(simulator, request).then(
      ({ status, body }) => reply(response, status, body),
      (cause: unknown) => replyError(response, cause),
    )
  })
}

async function handle(
  simulator: Simulator,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const matching = routes.filter(({ path }) => path.test(url.pathname))
  if (!matching.length) throw new SimulatorError(404, `there is no ${url.pathname}`)
  const route = matching.find(({ method }) => method === request.method)
  if (!route) {
    const allowed = matching.map(({ method }) => method).join(', ')
    throw new SimulatorError(405, `${url.pathname} takes ${allowed}, not ${request.method}`)
  }
  const id = decode(route.path.exec(url.pathname)?.[1] ?? '')
  const body = route.method === 'POST' ? await readBody(request) : undefined
  const result = await route.run(simulator, { id, body, query: url.searchParams })
  return { status: route.status ?? 200, body: result ?? { ok: true } }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new SimulatorError(400, 'the path is not valid percent encoding')
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > maxBodyBytes) throw new SimulatorError(413, `a body has at most ${maxBodyBytes} bytes`)
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

function replyError(response: ServerResponse, cause: unknown): void {
  if (cause instanceof SimulatorError) {
    const { status, message, field } = cause
    reply(response, status, { error: { status, message, ...(field && { field }) } })
    return
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  reply(response, 500, { error: { status: 500, message } })
}
