import { setTimeout as wait } from 'node:timers/promises'
import { temporaryDirectory } from '../processes.ts'
import { api, benchEnvironment, percentile, poll, startBenchSimulator } from './bench-world.ts'
import { fleetPhone, linkMore, startFleet } from './fleet.ts'

const friend = fleetPhone(30, 999_999)
const members = Array.from({ length: 8 }, (_, n) => fleetPhone(30, 100 + n))

/** Send latency of one session, idle and while another one of the same process is flooded by a group. */
export async function benchFlood(options: { databaseUrl?: string; perSecond?: number; seconds?: number }) {
  const perSecond = options.perSecond ?? 500
  const seconds = options.seconds ?? 20
  await using data = await temporaryDirectory()
  const simulator = await startBenchSimulator([], [friend, ...members])
  const fleet = await startFleet(benchEnvironment(data.path, simulator.url, options.databaseUrl))
  try {
    await linkMore(fleet, simulator, [fleetPhone(30, 1), fleetPhone(30, 2)], 1)
    const [flooded = '', sender = ''] = fleet.sessionIds
    const [floodedPhone, senderPhone] = fleet.phones
    const { id: group } = await simulator.call<{ id: string }>('POST', '/groups', {
      subject: 'Flood',
      owner: members[0],
      members: [...members, floodedPhone],
    })
    await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${senderPhone}@c.us`, text: 'hello' })
    const sendFor = async (durationSeconds: number): Promise<number[]> => {
      const latencies: number[] = []
      const endMs = performance.now() + durationSeconds * 1000
      while (performance.now() < endMs) {
        const startedMs = performance.now()
        await api(fleet.server.url, 'POST', '/messages/send', {
          session_id: sender,
          chat_id: friend,
          message: `latency ${latencies.length}`,
        })
        latencies.push(performance.now() - startedMs)
        await wait(100)
      }
      return latencies
    }
    const say = (n: number) =>
      simulator.call('POST', `/groups/${group}/messages`, {
        from: members[n % members.length],
        text: `flood ${n}`,
      })
    for (let n = 0; n < 40; n++) await say(n)
    await sendFor(5)
    const idle = await sendFor(seconds)
    const total = perSecond * seconds
    const startedMs = performance.now()
    const flooding = (async () => {
      const saying: Promise<unknown>[] = []
      for (let n = 0; n < total; n++) {
        const dueMs = startedMs + (n * 1000) / perSecond
        if (dueMs > performance.now()) await wait(dueMs - performance.now())
        saying.push(say(n))
      }
      await Promise.all(saying)
      return (total / (performance.now() - startedMs)) * 1000
    })()
    const busy = await sendFor(seconds)
    const saidPerSecond = await flooding
    const received = await poll(async () => {
      const { chats } = await api(fleet.server.url, 'GET', `/messages/chats/${flooded}?is_group=true`)
      const count: number = chats[0]?.message_count ?? 0
      return count >= total + 40 ? count : undefined
    }, 60_000)
    const summary = (values: number[]) => ({
      p50: percentile(values, 0.5),
      p95: percentile(values, 0.95),
    })
    return { idle: summary(idle), busy: summary(busy), saidPerSecond, received }
  } finally {
    await fleet.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}
