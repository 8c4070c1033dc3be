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
    // One call for all: the load must not come from calls of the control API on the same cores.
    const burst = (count: number, rate: number) =>
      simulator.call<{ sent: number; ms: number }>('POST', '/bursts', {
        to: group,
        from: members,
        count,
        perSecond: rate,
      })
    await burst(40, 100)
    await sendFor(5)
    const idle = await sendFor(seconds)
    const total = perSecond * seconds
    const flooding = burst(total, perSecond)
    const busy = await sendFor(seconds)
    const { sent, ms } = await flooding
    const received = await poll(async () => {
      const { chats } = await api(fleet.server.url, 'GET', `/messages/chats/${flooded}?is_group=true`)
      const count: number = chats[0]?.message_count ?? 0
      return count >= total + 40 ? count : undefined
    }, 60_000)
    const summary = (values: number[]) => ({
      p50: percentile(values, 0.5),
      p95: percentile(values, 0.95),
    })
    return { idle: summary(idle), busy: summary(busy), saidPerSecond: (sent / ms) * 1000, received }
  } finally {
    await fleet.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}
