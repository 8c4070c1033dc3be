import { SIMULATOR_ROOT_PUBLIC_KEY } from '@moltflow/simulator'
import { request } from 'undici'
import { temporaryDirectory } from '../processes.ts'
import {
  benchEnvironment,
  benchKey,
  cpuSeconds,
  type PairedServer,
  startBare,
  startBenchSimulator,
  startPaired,
} from './bench-world.ts'

const ourPhone = '4915550300001'
const barePhone = '4915550300002'
const friends = Array.from({ length: 10 }, (_, n) => `49155503010${n}0`)
const lanes = 20

/** Rates and CPU of one round. */
interface Round {
  perSecond: number
  cpuMsPerMessage: number
}

async function sendThroughApi(paired: PairedServer, count: number): Promise<Round> {
  const pid = paired.server.process.child.pid ?? 0
  const cpu = await cpuSeconds(pid)
  const startedMs = performance.now()
  let next = 0
  const lane = async () => {
    while (next < count) {
      const n = next++
      const response = await request(`${paired.server.url}/api/v2/messages/send`, {
        method: 'POST',
        headers: { 'x-api-key': benchKey, 'content-type': 'application/json' },
        body: JSON.stringify({
          session_id: paired.sessionId,
          chat_id: friends[n % friends.length],
          message: `bench ${n}`,
        }),
      })
      const text = await response.body.text()
      if (response.statusCode !== 201) throw new Error(`send answered ${response.statusCode}: ${text}`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const seconds = (performance.now() - startedMs) / 1000
  return { perSecond: count / seconds, cpuMsPerMessage: (((await cpuSeconds(pid)) - cpu) * 1000) / count }
}

/** (a) Texts per second through POST /messages/send beside bare Baileys on the same simulator, rounds alternating. */
export async function benchSend(options: { databaseUrl?: string; rounds?: number; count?: number }) {
  const count = options.count ?? 1500
  await using data = await temporaryDirectory()
  const simulator = await startBenchSimulator([ourPhone, barePhone], friends)
  const bare = await startBare(simulator, SIMULATOR_ROOT_PUBLIC_KEY, barePhone)
  const paired = await startPaired(
    simulator,
    benchEnvironment(data.path, simulator.url, options.databaseUrl),
    ourPhone,
  )
  const ours: Round[] = []
  const bares: Round[] = []
  try {
    for (const friend of friends)
      await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${ourPhone}@c.us`, text: 'hello' })
    await bare.send(friends, 200, lanes)
    await sendThroughApi(paired, 200)
    for (let round = 0; round < (options.rounds ?? 3); round++) {
      const { ms, cpuMs } = await bare.send(friends, count, lanes)
      bares.push({ perSecond: (count / ms) * 1000, cpuMsPerMessage: cpuMs / count })
      ours.push(await sendThroughApi(paired, count))
    }
  } finally {
    bare.stop()
    await paired.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
  const ratios = ours.map((round, n) => round.perSecond / (bares[n]?.perSecond ?? Number.NaN))
  return {
    ours,
    bare: bares,
    ratio: ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN,
  }
}
