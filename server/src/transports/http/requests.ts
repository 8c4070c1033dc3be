import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import type { Ids } from '../../platform/ids.ts'

const safeId = /^[\w.:-]{1,64}$/

/** The caller's request id when it is safe to write into logs and headers, else a new one. */
export function requestIdOf(header: string | string[] | undefined, ids: Pick<Ids, 'uuid'>): string {
  return typeof header === 'string' && safeId.test(header) ? header : ids.uuid()
}

/** Bodies arrive as text whatever their content type says; operations with a body schema read them as JSON. */
export function acceptAnyBody(http: FastifyInstance): void {
  http.addHook('onRequest', (request, _reply, next) => {
    const { headers } = request
    const type = headers['content-type']
    // Fastify refuses types it cannot read before any parser is asked; what counts here is the body itself.
    if (type !== undefined && !type.startsWith('multipart/')) headers['content-type'] = 'application/json'
    next()
  })
  http.removeAllContentTypeParsers()
  http.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
}

/**
 * One line per request: route pattern instead of the URL, so that neither tokens nor phone numbers get in. Reads that
 * succeed are told at debug, because a busy dashboard would drown everything else.
 */
export function logAccess(http: FastifyInstance, log: Logger, clock: Pick<Clock, 'monotonicMs'>): void {
  const startedAt = new WeakMap<FastifyRequest, number>()
  http.addHook('onRequest', (request, _reply, next) => {
    startedAt.set(request, clock.monotonicMs())
    next()
  })
  http.addHook('onResponse', (request, reply, next) => {
    const isQuiet = reply.statusCode < 400 && (request.method === 'GET' || request.method === 'HEAD')
    const level = reply.statusCode >= 500 ? 'error' : isQuiet ? 'debug' : 'info'
    if (log.isLevelEnabled(level)) {
      const durationMs = Math.round(clock.monotonicMs() - (startedAt.get(request) ?? 0))
      log[level](
        {
          request_id: request.id,
          method: request.method,
          route: request.routeOptions.url ?? 'unknown',
          status: reply.statusCode,
          duration_ms: durationMs,
        },
        'request',
      )
    }
    next()
  })
}
