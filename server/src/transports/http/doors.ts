import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { AccessPolicy } from '../../access.ts'
import type { Door, DoorServices } from '../../door.ts'
import { AppError } from '../../platform/errors.ts'
import type { Gatekeeper } from './gatekeeper.ts'
import { addressOf } from './public-counts.ts'

/** Bodies of forms and of client metadata. */
const maxBodyBytes = 64 * 1024

/** What doors need beside their list. */
export interface DoorParts {
  gatekeeper: Gatekeeper
  policy: AccessPolicy
  services(requestId: string): DoorServices
  log: Logger
}

/** Serves doors; their requests are counted as those of public operations are. */
export function addDoors(http: FastifyInstance, doors: readonly Door[], parts: DoorParts): void {
  for (const door of doors) {
    http.route({
      method: door.method,
      url: door.path,
      exposeHeadRoute: false,
      bodyLimit: door.maxBodyBytes ?? maxBodyBytes,
      handler: (request, reply) => serve(door, request, reply, parts),
    })
  }
}

async function serve(door: Door, request: FastifyRequest, reply: FastifyReply, parts: DoorParts) {
  const { id, perMinute, countsRefusals, entry } = door
  const rules = {
    access: 'public' as const,
    id,
    ...entry,
    ...(perMinute === undefined ? {} : { perMinute }),
    ...(countsRefusals === undefined ? {} : { countsRefusals, refusesAhead: true as const }),
  }
  let ctx: Awaited<ReturnType<Gatekeeper['admit']>>
  try {
    ctx = await parts.gatekeeper.admit(request, reply, rules)
    if (entry?.gate !== undefined) await parts.policy.checkGate(ctx, entry.gate)
  } catch (error) {
    if (!(error instanceof AppError) || entry !== undefined) throw error
    // Clients of these protocols read `error`; `detail` says the same to those of the API.
    const body = { error: 'temporarily_unavailable', error_description: error.message, detail: error.message }
    return reply
      .code(error.status)
      .headers(error.headers ?? {})
      .send(body)
  }
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value)
  try {
    await door.serve(
      ctx,
      {
        method: request.method,
        url: request.raw.url ?? '/',
        headers: asSent(request),
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        ip: addressOf(request),
      },
      raw,
      parts.services(request.id),
    )
  } catch (error) {
    parts.log.error({ err: error, request_id: request.id, door: id }, 'door failed')
    if (!raw.headersSent) raw.writeHead(500, { 'content-type': 'application/json; charset=utf-8' })
    raw.end(raw.writableEnded ? undefined : '{"error":"server_error"}\n')
  }
  if (entry === undefined && raw.statusCode >= 400 && raw.statusCode < 500)
    await parts.gatekeeper.countAnswered(request, rules)
  return reply
}

/** The headers with the content type that came: Fastify was told another one, which it does not trip over. */
function asSent({ raw, headers }: FastifyRequest): IncomingHttpHeaders {
  const { rawHeaders } = raw
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'content-type')
      return { ...headers, 'content-type': rawHeaders[index + 1] }
  }
  return headers
}
