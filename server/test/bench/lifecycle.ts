import { setTimeout as wait } from 'node:timers/promises'
import { startServer, temporaryDirectory } from '../processes.ts'
import { benchEnvironment, percentile, residentMb, startBenchSimulator, startPaired } from './bench-world.ts'

const ourPhone = '4915550500001'
const friend = '4915550500002'

/** (c) Milliseconds from `npm start` to the first good answer of /health/ready: an empty data directory, then a used one. */
export async function benchReady(options: { databaseUrl?: string; starts?: number }) {
  await using data = await temporaryDirectory()
  const env = benchEnvironment(data.path, 'ws://127.0.0.1:9', options.databaseUrl)
  const readyMs: number[] = []
  for (let start = 0; start < (options.starts ?? 5); start++) {
    const server = await startServer({ env, by: 'npm' })
    readyMs.push(server.readyMs)
    await server.process.stop()
  }
  const [first = Number.NaN, ...later] = readyMs
  return { firstMs: first, medianMs: percentile(later, 0.5), worstMs: Math.max(...readyMs) }
}

/** (d) Resident memory in MB with one working session that has sent and received, after a minute of silence. */
export async function benchMemory(options: { databaseUrl?: string; idleSeconds?: number }) {
  await using data = await temporaryDirectory()
  const simulator = await startBenchSimulator([ourPhone], [friend])
  const paired = await startPaired(
    simulator,
    benchEnvironment(data.path, simulator.url, options.databaseUrl),
    ourPhone,
  )
  try {
    await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${ourPhone}@c.us`, text: 'hello' })
    await wait((options.idleSeconds ?? 60) * 1000)
    return { residentMb: await residentMb(paired.server.process.child.pid ?? 0) }
  } finally {
    await paired.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}
