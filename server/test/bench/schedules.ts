import { Agent, request } from 'undici'
import { type SimulatorProcess, startSimulator, temporaryDirectory } from '../processes.ts'
import {
  benchEnvironment,
  benchKey,
  type PairedServer,
  percentile,
  poll,
  startPaired,
} from './bench-world.ts'

const phone = '4915550100001'
const firstFriend = 15_550_200_000
const dispatcher = new Agent({ connections: 20 })

interface SchedulesBenchOptions {
  databaseUrl?: string
  /** Schedules that are defined and not due. */
  defined?: number
  /** Schedules that become due, one a second; fewer than an account may begin conversations a day. */
  due?: number
}

/** Makes `count` schedules, twenty at once. */
async function define(url: string, count: number, bodyOf: (index: number) => object): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let index = next++; index < count; index = next++) {
      const response = await request(`${url}/api/v2/scheduled-messages`, {
        dispatcher,
        method: 'POST',
        headers: { 'x-api-key': benchKey, 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(index)),
      })
      const text = await response.body.text()
      if (response.statusCode !== 201) throw new Error(`${response.statusCode} ${text}`)
    }
  }
  await Promise.all(Array.from({ length: 20 }, lane))
}

/** How late messages of schedules are on the phones, with many schedules defined. */
export async function benchSchedules(options: SchedulesBenchOptions = {}) {
  const { databaseUrl, defined = 10_000, due = 15 } = options
  await using directory = await temporaryDirectory()
  const simulator = await startSimulator()
  try {
    await simulator.call('POST', '/accounts', { phone, name: 'Desk' })
    const environment = benchEnvironment(directory.path, simulator.url, databaseUrl)
    const paired = await startPaired(simulator, environment, phone)
    try {
      return await measure(paired, simulator, { defined, due })
    } finally {
      await paired.server.process.stop()
    }
  } finally {
    await simulator.process.stop()
  }
}

async function measure(
  { server, sessionId }: PairedServer,
  simulator: SimulatorProcess,
  { defined, due }: { defined: number; due: number },
) {
  const rule = { session_id: sessionId, message: 'Hello', schedule_type: 'cron' }
  const beganMs = performance.now()
  await define(server.url, defined, (index) => ({
    ...rule,
    name: `Weekly ${index}`,
    chat_id: String(firstFriend + index),
    // Spread over the week but for the day that passes, so that none of them becomes due.
    cron_expression: `${index % 60} ${Math.floor(index / 60) % 24} * * ${(new Date().getUTCDay() + 2 + (index % 4)) % 7}`,
  }))
  const definedMs = performance.now() - beganMs
  const friends = Array.from({ length: due }, (_unused, index) => String(firstFriend + 90_000 + index))
  for (const friend of friends)
    await simulator.call('POST', '/accounts', { phone: friend, name: `Friend ${friend}` })
  const startMs = Math.ceil(Date.now() / 1000) * 1000 + 5000
  const times = new Map(friends.map((friend, index) => [friend, startMs + index * 1000]))
  await define(server.url, due, (index) => {
    const friend = friends[index] ?? ''
    const at = new Date(times.get(friend) ?? 0).toISOString()
    return { ...rule, name: friend, chat_id: friend, schedule_type: 'one_time', scheduled_time: at }
  })
  const late: number[] = []
  for (const [friend, atMs] of times) {
    const received = await poll(async () => {
      const messages = (await simulator.call('GET', `/accounts/${friend}/messages`)) as {
        text?: string
        receivedAt: string
      }[]
      return messages.find(({ text }) => text === 'Hello')
    }, 60_000)
    late.push(Date.parse(received.receivedAt) - atMs)
  }
  return { defined, definedMs, late, p50: percentile(late, 0.5), max: Math.max(...late) }
}
