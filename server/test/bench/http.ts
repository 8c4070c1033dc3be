import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { temporaryDirectory } from '../processes.ts'
import { benchEnvironment, benchKey, percentile } from './bench-world.ts'

/** (e) Requests per second of an authenticated GET /sessions beside a bare Fastify route with the same query and pool, in one process. */
export async function benchHttp(options: { databaseUrl?: string; seconds: number }) {
  await using data = await temporaryDirectory()
  const child = fork(fileURLToPath(new URL('http-target.ts', import.meta.url)), {
    env: {
      ...process.env,
      ...benchEnvironment(data.path, 'ws://127.0.0.1:9', options.databaseUrl),
      MOLTFLOW_PORT: '0',
    },
  })
  try {
    const [{ ours, bare }] = (await once(child, 'message', { signal: AbortSignal.timeout(60_000) })) as [
      { ours: string; bare: string },
    ]
    const run = async (url: string, duration: number) =>
      (await autocannon({ url, connections: 20, duration, headers: { 'x-api-key': benchKey } })).requests
        .average
    await run(ours, 4)
    await run(bare, 4)
    const rates = { ours: [] as number[], bare: [] as number[] }
    for (let round = 0; round < 3; round++) {
      rates.bare.push(await run(bare, options.seconds))
      rates.ours.push(await run(ours, options.seconds))
    }
    return {
      ours: percentile(rates.ours, 0.5),
      bare: percentile(rates.bare, 0.5),
      ratio: percentile(
        rates.ours.map((rate, n) => rate / (rates.bare[n] ?? Number.NaN)),
        0.5,
      ),
    }
  } finally {
    child.disconnect()
    await once(child, 'exit', { signal: AbortSignal.timeout(20_000) })
  }
}
