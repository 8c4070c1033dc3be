import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Logger } from 'pino'
import type { AccessPolicy } from '../../access.ts'
import type { Caller, Context } from '../../context.ts'
import type { Door } from '../../door.ts'
import type { Callback, EventStream } from '../../feature.ts'
import type { Operation } from '../../operation.ts'
import type { Clock } from '../../platform/clock.ts'
import { notFound } from '../../platform/errors.ts'
import type { Events } from '../../platform/events/events.ts'
import type { Ids } from '../../platform/ids.ts'
import { createRateLimits, type RateLimits } from '../../platform/rate-limits/rate-limits.ts'
import type { Toolset } from '../../tool.ts'
import { openDashboard } from '../dashboard/dashboard.ts'
import { addMcp, metadataUrlOf } from '../mcp/mcp.ts'
import { createOperationSurface } from '../mcp/operation-tools.ts'
import type { McpSurface } from '../mcp/surface.ts'
import { addStreams } from '../sse/streams.ts'
import { brandPages } from './brand-pages.ts'
import { allowOrigins } from './cors.ts'
import { createDoorServices } from './door-services.ts'
import { addDoors } from './doors.ts'
import { drainOnClose } from './drain.ts'
import { createErrorHandler } from './errors.ts'
import { createGatekeeper } from './gatekeeper.ts'
import { addHealthRoutes, type HealthChecks } from './health.ts'
import { addMethodRefusals, addOperationRoutes, withAliases } from './operation-routes.ts'
import { addPages, type Page } from './pages.ts'
import { addReference } from './reference.ts'
import { acceptAnyBody, createRequestNamer, logAccess, markAnswers, prepareRequests } from './requests.ts'
import { securityHeaders } from './security-headers.ts'

/** The HTTP server before and after it listens; `inject` answers without a socket. */
export type HttpServer = FastifyInstance

/** Settings of the HTTP transport; every one has a safe default. */
export interface HttpSettings {
  /** Base of links; `https` switches Strict-Transport-Security on. */
  publicUrl: string
  version: string
  /** Origins whose pages may call the API; default any, since no cookie is ever a credential. */
  corsOrigins?: readonly string[]
  /** Proxies whose `X-Forwarded-For` is believed: addresses or CIDRs; default none. */
  trustedProxies?: readonly string[]
  /** Requests per minute of one address on operations without credential; default 30. */
  publicPerMinute?: number
  /** Refused credentials per minute of one address; default 600. */
  refusedPerMinute?: number
  /** Seconds between comment lines on a silent stream; default 20. */
  heartbeatSeconds?: number
  /** Tools may read and change nothing. */
  isMcpReadOnly?: boolean
}

/** Everything the HTTP transport is given; it knows no feature. */
export interface HttpParts {
  operations: readonly Operation[]
  streams?: readonly EventStream[]
  /** Paths that follow protocols of their own. */
  doors?: readonly Door[]
  /** Requests that the product makes; the OpenAPI document describes them. */
  callbacks?: readonly Callback[]
  /** What the Model Context Protocol offers: of operations, or as it is. Without it there is no such endpoint. */
  tools?: Toolset | McpSurface | undefined
  policy: AccessPolicy
  createContext(caller: Caller): Context
  settings: HttpSettings
  health: HealthChecks
  log: Logger
  clock: Clock
  ids: Ids
  events: Events
  /** Counts shared by several processes; default this process's memory. */
  rateLimits?: RateLimits
  pages?: readonly Page[]
  /** Where the built dashboard lies; without it `/` says how to build it. */
  dashboardDirectory?: string | undefined
  /** Called for every answer, with its status and the seconds it took. */
  onAnswer?(status: number, seconds: number): void
}

