import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { notFound } from '../../platform/errors.ts'
import { openerPolicy } from '../http/pages.ts'
import { pagePolicy } from '../http/security-headers.ts'

/** What the browser may do in the dashboard: what this server gives out, and nothing written into the page. */
const dashboardPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
}

/** In the order in which they are chosen; built ahead, so that nothing is compressed while somebody waits. */
const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const

const unbuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MoltFlow</title>
<h1>The dashboard is not built</h1>
<p>The API works. To build the dashboard, stop the server and start it with <code>npm start</code>, or run
<code>npm run build</code> and start it again.</p>
<p><a href="/docs">API reference</a></p>
</html>
`

/** The built dashboard: its files, and its page for every address that it draws itself. */
export interface Dashboard {
  isBuilt: boolean
  addRoutes(http: FastifyInstance): void
  /** Whether an address nobody else answers is one of the dashboard's. */
  isPage(request: FastifyRequest): boolean
  sendPage(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
}

/** Reads what is built in a directory; without one, `/` says how to build it. */
export function openDashboard(directory: string | undefined): Dashboard {
  const isBuilt = directory !== undefined && existsSync(join(directory, 'index.html'))
  const files = new Set(isBuilt ? listFiles(directory) : [])

  async function sendFile(
    request: FastifyRequest,
    reply: FastifyReply,
    file: { name: string; cacheControl: string; etag: string },
  ): Promise<FastifyReply> {
    const { name, cacheControl, etag } = file
    if (directory === undefined || !files.has(name)) throw notFound.create()
    reply.headers({ 'cache-control': cacheControl, etag, vary: 'Accept-Encoding' })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    const accepted = request.headers['accept-encoding'] ?? ''
    const encoding = encodings.find(
      ({ name: wanted, suffix }) => acceptsEncoding(accepted, wanted) && files.has(name + suffix),
    )
    if (encoding !== undefined) reply.header('content-encoding', encoding.name)
    reply.type(types[extname(name)] ?? 'application/octet-stream')
    return reply.send(await readFile(join(directory, name + (encoding?.suffix ?? ''))))
  }

  const page = {
    name: 'index.html',
    cacheControl: 'no-cache',
    etag: isBuilt ? etagOf(directory, 'index.html') : '',
  }
  const sendPage: Dashboard['sendPage'] = async (request, reply) => {
    reply.headers({
      'content-security-policy': isBuilt ? dashboardPolicy : pagePolicy,
      ...openerPolicy(request),
    })
    if (isBuilt) return sendFile(request, reply, page)
    return reply
      .header('cache-control', 'no-store')
      .type(types['.html'] ?? '')
      .send(unbuiltPage)
  }

  function addRoutes(http: FastifyInstance): void {
    http.get('/', sendPage)
    if (!isBuilt) return
    http.get('/setup', sendPage)
    http.get('/assets/:name', (request, reply) => {
      const { name } = request.params as { name: string }
      // Names carry a hash of what is in them: what is under a name never changes.
      const cacheControl = 'public, max-age=31536000, immutable'
      return sendFile(request, reply, { name: `assets/${name}`, cacheControl, etag: `"${name}"` })
    })
    for (const name of files) {
      if (name.includes('/') || /^index\.html|\.(?:br|gz)$/.test(name) || !(extname(name) in types)) continue
      const file = { name, cacheControl: 'no-cache', etag: etagOf(directory, name) }
      http.get(`/${name}`, (request, reply) => sendFile(request, reply, file))
    }
  }
  return { isBuilt, addRoutes, isPage: (request) => isBuilt && isPageRequest(request), sendPage }
}

function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .replaceAll('\\', '/'),
    )
}

function etagOf(directory: string, name: string): string {
  const hash = createHash('sha256').update(readFileSync(join(directory, name)))
  return `"${hash.digest('base64url').slice(0, 22)}"`
}

function acceptsEncoding(header: string, name: string): boolean {
  return header.split(',').some((part) => {
    const [encoding, ...parameters] = part.split(';').map((text) => text.trim())
    return encoding === name && !parameters.some((text) => /^q=0(?:\.0+)?$/.test(text))
  })
}

/** First parts of the paths that the dashboard draws: its areas, and signing in. */
const areas = new Set(
  'inbox groups leads contacts campaigns schedules channels analytics reports sessions webhooks safety settings sign-in'.split(
    ' ',
  ),
)

/** Addresses of areas, and whatever else a person's browser asks for as a page: the dashboard says that it is not there. */
function isPageRequest({ method, url, headers }: FastifyRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const [, first = ''] = url.split(/[/?#]/)
  if (areas.has(first)) return true
  if (['api', 'assets', 'docs', 'health', 'metrics'].includes(first)) return false
  return headers.accept?.includes('text/html') === true
}
