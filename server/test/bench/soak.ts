import { setTimeout as wait } from 'node:timers/promises'
import { temporaryDirectory } from '../processes.ts'
import { api, benchEnvironment, poll, residentMb, startBenchSimulator } from './bench-world.ts'
import { fleetPhone, linkMore, startFleet } from './fleet.ts'

const friends = Array.from({ length: 20 }, (_, n) => fleetPhone(50, 900_000 + n))
const warmUpShare = 0.25
const signsOfLeaks = /MaxListenersExceeded|UnhandledPromise|unhandled rejection|uncaught|possible.*leak/i

/** One look at the server: seconds since the start, megabytes resident, bytes of live heap. */
interface Sample {
  seconds: number
  residentMb: number
}

/**
 * Mixed traffic over many sessions for a long time: texts, groups, reactions, edits and polls both ways, and
 * connections that drop. Tells how memory grows after a warm-up and what the process complained about.
 */
export async function benchSoak(options: { databaseUrl?: string; minutes?: number; sessions?: number }) {
  const minutes = options.minutes ?? 20
  const count = options.sessions ?? 50
  await using data = await temporaryDirectory()
  const simulator = await startBenchSimulator([], friends)
  const fleet = await startFleet(benchEnvironment(data.path, simulator.url, options.databaseUrl))
  const { url } = fleet.server
  const traffic = { sent: 0, received: 0, refused: 0, drops: 0 }
  try {
    const phones = Array.from({ length: count }, (_, n) => fleetPhone(50, n))
    await linkMore(fleet, simulator, phones)
    const groups: string[] = []
    for (const phone of fleet.phones.slice(0, 10)) {
      const group = await simulator.call<{ id: string }>('POST', '/groups', {
        subject: 'Soak',
        owner: friends[0],
        members: [...friends.slice(1, 8), phone],
      })
      groups.push(group.id)
    }
    const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T
    const endMs = performance.now() + minutes * 60_000
    const isOver = () => performance.now() > endMs
    const send = async () => {
      while (!isOver()) {
        const body = { session_id: pick(fleet.sessionIds), chat_id: pick(friends) }
        const what = Math.random()
        try {
          if (what < 0.8)
            await api(url, 'POST', '/messages/send', { ...body, message: `soak ${traffic.sent}` })
          else if (what < 0.9)
            await api(url, 'POST', '/messages/send/poll', { ...body, title: 'Soak?', options: ['yes', 'no'] })
          else await api(url, 'POST', '/messages/send/location', { ...body, latitude: 52.5, longitude: 13.4 })
          traffic.sent += 1
        } catch {
          // A session whose connection was just dropped refuses; that is part of the mix and counted.
          traffic.refused += 1
        }
        await wait(20)
      }
    }
    const receive = async () => {
      while (!isOver()) {
        const isGroup = Math.random() < 0.4
        if (isGroup)
          await simulator.call('POST', `/groups/${pick(groups)}/messages`, {
            from: pick(friends.slice(0, 8)),
            text: `soak ${traffic.received}`,
          })
        else
          await simulator.call('POST', `/accounts/${pick(friends)}/messages`, {
            to: `${pick(fleet.phones)}@c.us`,
            text: `soak ${traffic.received}`,
          })
        traffic.received += 1
        await wait(20)
      }
    }
    const drop = async () => {
      while (!isOver()) {
        await wait(5000)
        await simulator.call('POST', '/faults', { kind: 'drop', phone: pick(fleet.phones) })
        traffic.drops += 1
      }
    }
    const samples: Sample[] = []
    const startedMs = performance.now()
    const look = async () => {
      while (!isOver()) {
        await wait(5000)
        samples.push({
          seconds: (performance.now() - startedMs) / 1000,
          residentMb: await residentMb(fleet.server.process.child.pid ?? 0),
        })
      }
    }
    await Promise.all([send(), send(), receive(), receive(), drop(), look()])
    const settled = samples.filter(({ seconds }) => seconds > minutes * 60 * warmUpShare)
    // The last drops come back after a pause.
    const working = await poll(async () => {
      const sessions: { status: string }[] = await api(url, 'GET', '/sessions')
      const count = sessions.filter(({ status }) => status === 'working').length
      return count === sessions.length ? count : undefined
    }, 120_000).catch(() => 0)
    return {
      traffic,
      working,
      sessions: count,
      slopeMbPerHour: slope(settled) * 3600,
      from: settled[0]?.residentMb ?? Number.NaN,
      to: settled.at(-1)?.residentMb ?? Number.NaN,
      complaints: fleet.server.process.output.split('\n').filter((line) => signsOfLeaks.test(line)),
      samples,
    }
  } finally {
    await fleet.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}

/** Least squares: megabytes per second. */
function slope(samples: readonly Sample[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const x = mean(samples.map(({ seconds }) => seconds))
  const y = mean(samples.map((sample) => sample.residentMb))
  const over = samples.reduce((sum, s) => sum + (s.seconds - x) * (s.residentMb - y), 0)
  const under = samples.reduce((sum, s) => sum + (s.seconds - x) ** 2, 0)
  return over / under
}
