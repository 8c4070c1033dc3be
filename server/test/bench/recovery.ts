import { once } from 'node:events'
import { createServer } from 'node:http'
import { temporaryDirectory } from '../processes.ts'
import { api, benchEnvironment, poll, startBenchSimulator, startPaired } from './bench-world.ts'

const ourPhone = '4915550400001'
const friends = Array.from({ length: 10 }, (_, n) => `49155504010${n}0`)

/** How a receiver of webhooks fails. */
export interface Trouble {
  kind: 'slow' | 'away'
  seconds: number
}

/** How a receiver that answers late, or not at all, got what it was sent. */
export interface RecoveryResult {
  total: number
  missing: number
  /** From the moment that it was well again to the last delivery. */
  lastAfterMs: number
  /** The longest time without a delivery from then to the last one. */
  longestPauseMs: number
  /** First attempts that came after those of so many later events that they did not just run beside each other. */
  overtaken: number
}

/** As many deliveries to one endpoint as run at once, and as many are claimed beside them. */
const besideEachOther = 40

/** A receiver in trouble while a burst of messages comes in, then well: when it has all of them, and in which order. */
export async function benchRecovery(options: {
  databaseUrl?: string
  count?: number
  trouble: Trouble
}): Promise<RecoveryResult> {
  const { trouble, count: total = 3000 } = options
  await using data = await temporaryDirectory()
  let wellAtMs = Number.POSITIVE_INFINITY
  const firstOrder = new Set<string>()
  const deliveredMs = new Map<string, number>()
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { id, data: payload } = JSON.parse(Buffer.concat(chunks).toString())
    const text: string = payload?.message ?? ''
    firstOrder.add(id)
    const isWell = performance.now() >= wellAtMs
    if (!isWell && trouble.kind === 'away') return void response.writeHead(503).end()
    if (!isWell) await new Promise((resolve) => setTimeout(resolve, 3000))
    deliveredMs.set(text, performance.now())
    response.end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const simulator = await startBenchSimulator([ourPhone], friends)
  const paired = await startPaired(
    simulator,
    benchEnvironment(data.path, simulator.url, options.databaseUrl),
    ourPhone,
  )
  try {
    const { port } = receiver.address() as { port: number }
    const url = `http://127.0.0.1:${port}/`
    const { id } = await api(paired.server.url, 'POST', '/webhooks', { url, events: ['message.received'] })
    wellAtMs = performance.now() + trouble.seconds * 1000
    const wellInTime = wellAtMs
    for (let n = 0; n < total; n += 50) {
      const batch = Array.from({ length: Math.min(50, total - n) }, (_, at) => n + at)
      await Promise.all(
        batch.map((number) =>
          simulator.call('POST', `/accounts/${friends[number % friends.length]}/messages`, {
            to: `${ourPhone}@c.us`,
            text: `burst ${number}`,
          }),
        ),
      )
    }
    await poll(async () => (deliveredMs.size >= total ? true : undefined), 180_000).catch(() => undefined)
    await api(paired.server.url, 'PATCH', `/webhooks/${id}`, { is_active: false })
    const times = [...deliveredMs.values()].filter((ms) => ms > wellInTime).sort((a, b) => a - b)
    const pauses = times.map((ms, at) => ms - (times[at - 1] ?? wellInTime))
    return {
      total,
      missing: total - deliveredMs.size,
      lastAfterMs: (times.at(-1) ?? Number.NaN) - wellInTime,
      longestPauseMs: Math.max(...pauses),
      overtaken: countOvertaken([...firstOrder]),
    }
  } finally {
    receiver.closeAllConnections()
    receiver.close()
    await paired.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}

/** Ids of deliveries tell the order of their events. */
function countOvertaken(order: readonly string[]): number {
  const isOvertaken = (id: string, at: number) =>
    order.slice(0, at).filter((earlier) => earlier > id).length > besideEachOther
  return order.filter(isOvertaken).length
}
