import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Context } from '../../context.ts'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { Scope } from '../../scopes.ts'
import { methodNotAllowed } from '../http/errors.ts'
import type { Gatekeeper } from '../http/gatekeeper.ts'
import { decodeBody, findUnusable, refuseCharset } from '../http/request-text.ts'
import { charsetOf } from '../http/requests.ts'
import { takesOnlyJson, toJsonResponse } from './accepting.ts'
import { chooseTools } from './choice.ts'
import { refuseStrangers } from './doorway.ts'
import { createProtocolServer, type Served } from './protocol.ts'
import { writeChallenge } from './results.ts'
import type { McpSurface } from './surface.ts'

/** Where clients look for it: some take no other path. */
export const mcpPath = '/mcp'

/** Messages in one request of the oldest revision; each counts as a request. */
const mostInBatch = 20

/** What the endpoint is made of. */
export interface McpParts {
  surface: McpSurface
  /** Scopes that a client asks for which knows nothing else. */
  defaultScopes: readonly Scope[]
  isReadOnly: boolean
  gatekeeper: Gatekeeper
  settings: { publicUrl: string; corsOrigins?: readonly string[] | undefined; version: string }
  clock: Clock
  log: Logger
}

/** Where the metadata of the protected resource lies (RFC 9728). */
export function metadataUrlOf(publicUrl: string): string {
  return `${publicUrl}/.well-known/oauth-protected-resource${mcpPath}`
}

/** Serves the Model Context Protocol: one endpoint for both of its eras, without sessions. */
export function addMcp(http: FastifyInstance, parts: McpParts): void {
  const handler = createMcpHandler(
    ({ authInfo }) => createProtocolServer(authInfo?.extra?.['served'] as unknown as Served),
    { onerror: (error) => parts.log.debug({ err: error }, 'mcp message refused') },
  )
  http.post(mcpPath, (request, reply) => serve(request, reply, handler, parts))
  http.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'],
    url: mcpPath,
    exposeHeadRoute: false,
    handler: async () => {
      throw methodNotAllowed.create({ headers: { allow: 'POST' } })
    },
  })
  http.addHook('preClose', (done) => {
    void handler.close().finally(done)
  })
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  handler: McpHttpHandler,
  parts: McpParts,
): Promise<FastifyReply> {
  refuseStrangers(request, parts.settings)
  const ctx = await enter(request, reply, parts)
  const message = readMessage(request)
  if ('refusal' in message) return refuse(reply, message.refusal)
  if (Array.isArray(message.body)) {
    if (message.body.length > mostInBatch)
      return refuse(reply, { code: -32_600, message: `At most ${mostInBatch} messages at once` })
    for (const _ of message.body.slice(1)) await enter(request, reply, parts)
  }
  const chosen = chooseTools(parts.surface, request.query as Record<string, unknown>, {
    caller: ctx.caller,
    isReadOnly: parts.isReadOnly,
  })
  const { surface, clock, settings } = parts
  const call = { ctx, requestId: request.id, headers: headersForOperations(request) }
  const served: Served = { surface, chosen, call, version: settings.version, clock }
  const response = await handler.fetch(toWebRequest(request, reply), {
    parsedBody: message.body,
    // The token itself stays here: nothing behind this line needs it.
    authInfo: { token: '', clientId: '', scopes: [], extra: { served } },
  })
  const isPlain = takesOnlyJson(request.headers.accept, message.body)
  const answer = isPlain ? await toJsonResponse(response, Array.isArray(message.body)) : response
  return reply.header('cache-control', 'no-store').send(answer)
}

/** Who calls; a refusal says where credentials are to be had, so that clients begin to ask for one. */
async function enter(request: FastifyRequest, reply: FastifyReply, parts: McpParts): Promise<Context> {
  try {
    return await parts.gatekeeper.enter(request, reply, { id: 'mcp', access: 'any' })
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 401) throw error
    const hasTried = request.headers.authorization !== undefined || request.headers['x-api-key'] !== undefined
    const challenge = writeChallenge({
      metadataUrl: metadataUrlOf(parts.settings.publicUrl),
      scope: parts.defaultScopes.join(' '),
      ...(hasTried ? { error: { code: 'invalid_token', description: 'The credential is not valid' } } : {}),
    })
    const { code, status, message, details } = error
    throw new AppError(
      { code, status, text: message },
      {
        cause: error,
        headers: { ...error.headers, 'www-authenticate': challenge },
        ...(details === undefined ? {} : { details }),
      },
    )
  }
}

/** A refusal in the protocol's own words. */
interface Refusal {
  code: number
  message: string
}

function refuse(reply: FastifyReply, error: Refusal): FastifyReply {
  return reply.code(400).header('cache-control', 'no-store').send({ jsonrpc: '2.0', error, id: null })
}

/** The message of a request; what no JSON is, or what nobody could store, is refused before anything reads it. */
function readMessage(request: FastifyRequest): { body: unknown } | { refusal: Refusal } {
  refuseCharset(charsetOf(request))
  const text = Buffer.isBuffer(request.body) ? decodeBody(request.body) : ''
  let body: unknown
  try {
    body = JSON.parse(text, (key, part: unknown) => (key === '__proto__' ? undefined : part))
  } catch {
    return { refusal: { code: -32_700, message: 'The body is not valid JSON' } }
  }
  const [problem] = findUnusable(body)
  if (problem !== undefined)
    return { refusal: { code: -32_600, message: `${problem.field}: ${problem.message}` } }
  return { body }
}

/** Of a tool's request operations know these alone: the rest is the protocol's. */
function headersForOperations({ headers }: FastifyRequest): Record<string, string> {
  const { 'user-agent': userAgent, 'idempotency-key': key } = headers
  return {
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    ...(typeof key === 'string' ? { 'idempotency-key': key } : {}),
  }
}

/** The request as the protocol's library reads it: without its body, which is read, and without credentials. */
function toWebRequest(request: FastifyRequest, reply: FastifyReply): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (['authorization', 'x-api-key', 'cookie', 'content-length', 'connection'].includes(name)) continue
    if (typeof value === 'string') headers.set(name, value)
    else if (value !== undefined) headers.set(name, value.join(', '))
  }
  headers.set('content-type', 'application/json')
  headers.set('accept', 'application/json, text/event-stream')
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return new Request(`http://localhost${mcpPath}`, { method: 'POST', headers, signal: gone.signal })
}
