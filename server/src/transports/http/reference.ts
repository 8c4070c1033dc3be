import { createHash } from 'node:crypto'
import scalar from '@scalar/fastify-api-reference'
import type { FastifyInstance } from 'fastify'
import { buildOpenApi, type OpenApiOptions } from './openapi.ts'
import { referencePolicy } from './security-headers.ts'

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g

/** `/openapi.json`, and `/docs` to read it: everything from this server, nothing fetched from elsewhere. */
export function addReference(http: FastifyInstance, options: OpenApiOptions): void {
  let text: string | undefined
  http.get('/openapi.json', async (_request, reply) => {
    text ??= JSON.stringify(buildOpenApi(options))
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(text)
  })
  http.register((docs, _options, done) => {
    docs.addHook('onSend', async (_request, reply, payload) => {
      // The page configures itself in a script of its own; its hash is the only inline script allowed.
      const page = typeof payload === 'string' && payload.length < 100_000 ? payload : ''
      const hashes = [...page.matchAll(inlineScript)].map((match) => sha256(match[1] ?? ''))
      reply.header('content-security-policy', referencePolicy(hashes))
      reply.header('cache-control', 'no-cache')
      return payload
    })
    docs.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        url: '/openapi.json',
        pageTitle: 'MoltFlow API',
        withDefaultFonts: false,
        telemetry: false,
        hideClientButton: true,
        showDeveloperTools: 'never',
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    })
    done()
  })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
