import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { defineError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import { findUndecodable, foreignCharset } from './request-text.ts'

export const unsupportedMediaType = defineError(
  'unsupported_media_type',
  415,
  'Bodies of this type or encoding are not read',
)

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

const charsets = new WeakMap<FastifyRequest, string>()

/** The encoding that the request names for its body; undefined for UTF-8, or none. */
export function charsetOf(request: FastifyRequest): string | undefined {
  return charsets.get(request)
}

/** Bodies arrive as bytes whatever their content type says; operations with a body schema read them as JSON. */
export function acceptAnyBody(http: FastifyInstance): void {
  http.removeAllContentTypeParsers()
  http.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** Whether a content type is that of a form with files; other bodies in parts are nothing that is read here. */
export function isForm(type: string | undefined): boolean {
  return /^\s*multipart\/form-data\s*(?:;|$)/i.test(type ?? '')
}

const isMultipart = (type: string): boolean => /^\s*multipart\//i.test(type)

/** Every answer has these headers and the id of its request. */
export function markAnswers(http: FastifyInstance, fixedHeaders: Record<string, string>): void {
  http.addHook('onRequest', (request, reply, next) => {
    reply.headers(fixedHeaders).header('x-request-id', request.id)
    next()
  })
}

/**
 * Refuses what nobody could read, and gives bodies a content type that Fastify does not trip over. Its refusals end the
 * row of hooks: those that count requests or let other origins read answers have to be added before.
 */
export function prepareRequests(http: FastifyInstance): void {
  http.addHook('onRequest', (request, _reply, next) => {
    const { headers } = request
    const { 'content-type': type, 'content-encoding': encoding } = headers
    if (encoding !== undefined && !['', 'identity'].includes(encoding.trim().toLowerCase())) {
      const message = `Bodies in the encoding ${JSON.stringify(encoding.slice(0, 40))} are not read: send them as they are`
      return next(unsupportedMediaType.create({ message }))
    }
    const charset = foreignCharset(type)
    if (charset !== undefined) charsets.set(request, charset)
    const unreadable = findUndecodable(request.raw.url ?? '')
    if (unreadable !== undefined) return next(unreadable)
    if (isForm(type)) return next()
    if (type !== undefined && isMultipart(type)) {
      const message = 'Of bodies in parts only multipart/form-data is read'
      return next(unsupportedMediaType.create({ message }))
    }
    // Fastify refuses types it cannot read before any parser is asked; what counts here is the body itself.
    if (type !== undefined) headers['content-type'] = 'application/json'
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
