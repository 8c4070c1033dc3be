import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type SimulatorProcess, temporaryDirectory } from '../processes.ts'
import { api, benchEnvironment, poll, residentMb, startBenchSimulator } from './bench-world.ts'
import { type Fleet, fleetPhone, linkMore, startFleet } from './fleet.ts'
import { createMemoryProbe, type MemoryParts, type MemoryProbe, slopePerHour } from './process-memory.ts'

const friends = Array.from({ length: 20 }, (_, n) => fleetPhone(50, 900_000 + n))
const warmUpShare = 0.25
const residentEveryMs = 5000
/** Collecting garbage stops the server for a moment, so it is asked less often. */
const partsEveryMs = 30_000
const signsOfLeaks = /MaxListenersExceeded|UnhandledPromise|unhandled rejection|uncaught|possible.*leak/i

interface SoakOptions {
  databaseUrl?: string
  minutes?: number
  sessions?: number
  /** Milliseconds between two things of one kind; less is more traffic. */
  pauseMs?: number
  /** Where heap snapshots of the server go: one after the warm-up, one at the end. */
  snapshots?: string
}

/** Megabytes at a moment since the start. */
interface Sample {
  seconds: number
  residentMb: number
}

/** What the memory consists of, after a collection, at a moment since the start. */
interface PartsSample {
  seconds: number
  parts: MemoryParts
}

/** What happened, by number. */
interface Traffic {
  sent: number
  received: number
  refused: number
  drops: number
}

