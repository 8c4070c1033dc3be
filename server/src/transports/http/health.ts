import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { unavailable } from '../../platform/errors.ts'
import { jsonType, toJsonLine } from './answers.ts'
import { refuse } from './credentials.ts'

/** What the probes and the scraper ask. */
export interface HealthChecks {
  /** What has to work, by name: each resolves true when it does; rejects or resolves false otherwise. */
  ready: Readonly<Record<string, () => Promise<boolean>>>
  /** Prometheus text, or undefined when nothing is measured. */
  metrics?(): Promise<{ contentType: string; body: string }>
  /** Without one, `/metrics` is open: it then relies on the address the server listens on. */
  metricsToken?: string | undefined
}

/** A probe waits no longer, whatever hangs: most give up after a few seconds themselves. */
const readyTimeoutMs = 2000

/** `/health/live`, `/health/ready` and `/metrics`: no API key, told apart so that a slow database kills no process. */
export function addHealthRoutes(http: FastifyInstance, checks: HealthChecks): void {
  http.get('/health/live', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return reply.type(jsonType).send(toJsonLine({ status: 'ok' }))
  })
  const findFailing = createReadiness(checks.ready)
  http.get('/health/ready', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    const failing = await findFailing()
    const names = Object.keys(failing)
    if (names.length === 0) return reply.type(jsonType).send(toJsonLine({ status: 'ready' }))
    throw unavailable.create({
      message: `Not ready: ${names.map((name) => `${name} ${failing[name]}`).join(', ')}`,
      headers: { 'retry-after': '1' },
      details: { failing },
    })
  })
  const { metrics } = checks
  if (metrics === undefined) return
  http.get('/metrics', async (request, reply) => {
    if (!holdsToken(request, checks.metricsToken)) throw refuse()
    const { contentType, body } = await metrics()
    return reply.header('content-type', contentType).header('cache-control', 'no-store').send(body)
  })
}

/**
 * Asks all checks at once; what fails, by name, and how. One that hangs is not asked again before it answers: a probe
 * every second would otherwise take every connection there is.
 */
function createReadiness(checks: HealthChecks['ready']): () => Promise<Record<string, string>> {
  const asked = new Map<string, Promise<string | undefined>>()
  const ask = (name: string, check: () => Promise<boolean>) => {
    const answer =
      asked.get(name) ??
      check()
        .then(
          (isWell) => (isWell ? undefined : 'fails'),
          () => 'fails',
        )
        .finally(() => asked.delete(name))
    asked.set(name, answer)
    return withinTime(answer)
  }
  return async () => {
    const answers = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await ask(name, check)] as const),
    )
    return Object.fromEntries(answers.flatMap(([name, word]) => (word === undefined ? [] : [[name, word]])))
  }
}

async function withinTime(answer: Promise<string | undefined>): Promise<string | undefined> {
  const late = Promise.withResolvers<string>()
  const timer = setTimeout(() => late.resolve('does not answer'), readyTimeoutMs)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function holdsToken(request: FastifyRequest, token: string | undefined): boolean {
  if (token === undefined || token === '') return true
  const given = Buffer.from(request.headers.authorization ?? '')
  const expected = Buffer.from(`Bearer ${token}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
