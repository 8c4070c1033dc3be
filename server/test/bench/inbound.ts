import { once } from 'node:events'
import { createServer } from 'node:http'
import { SIMULATOR_ROOT_PUBLIC_KEY } from '@moltflow/simulator'
import { temporaryDirectory } from '../processes.ts'
import {
  api,
  benchEnvironment,
  cpuSeconds,
  percentile,
  poll,
  startBare,
  startBenchSimulator,
  startPaired,
} from './bench-world.ts'

const ourPhone = '4915550400001'
const friends = Array.from({ length: 10 }, (_, n) => `49155504010${n}0`)

/** (b) Milliseconds from a phone sending a message to our webhook receiver holding it, at a fixed rate. */
export async function benchInbound(options: { databaseUrl?: string; perSecond?: number; seconds?: number }) {
  const perSecond = options.perSecond ?? 50
  const total = perSecond * (options.seconds ?? 30)
  await using data = await temporaryDirectory()
  const arrivedMs = new Map<string, number>()
  const receiver = createServer(async (request, response) => {
    const now = performance.now()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.end()
    const { data: payload } = JSON.parse(Buffer.concat(chunks).toString())
    if (payload?.message?.startsWith('latency ')) arrivedMs.set(payload.message, now)
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
    await api(paired.server.url, 'POST', '/webhooks', {
      url: `http://127.0.0.1:${port}/`,
      events: ['message.received'],
      secret: 'bench',
    })
    const sentMs = new Map<string, number>()
    const send = async (n: number) => {
      const text = `latency ${n}`
      sentMs.set(text, performance.now())
      await simulator.call('POST', `/accounts/${friends[Math.abs(n) % friends.length]}/messages`, {
        to: `${ourPhone}@c.us`,
        text,
      })
    }
    for (let n = 1; n <= 50; n++) await send(-n)
    await poll(async () => (arrivedMs.size >= 50 ? true : undefined))
    const pid = paired.server.process.child.pid ?? 0
    const cpu = await cpuSeconds(pid)
    const startedMs = performance.now()
    const pending: Promise<void>[] = []
    for (let n = 0; n < total; n++) {
      const dueMs = startedMs + (n * 1000) / perSecond
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())))
      pending.push(send(n))
    }
    await Promise.all(pending)
    await poll(async () => (arrivedMs.size >= total + 50 ? true : undefined)).catch(() => undefined)
    const latencies = Array.from(
      { length: total },
      (_, n) =>
        (arrivedMs.get(`latency ${n}`) ?? Number.POSITIVE_INFINITY) - (sentMs.get(`latency ${n}`) ?? 0),
    )
    return {
      cpuMs: (((await cpuSeconds(pid)) - cpu) * 1000) / total,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      missing: latencies.filter((ms) => ms === Number.POSITIVE_INFINITY).length,
      total,
    }
  } finally {
    receiver.closeAllConnections()
    receiver.close()
    await paired.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}

/** Processor time in milliseconds that bare Baileys spends per message it receives, at the same rate. */
export async function benchBareInbound(options: { perSecond: number; seconds: number }) {
  const total = options.perSecond * options.seconds
  const simulator = await startBenchSimulator([ourPhone], friends)
  const bare = await startBare(simulator, SIMULATOR_ROOT_PUBLIC_KEY, ourPhone)
  const send = (n: number) =>
    simulator.call('POST', `/accounts/${friends[n % friends.length]}/messages`, {
      to: `${ourPhone}@c.us`,
      text: `latency ${n}`,
    })
  try {
    for (let n = 0; n < 50; n++) await send(n)
    const before = await bare.received(50)
    const startedMs = performance.now()
    const pending: Promise<unknown>[] = []
    for (let n = 0; n < total; n++) {
      const dueMs = startedMs + (n * 1000) / options.perSecond
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())))
      pending.push(send(n))
    }
    await Promise.all(pending)
    const after = await bare.received(50 + total)
    return { cpuMs: (after.cpuMs - before.cpuMs) / total }
  } finally {
    bare.stop()
    await simulator.process.stop('SIGKILL')
  }
}