/** Everything the traffic works with. */
interface Soak {
  fleet: Fleet
  simulator: SimulatorProcess
  groups: string[]
  traffic: Traffic
  pauseMs: number
  isOver(): boolean
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T

/**
 * Mixed traffic over many sessions for a long time: texts, groups, polls and places both ways, and connections that
 * drop. Tells how memory and its parts grow after a warm-up and what the process complained about.
 */
export async function benchSoak(options: SoakOptions) {
  const minutes = options.minutes ?? 20
  const count = options.sessions ?? 50
  await using data = await temporaryDirectory()
  const simulator = await startBenchSimulator([], friends)
  const probe = createMemoryProbe(data.path)
  const env = { ...benchEnvironment(data.path, simulator.url, options.databaseUrl), ...probe.env }
  const fleet = await startFleet(env)
  try {
    await linkMore(
      fleet,
      simulator,
      Array.from({ length: count }, (_, n) => fleetPhone(50, n)),
    )
    const groups = await makeGroups(fleet, simulator)
    const endMs = performance.now() + minutes * 60_000
    const soak: Soak = {
      fleet,
      simulator,
      groups,
      traffic: { sent: 0, received: 0, refused: 0, drops: 0 },
      pauseMs: options.pauseMs ?? 20,
      isOver: () => performance.now() > endMs,
    }
    const warmUpMs = minutes * 60_000 * warmUpShare
    const [{ samples, parts }] = await Promise.all([
      watch(soak, probe, { warmUpMs, snapshots: options.snapshots }),
      send(soak),
      send(soak),
      receive(soak),
      receive(soak),
      drop(soak),
    ])
    // The last drops come back after a pause.
    const working = await poll(async () => {
      const sessions: { status: string }[] = await api(fleet.server.url, 'GET', '/sessions')
      const found = sessions.filter(({ status }) => status === 'working').length
      return found === sessions.length ? found : undefined
    }, 120_000).catch(() => 0)
    const settled = samples.filter(({ seconds }) => seconds * 1000 > warmUpMs)
    const settledParts = parts.filter(({ seconds }) => seconds * 1000 > warmUpMs)
    return {
      traffic: soak.traffic,
      working,
      sessions: count,
      slopeMbPerHour: slopePerHour(settled.map((sample) => ({ ...sample, value: sample.residentMb }))),
      from: settled[0]?.residentMb ?? Number.NaN,
      to: settled.at(-1)?.residentMb ?? Number.NaN,
      growth: describeGrowth(settledParts),
      complaints: fleet.server.process.output.split('\n').filter((line) => signsOfLeaks.test(line)),
      samples,
      parts,
    }
  } finally {
    await fleet.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}

async function makeGroups(fleet: Fleet, simulator: SimulatorProcess): Promise<string[]> {
  const groups: string[] = []
  for (const phone of fleet.phones.slice(0, 10)) {
    const group = await simulator.call<{ id: string }>('POST', '/groups', {
      subject: 'Soak',
      owner: friends[0],
      members: [...friends.slice(1, 8), phone],
    })
    groups.push(group.id)
  }
  return groups
}

async function send({ fleet, traffic, pauseMs, isOver }: Soak): Promise<void> {
  const { url } = fleet.server
  while (!isOver()) {
    const body = { session_id: pick(fleet.sessionIds), chat_id: pick(friends) }
    const what = Math.random()
    try {
      if (what < 0.8) await api(url, 'POST', '/messages/send', { ...body, message: `soak ${traffic.sent}` })
      else if (what < 0.9)
        await api(url, 'POST', '/messages/send/poll', { ...body, title: 'Soak?', options: ['yes', 'no'] })
      else await api(url, 'POST', '/messages/send/location', { ...body, latitude: 52.5, longitude: 13.4 })
      traffic.sent += 1
    } catch {
      // A session whose connection was just dropped refuses; that is part of the mix and counted.
      traffic.refused += 1
    }
    await wait(pauseMs)
  }
}

async function receive({ fleet, simulator, groups, traffic, pauseMs, isOver }: Soak): Promise<void> {
  while (!isOver()) {
    const text = `soak ${traffic.received}`
    if (Math.random() < 0.4)
      await simulator.call('POST', `/groups/${pick(groups)}/messages`, {
        from: pick(friends.slice(0, 8)),
        text,
      })
    else
      await simulator.call('POST', `/accounts/${pick(friends)}/messages`, {
        to: `${pick(fleet.phones)}@c.us`,
        text,
      })
    traffic.received += 1
    await wait(pauseMs)
  }
}

async function drop({ fleet, simulator, traffic, isOver }: Soak): Promise<void> {
  while (!isOver()) {
    await wait(5000)
    await simulator.call('POST', '/faults', { kind: 'drop', phone: pick(fleet.phones) })
    traffic.drops += 1
  }
}

async function watch(
  soak: Soak,
  probe: MemoryProbe,
  { warmUpMs, snapshots }: { warmUpMs: number; snapshots: string | undefined },
): Promise<{ samples: Sample[]; parts: PartsSample[] }> {
  const samples: Sample[] = []
  const parts: PartsSample[] = []
  const startedMs = performance.now()
  const elapsedMs = () => performance.now() - startedMs
  const pid = soak.fleet.server.process.child.pid ?? 0
  let partsMs = 0
  let isFirstTaken = snapshots === undefined
  while (!soak.isOver()) {
    await wait(residentEveryMs)
    samples.push({ seconds: elapsedMs() / 1000, residentMb: await residentMb(pid) })
    if (elapsedMs() - partsMs >= partsEveryMs) {
      partsMs = elapsedMs()
      const found = { seconds: elapsedMs() / 1000, parts: await probe.look(pid) }
      parts.push(found)
      report(found, soak.traffic)
    }
    if (!isFirstTaken && snapshots !== undefined && elapsedMs() > warmUpMs) {
      isFirstTaken = true
      await probe.snapshot(join(snapshots, 'soak-1.heapsnapshot'))
    }
  }
  if (snapshots !== undefined) await probe.snapshot(join(snapshots, 'soak-2.heapsnapshot'))
  return { samples, parts }
}

function report({ seconds, parts }: PartsSample, { sent, received }: Traffic): void {
  const figures = Object.entries(parts).map(([name, mb]) => `${name} ${(mb as number).toFixed(1)}`)
  console.log(`${seconds.toFixed(0)} s, ${sent} sent, ${received} received; MB: ${figures.join(', ')}`)
}

/** Of each part its first and last figure and its growth, in MB and MB per hour. */
function describeGrowth(parts: readonly PartsSample[]) {
  const [first] = parts
  const last = parts.at(-1)
  if (first === undefined || last === undefined) return []
  return (Object.keys(first.parts) as (keyof MemoryParts)[]).map((part) => ({
    part,
    from: first.parts[part],
    to: last.parts[part],
    perHour: slopePerHour(parts.map((sample) => ({ ...sample, value: sample.parts[part] }))),
  }))
}
