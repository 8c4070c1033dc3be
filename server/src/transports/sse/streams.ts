import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Context } from '../../context.ts'
import type { EventStream, StreamFrame, StreamSource } from '../../feature.ts'
import type { Clock } from '../../platform/clock.ts'
import { AppError, defineError, notFound, validationFailed } from '../../platform/errors.ts'
import type { Events, PublishedEvent, Subscription } from '../../platform/events/events.ts'
import { booleanQuery } from '../../wire.ts'
import { authorise } from '../call-operation.ts'
import { jsonType, toJsonLine } from '../http/answers.ts'
import { expiryOf } from '../http/credentials.ts'
import type { Gatekeeper } from '../http/gatekeeper.ts'
import { checkQuery } from '../http/input.ts'
import { routePath } from '../http/operation-routes.ts'
import { findUnusable } from '../http/request-text.ts'
import { Coalescer } from './coalescer.ts'
import { StreamConnection } from './connection.ts'
import { encodeFrame, heartbeat, retryFrame } from './frames.ts'

/** Events that wait for one slow reader before the oldest are dropped and counted. */
const capacity = 256

const eventStreamType = 'text/event-stream'

const maxTimerMs = 2 ** 31 - 1

/** Streams of one tenant in this process at once: more than people and programs need, fewer than would starve others. */
const mostOfTenant = 100

export const tooManyStreams = defineError(
  'too_many_streams',
  429,
  `This tenant has ${mostOfTenant} streams open: end some, or let several readers share one`,
)

/** What streams need beside their list. */
export interface StreamParts {
  gatekeeper: Gatekeeper
  events: Events
  clock: Clock
  log: Logger
  heartbeatSeconds: number
}

/** Serves event streams; all of them end when the server closes. */
export function addStreams(http: FastifyInstance, streams: readonly EventStream[], parts: StreamParts): void {
  const open: OpenStreams = { connections: new Set(), byTenant: new Map() }
  for (const stream of streams) {
    http.route({
      method: 'GET',
      url: routePath(stream.path),
      exposeHeadRoute: false,
      handler: (request, reply) => serve(stream, request, reply, parts, open),
    })
  }
  http.addHook('preClose', (done) => {
    for (const connection of open.connections) connection.end()
    done()
  })
}

/** What is open in this process. */
interface OpenStreams {
  connections: Set<StreamConnection>
  byTenant: Map<string, number>
}

/** Takes one of the tenant's places; the answer gives it back, once. */
function takePlace({ byTenant }: OpenStreams, { caller }: Context): () => void {
  const tenantId = caller.kind === 'anonymous' ? '' : caller.tenantId
  const count = byTenant.get(tenantId) ?? 0
  if (count >= mostOfTenant) throw tooManyStreams.create({ headers: { 'Retry-After': '30' } })
  byTenant.set(tenantId, count + 1)
  let isTaken = true
  return () => {
    if (!isTaken) return
    isTaken = false
    const left = (byTenant.get(tenantId) ?? 1) - 1
    if (left > 0) byTenant.set(tenantId, left)
    else byTenant.delete(tenantId)
  }
}

async function serve(
  stream: EventStream,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: StreamParts,
  open: OpenStreams,
): Promise<FastifyReply> {
  const query = request.query as { token?: string | string[]; last_event_id?: string }
  // Several tokens are two credentials: joined they are none that anybody could have.
  const token = Array.isArray(query.token) ? query.token.join(' ') : query.token
  const ctx = await parts.gatekeeper.admit(request, reply, stream, token)
  const params = request.params as Record<string, string>
  if (findUnusable(params).length > 0) throw notFound.create()
  if (stream.snapshot !== undefined && wantsJson(request)) {
    const snapshot = await stream.snapshot.read(ctx, params)
    return reply.header('cache-control', 'no-store').type(jsonType).send(toJsonLine(snapshot))
  }
  const asked = stream.query === undefined ? {} : checkQuery(stream.query, request.query)
  const source = await stream.open(ctx, params, asked)
  const giveBack = takePlace(open, ctx)
  const isResumable = stream.isResumable !== false
  const afterId = isResumable ? resumePoint(request, query.last_event_id) : undefined
  const subscription = subscribe(source, ctx, parts.events, afterId)
  // Asked again once the subscription stands: a change in between would otherwise be in neither.
  const { first } = await stream.open(ctx, params, asked).catch((error: unknown) => {
    giveBack()
    subscription.close()
    throw error
  })
  reply.hijack()
  const cancels: (() => void)[] = []
  const connection = new StreamConnection(reply.raw, parts.clock, () => {
    giveBack()
    open.connections.delete(connection)
    subscription.close()
    for (const cancel of cancels) cancel()
  })
  open.connections.add(connection)
  reply.raw.writeHead(200, streamHeaders(reply))
  cancels.push(watch(connection, { stream, source, request, token, ctx }, parts))
  const coalescer = new Coalescer(parts.clock, (frame) => connection.writeIfIdle(frame))
  cancels.push(() => coalescer.close())
  pump(connection, { source, first, subscription, coalescer, isResumable }).catch((error: unknown) => {
    parts.log.error({ err: error, request_id: request.id, stream: stream.id }, 'stream failed')
    connection.end()
  })
  return reply
}

