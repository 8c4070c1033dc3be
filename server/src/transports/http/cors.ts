import type { FastifyInstance } from 'fastify'

const preflightAnswer = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Mcp-Method, Mcp-Name, MCP-Protocol-Version, Mcp-Session-Id, Prefer, X-API-Key, X-Request-Id',
  'access-control-max-age': '600',
}

/** For the scraper alone: no page has to read it. */
const metricsPath = '/metrics'

const exposed =
  'Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, X-Required-Scopes, WWW-Authenticate'

/**
 * Lets pages of other origins call the API: any origin by default, because a credential is always a header that the
 * page must know and never a cookie. Requests that name no origin, which is nearly all, pay nothing.
 */
export function allowOrigins(http: FastifyInstance, origins: readonly string[] | undefined): void {
  http.addHook('onRequest', (request, reply, next) => {
    const { origin } = request.headers
    if (origin === undefined || request.routeOptions.url === metricsPath) return next()
    reply.header('vary', 'Origin')
    const isAllowed = origins === undefined || origins.includes(origin)
    if (isAllowed) {
      reply.header('access-control-allow-origin', origins === undefined ? '*' : origin)
      reply.header('access-control-expose-headers', exposed)
    }
    const isPreflight =
      request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
    if (!isPreflight) return next()
    if (isAllowed) reply.headers(preflightAnswer)
    reply.code(204).send()
  })
}
