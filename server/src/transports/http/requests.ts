import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Ids } from '../../platform/ids.ts'

const safeId = /^[\w.:-]{1,64}$/

/** Names requests: by the caller's id when it is safe to write into logs and headers, else by one of our own. */
export function createRequestNamer(ids: Pick<Ids, 'token'>) {
  // Unique by process and count: a fresh random id per request would cost more than routing it.
  const prefix = ids.token(9)
  let count = 0
  return (header: string | string[] | undefined): string => {
    if (typeof header === 'string' && safeId.test(header)) return header
    count += 1
    return `${prefix}.${count.toString(36)}`
  }
}

/** Bodies arrive as text whatever their content type says; operations with a body schema read them as JSON. */
export function acceptAnyBody(http: FastifyInstance): void {
  http.removeAllContentTypeParsers()
  http.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
}

/** Every request starts here: fixed headers, its id, and a content type that Fastify does not trip over. */
export function prepareRequests(http: FastifyInstance, fixedHeaders: Record<string, string>): void {
  http.addHook('onRequest', (request, reply, next) => {
    reply.headers(fixedHeaders).header('x-request-id', request.id)
    const { headers } = request
    const type = headers['content-type']
    // Fastify refuses types it cannot read before any parser is asked; what counts here is the body itself.
    if (type !== undefined && !type.startsWith('multipart/')) headers['content-type'] = 'application/json'
    next()
  })
}

/**
 * One line per request: route pattern instead of the URL, so that neither tokens nor phone numbers get in. Reads that
 * succeed are logged at debug, because a busy dashboard would drown everything else.
 */
export function logAccess(http: FastifyInstance, log: Logger): void {
  http.addHook('onResponse', (request, reply, next) => {
    const isQuiet = reply.statusCode < 400 && (request.method === 'GET' || request.method === 'HEAD')
    const level = reply.statusCode >= 500 ? 'error' : isQuiet ? 'debug' : 'info'
    if (log.isLevelEnabled(level)) {
      log[level](
        {
          request_id: request.id,
          method: request.method,
          route: request.routeOptions.url ?? 'unknown',
          status: reply.statusCode,
          duration_ms: Math.round(reply.elapsedTime),
        },
        'request',
      )
    }
    next()
  })
}