/** Whether the caller asks for one answer and no stream; who accepts anything gets the stream. */
function wantsJson({ query, headers }: FastifyRequest): boolean {
  const { stream } = query as { stream?: unknown }
  if (stream !== undefined && stream !== '') return !readYesOrNo('stream', stream)
  const accept = headers.accept?.toLowerCase() ?? ''
  return accept.includes('application/json') && !accept.includes(eventStreamType)
}

function readYesOrNo(field: string, value: unknown): boolean {
  const parsed = booleanQuery().safeParse(value)
  if (parsed.success) return parsed.data
  const message = 'must be true or false'
  throw validationFailed.create({
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

function subscribe(
  source: StreamSource,
  ctx: Context,
  events: Events,
  afterId: string | undefined,
): Subscription {
  const { caller } = ctx
  const tenantId = caller.kind === 'anonymous' ? undefined : caller.tenantId
  return events.subscribe({
    names: source.names,
    // The tenant is checked here whatever the feature says: a stream must never show another tenant.
    matches: ({ payload }) => payload.tenantId === tenantId && source.matches(payload),
    capacity: source.endsBeyond ?? capacity,
    ...(afterId === undefined ? {} : { afterId }),
  })
}

function resumePoint(request: FastifyRequest, queryId: string | undefined): string | undefined {
  const header = request.headers['last-event-id']
  const id = typeof header === 'string' && header !== '' ? header : queryId
  return typeof id === 'string' && id !== '' ? id : undefined
}

function streamHeaders(reply: FastifyReply): OutgoingHttpHeaders {
  return {
    // Those of security, cross-origin calls and rate limits, which a hijacked reply would lose.
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': `${eventStreamType}; charset=utf-8`,
    'cache-control': 'no-store',
    // Proxies of the nginx family would hold events back.
    'x-accel-buffering': 'no',
  }
}

/** What goes to one reader. */
interface Pumped {
  source: StreamSource
  first: StreamSource['first']
  subscription: Subscription
  coalescer: Coalescer
  isResumable: boolean
}

async function pump(connection: StreamConnection, pumped: Pumped): Promise<void> {
  const { source, first, subscription } = pumped
  await connection.write(retryFrame + first.map((frame) => encodeFrame(frame)).join(''))
  if (first.some(({ isLast }) => isLast === true)) return connection.end()
  for await (const item of subscription) {
    if (connection.isEnded) break
    if ('lost' in item) {
      const lost: StreamFrame = { event: 'stream.lost', data: { lost: item.lost } }
      const frame = source.catchUp === undefined ? lost : await source.catchUp()
      if (frame !== undefined) await connection.write(encodeFrame(frame))
      if (frame?.isLast === true || (item.isOverrun && source.endsBeyond !== undefined)) break
    } else if (await tell(connection, pumped, item)) break
  }
  connection.end()
}

/** Writes one event, now or when its second is over; says whether the stream ends with it. */
async function tell(connection: StreamConnection, pumped: Pumped, event: PublishedEvent): Promise<boolean> {
  const { source, coalescer, isResumable } = pumped
  const { id, name, payload, atMs } = event
  const frame = await source.encode(name, payload, atMs)
  if (frame !== undefined) {
    const text = encodeFrame(frame, isResumable ? id : undefined)
    const thing = source.coalesceBy?.(name, payload)
    if (thing === undefined || coalescer.mayGo(thing, text)) await connection.write(text)
  }
  return frame?.isLast === true || source.endsOn?.(name, payload) === true
}

/** An open stream and whose it is. */
interface Watched {
  stream: EventStream
  source: StreamSource
  request: FastifyRequest
  token: string | undefined
  ctx: Context
}

/**
 * Heartbeats, and the end of the stream when its credential ends: exactly at the token's expiry, and at once when it is
 * revoked, loses a scope or its user is suspended; a heartbeat later where no process told of it.
 */
function watch(
  connection: StreamConnection,
  { stream, source, request, token, ctx }: Watched,
  parts: StreamParts,
): () => void {
  const { clock, gatekeeper, log } = parts
  async function isStillAllowed(): Promise<boolean> {
    try {
      const { caller } = await gatekeeper.authenticate(request, token)
      authorise(caller, stream)
      return source.mayGoOn?.(caller) ?? true
    } catch (error) {
      if (error instanceof AppError) return false
      // A database that is away for a moment is no reason to end streams.
      log.warn({ err: error, stream: stream.id }, 'stream credential not checked')
      return true
    }
  }
  async function endUnlessAllowed() {
    const isAllowed = await isStillAllowed()
    if (!isAllowed) connection.end()
  }
  let beat = clock.schedule(parts.heartbeatSeconds * 1000, () => void tick())
  async function tick() {
    connection.writeIfIdle(heartbeat)
    await endUnlessAllowed()
    if (!connection.isEnded) beat = clock.schedule(parts.heartbeatSeconds * 1000, () => void tick())
  }
  const expiresAtMs = expiryOf(token ?? request.headers.authorization?.replace(/^Bearer +/i, '') ?? '')
  const remainingMs = (expiresAtMs ?? Number.POSITIVE_INFINITY) - clock.nowMs()
  // Timers take no more than 31 bits of milliseconds; a token that lives longer is left to the heartbeat.
  const end = remainingMs > maxTimerMs ? undefined : clock.schedule(remainingMs, () => connection.end())
  const unwatch = gatekeeper.watch(ctx.caller, () => void endUnlessAllowed())
  return () => {
    beat.cancel()
    end?.cancel()
    unwatch()
  }
}
