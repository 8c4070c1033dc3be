import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type scalar from '@scalar/fastify-api-reference'
import Fastify, { type FastifyInstance } from 'fastify'
import { toJsonLine } from './answers.ts'
import { buildOpenApi, type OpenApiOptions } from './openapi.ts'
import { buildActions } from './openapi-actions.ts'
import type { JsonObject } from './openapi-schemas.ts'
import { referencePolicy } from './security-headers.ts'

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g

/**
 * `/openapi.json`, and `/docs` to read it: everything from this server, nothing fetched from elsewhere. Importers of
 * `/openapi-actions.json` keep it, so its one server has a whole address: `publicUrl`.
 */
export function addReference(http: FastifyInstance, options: OpenApiOptions, publicUrl: string): void {
  addDocument(http, '/openapi.json', () => buildOpenApi(options))
  addDocument(http, '/openapi-actions.json', () => buildActions({ ...options, serverUrl: publicUrl }))
  // Until there is a dashboard, whoever opens the address gets what there is to read.
  let reference: Promise<FastifyInstance> | undefined
  for (const path of ['/docs', '/docs/*']) {
    http.get(path, async (request, reply) => {
      reference ??= openReference()
      const page = await (await reference).inject({ method: 'GET', url: request.url })
      const { location } = page.headers
      if (location !== undefined) reply.header('location', location)
      return reply
        .code(page.statusCode)
        .header('content-type', page.headers['content-type'] ?? 'text/html; charset=utf-8')
        .header('content-security-policy', referencePolicy(hashesOf(page.payload)))
        .header('cache-control', 'no-cache')
        .send(page.rawPayload)
    })
  }
}

/** A document that is made when somebody first asks for it. */
function addDocument(http: FastifyInstance, path: string, build: () => JsonObject): void {
  let text: string | undefined
  http.get(path, async (_request, reply) => {
    text ??= toJsonLine(build())
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(text)
  })
}

/** The reference in a server of its own, loaded when somebody first looks: its code takes 33 MB of memory. */
async function openReference(): Promise<FastifyInstance> {
  const loaded = createRequire(import.meta.url)('@scalar/fastify-api-reference') as { default: typeof scalar }
  const docs = Fastify({ routerOptions: { ignoreTrailingSlash: true } })
  await docs.register(loaded.default, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      pageTitle: 'MoltFlow API',
      favicon: '/favicon.svg',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  })
  await docs.ready()
  return docs
}

/** The page configures itself in a script of its own; its hash is the only inline script allowed. */
function hashesOf(page: string): string[] {
  if (page.length >= 100_000) return []
  return [...page.matchAll(inlineScript)].map((match) => sha256(match[1] ?? ''))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
