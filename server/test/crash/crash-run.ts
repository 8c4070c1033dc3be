import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { prepareInstallation } from '../lift-limits.ts'
import {
  freePort,
  type ServerProcess,
  type SimulatorProcess,
  startServer,
  startSimulator,
  temporaryDirectory,
} from '../processes.ts'
import { until } from '../until.ts'

const apiKey = `mf_${'crashkey'.repeat(5)}`
const ourPhone = '4915550200000'
const friends = ['4915550200001', '4915550200002', '4915550200003']

/** What a run of the crash test counted; every `lost` or `doubled` must be zero. */
export interface CrashFigures {
  kills: number
  answered: number
  answeredLost: string[]
  shownTwice: string[]
  inboundSent: number
  inboundLost: string[]
  /** From the end of the traffic until the webhook had everything. */
  inboundMs: number
  webhookDeliveries: number
  sessionsCreated: number
  sessionsLost: string[]
  restartMs: { median: number; worst: number }
  refusals: Record<string, number>
  seconds: number
}

interface World {
  simulator: SimulatorProcess
  server: ServerProcess
  sessionId: string
  /** False while the traffic loops shall end. */
  isFlowing: boolean
  answered: Map<string, string>
  inboundIds: Set<string>
  hooked: Map<string, number>
  createdSessions: string[]
  /** What sends that were not accepted got instead, for whoever looks at a slow run. */
  refusals: string[]
}

/**
 * Kills the server with SIGKILL at random moments while messages flow both ways and webhooks are delivered, then
 * lets everything settle and counts what is missing or doubled.
 */
export async function runCrash(options: {
  kills: number
  env?: Record<string, string>
  log: (line: string) => void
}): Promise<CrashFigures> {
  const startedMs = performance.now()
  await using data = await temporaryDirectory()
  const hooked = new Map<string, number>()
  await using receiver = await startReceiver(hooked)
  const simulator = await startSimulator()
  const port = await freePort()
  const env = {
    MOLTFLOW_DATA_DIR: data.path,
    MOLTFLOW_OWNER_EMAIL: 'owner@example.com',
    MOLTFLOW_OWNER_PASSWORD: 'correct horse battery',
    MOLTFLOW_BOOTSTRAP_API_KEY: apiKey,
    MOLTFLOW_WA_URL: simulator.url,
    MOLTFLOW_PACE: '0',
    MOLTFLOW_OUTGOING_ALLOW: '127.0.0.1',
    MOLTFLOW_WEBHOOK_RETRY_SECONDS: '1,1,1,1,1,1,1,1,1,1',
    LOG_LEVEL: 'warn',
    ...options.env,
  }
  await prepareInstallation(env)
  let server = await startServer({ env, port, by: 'program' })
  const restarts: number[] = []
  try {
    const sessionId = await pair(simulator, server.url, receiver.url)
    const world: World = {
      simulator,
      server,
      sessionId,
      hooked,
      isFlowing: true,
      answered: new Map(),
      inboundIds: new Set(),
      createdSessions: [],
      refusals: [],
    }
    const flows = [0, 1, 2, 3]
      .map((n) => sendLoop(world, n))
      .concat(
        friends.map((phone) => writeLoop(world, phone)),
        createLoop(world),
      )
    for (let kill = 1; kill <= options.kills; kill++) {
      await wait(randomInt(100, 2500))
      await server.process.stop('SIGKILL')
      server = await startServer({ env, port, by: 'program' })
      world.server = server
      restarts.push(server.readyMs)
      if (kill % 10 === 0 || kill === options.kills)
        options.log(`${kill} kills, ${world.answered.size} answered, ${world.inboundIds.size} inbound`)
    }
    const before = world.answered.size
    const hasFlowed = () =>
      world.answered.size > Math.max(before, options.kills) && world.inboundIds.size > options.kills
    await until('traffic in the last life', () => hasFlowed() || undefined, { timeoutMs: 60_000 })
    world.isFlowing = false
    await Promise.all(flows)
    return await settle(world, options.kills, restarts, startedMs)
  } finally {
    await server.process.stop('SIGTERM').catch(() => server.process.stop('SIGKILL'))
    await simulator.process.stop('SIGKILL')
  }
}

async function startReceiver(hooked: Map<string, number>) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { event, data } = JSON.parse(Buffer.concat(chunks).toString())
    if (event === 'message.received')
      hooked.set(data.wa_message_id, (hooked.get(data.wa_message_id) ?? 0) + 1)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** One API call; undefined when the server was not there to answer. */