/** Puts HTTP in front of the operations. The caller listens and closes; closing ends every stream. */
export async function createHttpServer(parts: HttpParts): Promise<HttpServer> {
  const { operations, policy, settings, log, clock, ids } = parts
  const { streams = [], callbacks = [] } = parts
  const gatekeeper = createGatekeeper({
    policy,
    createContext: parts.createContext,
    rateLimits: parts.rateLimits ?? createRateLimits({ clock }),
    publicPerMinute: settings.publicPerMinute ?? 30,
    refusedPerMinute: settings.refusedPerMinute ?? 600,
  })
  const handleError = createErrorHandler(log, gatekeeper.announce)
  const http = Fastify({
    ...serverOptions(settings, ids),
    frameworkErrors: (error, request, reply) => handleError(error, request, reply),
  })
  http.setErrorHandler(handleError)
  drainOnClose(http, clock)
  markAnswers(http, securityHeaders(settings.publicUrl.startsWith('https:')))
  logAccess(http, log)
  measureAnswers(http, parts.onAnswer)
  allowOrigins(http, settings.corsOrigins)
  prepareRequests(http)
  acceptAnyBody(http)
  const served = withAliases(operations)
  await addOperationRoutes(http, served, gatekeeper, policy)
  addStreams(http, streams, { ...parts, gatekeeper, heartbeatSeconds: settings.heartbeatSeconds ?? 20 })
  const offered = parts.tools === undefined ? undefined : offer(parts, parts.tools)
  addDoors(http, parts.doors ?? [], {
    gatekeeper,
    policy,
    log,
    services: createDoorServices({ operations, policy, ...offered }),
  })
  addMethodRefusals(http, [...served, ...streams.map(({ path }) => ({ method: 'GET', path }))])
  if (offered !== undefined) addMcp(http, { ...parts, gatekeeper, ...offered })
  const dashboard = openDashboard(parts.dashboardDirectory)
  http.setNotFoundHandler(async (request, reply) => {
    if (dashboard.isPage(request)) return dashboard.sendPage(request, reply)
    throw notFound.create()
  })
  await http.register((open, _options, done) => {
    open.addHook('onRequest', (request, reply, next) => {
      gatekeeper.announce(request, reply)
      next()
    })
    addHealthRoutes(open, parts.health)
    dashboard.addRoutes(open)
    // The dashboard draws these itself.
    const pages = (parts.pages ?? []).filter(({ path }) => !dashboard.isBuilt || path !== '/setup')
    addPages(open, [...brandPages, ...pages])
    addReference(open, { operations, streams, callbacks, version: settings.version }, settings.publicUrl)
    done()
  })
  await http.ready()
  return http
}

/** What the Model Context Protocol offers, of tables and operations where it is not made already. */
function offer({ operations, policy, settings }: HttpParts, tools: Toolset | McpSurface) {
  const isReadOnly = settings.isMcpReadOnly === true
  if (!('defaultScopes' in tools)) return { surface: tools, defaultScopes: [], isReadOnly }
  const metadataUrl = metadataUrlOf(settings.publicUrl)
  const surface = createOperationSurface(tools, { operations, policy, metadataUrl })
  return { surface, defaultScopes: tools.defaultScopes, isReadOnly }
}

function measureAnswers(http: FastifyInstance, onAnswer: HttpParts['onAnswer']): void {
  if (onAnswer === undefined) return
  http.addHook('onResponse', (_request, reply, next) => {
    onAnswer(reply.statusCode, reply.elapsedTime / 1000)
    next()
  })
}

function serverOptions(settings: HttpSettings, ids: Ids): FastifyServerOptions {
  const nameRequest = createRequestNamer(ids)
  return {
    keepAliveTimeout: 72_000,
    requestTimeout: 120_000,
    logger: false,
    genReqId: (raw) => nameRequest(raw.headers['x-request-id']),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    trustProxy:
      settings.trustedProxies === undefined || settings.trustedProxies.length === 0
        ? false
        : [...settings.trustedProxies],
    forceCloseConnections: 'idle',
    clientErrorHandler(error, socket) {
      if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
      const body = '{"detail":"The request could not be read","code":"malformed_request"}\n'
      const length = Buffer.byteLength(body)
      const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${length}`
      socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`)
    },
  }
}
