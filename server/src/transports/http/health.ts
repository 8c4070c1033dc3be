import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { unavailable } from '../../platform/errors.ts'
import { refuse } from './credentials.ts'

/** What the probes and the scraper ask. */
export interface HealthChecks {
  /** Resolves when the database answers and migrations are done; rejects or returns false otherwise. */
  isReady(): Promise<boolean>
  /** Prometheus text, or undefined when nothing is measured. */
  metrics?(): Promise<{ contentType: string; body: string }>
  /** Without one, `/metrics` is open: it then relies on the address the server listens on. */
  metricsToken?: string | undefined
}

/** `/health/live`, `/health/ready` and `/metrics`: no API key, told apart so that a slow database kills no process. */
export function addHealthRoutes(http: FastifyInstance, checks: HealthChecks): void {
  http.get('/health/live', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return { status: 'ok' }
  })
  http.get('/health/ready', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    const isReady = await checks.isReady().catch(() => false)
    if (!isReady) throw unavailable.create({ message: 'Not ready', headers: { 'retry-after': '1' } })
    return { status: 'ready' }
  })
  const { metrics } = checks
  if (metrics === undefined) return
  http.get('/metrics', async (request, reply) => {
    if (!holdsToken(request, checks.metricsToken)) throw refuse()
    const { contentType, body } = await metrics()
    return reply.header('content-type', contentType).header('cache-control', 'no-store').send(body)
  })
}

function holdsToken(request: FastifyRequest, token: string | undefined): boolean {
  if (token === undefined || token === '') return true
  const given = Buffer.from(request.headers.authorization ?? '')
  const expected = Buffer.from(`Bearer ${token}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