async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  try {
    const response = await fetch(`${url}/api/v2${path}`, {
      method,
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  } catch {
    return undefined
  }
}

async function pair(simulator: SimulatorProcess, url: string, hookUrl: string): Promise<string> {
  await simulator.call('POST', '/accounts', { phone: ourPhone, name: 'Crash desk' })
  for (const phone of friends) {
    await simulator.call('POST', '/accounts', { phone, name: `Friend ${phone.slice(-1)}` })
    await simulator.call('POST', `/accounts/${phone}/receipts`, { mode: 'read', deliveryMs: 30, readMs: 60 })
  }
  await call(url, 'POST', '/webhooks', {
    url: hookUrl,
    events: ['message.received', 'message.sent', 'message.read'],
    secret: 'crash',
  })
  const created = await call(url, 'POST', '/sessions', { name: 'Crash desk' })
  const sessionId = String(created?.body['id'])
  await call(url, 'POST', `/sessions/${sessionId}/start`, {})
  const qr = await until('a QR code', async () => {
    const answer = await call(url, 'GET', `/sessions/${sessionId}/qr`, undefined, {
      accept: 'application/json',
    })
    return answer?.status === 200 ? answer.body : undefined
  })
  await simulator.call('POST', `/accounts/${ourPhone}/scan`, { code: qr['code'] })
  await untilWorking(url, sessionId)
  return sessionId
}

async function untilWorking(url: string, sessionId: string): Promise<void> {
  await until(
    'a working session',
    async () => {
      const answer = await call(url, 'GET', `/sessions/${sessionId}`)
      return answer?.body['status'] === 'working' ? true : undefined
    },
    { timeoutMs: 60_000 },
  )
}

/** A client that repeats a request under its idempotency key until it is answered, as clients do. */
async function sendLoop(world: World, lane: number): Promise<void> {
  for (let n = 0; world.isFlowing; n++) {
    const text = `out-${lane}-${n}`
    const key = randomUUID()
    for (;;) {
      const answer = await call(
        world.server.url,
        'POST',
        '/messages/send',
        { session_id: world.sessionId, chat_id: friends[n % friends.length], message: text },
        { 'idempotency-key': key },
      )
      if (answer !== undefined && answer.status < 300) {
        world.answered.set(text, String(answer.body['id']))
        break
      }
      world.refusals.push(answer === undefined ? 'no answer' : `${answer.status} ${answer.body['detail']}`)
      if (!world.isFlowing) break
      await wait(100)
    }
    await wait(randomInt(5, 40))
  }
}

async function writeLoop(world: World, phone: string): Promise<void> {
  for (let n = 0; world.isFlowing; n++) {
    const { id } = await world.simulator.call<{ id: string }>('POST', `/accounts/${phone}/messages`, {
      to: `${ourPhone}@c.us`,
      text: `in-${phone.slice(-1)}-${n}`,
    })
    world.inboundIds.add(id)
    await wait(randomInt(60, 200))
  }
}

async function createLoop(world: World): Promise<void> {
  while (world.isFlowing) {
    const answer = await call(world.server.url, 'POST', '/sessions', { name: `created ${randomUUID()}` })
    if (answer?.status === 201) world.createdSessions.push(String(answer.body['id']))
    await wait(150)
  }
}

/** Answers whether a number has stayed the same for so long. */
function quietFor(ms: number, read: () => number): () => boolean {
  let last = read()
  let sinceMs = performance.now()
  return () => {
    const now = read()
    if (now !== last) sinceMs = performance.now()
    last = now
    return performance.now() - sinceMs > ms
  }
}

/** Waits until nothing more arrives, then compares what was promised with what is there. */
async function settle(
  world: World,
  kills: number,
  restarts: number[],
  startedMs: number,
): Promise<CrashFigures> {
  await untilWorking(world.server.url, world.sessionId)
  const inboundLost = () => [...world.inboundIds].filter((id) => !world.hooked.has(id))
  const patience = { timeoutMs: 60_000, everyMs: 200 }
  const stoppedMs = performance.now()
  // Slow is not lost: on a busy machine it takes its time, but as long as something comes more may come. What never
  // comes is told by the figures.
  const isOver = quietFor(patience.timeoutMs, () => inboundLost().length)
  const areAllIn = () => inboundLost().length === 0 || isOver() || undefined
  await until('all inbound', areAllIn, { ...patience, timeoutMs: 600_000 })
  const inboundMs = Math.round(performance.now() - stoppedMs)

  const shown = new Map<string, number>()
  const areAllShown = async () => {
    shown.clear()
    for (const phone of friends) {
      for (const message of await world.simulator.call<{ text: string }[]>(
        'GET',
        `/accounts/${phone}/messages`,
      )) {
        shown.set(message.text, (shown.get(message.text) ?? 0) + 1)
      }
    }
    return [...world.answered.keys()].every((text) => shown.has(text)) || undefined
  }
  await until('all that was answered', areAllShown, patience).catch(() => undefined)
  const answeredLost: string[] = []
  for (const [text, id] of world.answered) {
    const stored = await call(world.server.url, 'GET', `/messages/${id}`)
    if (stored?.status !== 200 || !shown.has(text))
      answeredLost.push(`${text} (${stored?.status}, shown ${shown.get(text) ?? 0})`)
  }
  const listed = await call(world.server.url, 'GET', '/sessions')
  const known = new Set(((listed?.body ?? []) as { id: string }[]).map((session) => session.id))
  const sorted = restarts.toSorted((a, b) => a - b)
  return {
    kills,
    answered: world.answered.size,
    answeredLost,
    shownTwice: [...shown].filter(([, count]) => count > 1).map(([text]) => text),
    inboundSent: world.inboundIds.size,
    inboundLost: inboundLost(),
    inboundMs,
    webhookDeliveries: [...world.hooked.values()].reduce((sum, count) => sum + count, 0),
    sessionsCreated: world.createdSessions.length,
    sessionsLost: world.createdSessions.filter((id) => !known.has(id)),
    restartMs: {
      median: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
      worst: Math.round(sorted.at(-1) ?? 0),
    },
    refusals: countEach(world.refusals),
    seconds: Math.round((performance.now() - startedMs) / 1000),
  }
}

function countEach(texts: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(texts, (text) => text)].map(([text, all]) => [text, all.length]))
}
