import { temporaryDirectory } from '../processes.ts'
import { api, benchEnvironment, poll, startBenchSimulator } from './bench-world.ts'
import { fleetPhone, linkMore, startBareFleet, startFleet } from './fleet.ts'

const ourPhone = fleetPhone(10, 1)
const barePhone = fleetPhone(10, 2)
const stockPhone = fleetPhone(10, 3)
const members = Array.from({ length: 8 }, (_, n) => fleetPhone(10, 100 + n))

/** Group messages that one socket receives per second: ours stores each and tells it, bare Baileys only decrypts. */
export async function benchGroupInbound(options: { databaseUrl?: string; count?: number }) {
  const count = options.count ?? 2000
  await using data = await temporaryDirectory()
  const simulator = await startBenchSimulator([ourPhone, barePhone, stockPhone], members)
  const fleet = await startFleet(benchEnvironment(data.path, simulator.url, options.databaseUrl))
  const bare = await startBareFleet(simulator)
  const stock = await startBareFleet(simulator, { isStock: true })
  try {
    await linkMore(fleet, simulator, [ourPhone])
    await bare.link([barePhone])
    await stock.link([stockPhone])
    const groupFor = (reader: string) =>
      simulator.call<{ id: string }>('POST', '/groups', {
        subject: 'Bench',
        owner: members[0],
        members: [...members, reader],
      })
    const flood = (id: string, messages: number) =>
      simulator.call('POST', '/bursts', { to: id, from: members, count: messages })
    const bareRate = async (client: typeof bare, phone: string, messages: number) => {
      const { id } = await groupFor(phone)
      await flood(id, 20)
      await poll(async () => ((await client.count()).received >= 1 ? true : undefined))
      await client.count()
      let received = 0
      const startedMs = performance.now()
      await flood(id, messages)
      await poll(async () => {
        received += (await client.count()).received
        return received >= messages ? true : undefined
      }, 300_000)
      return (messages / (performance.now() - startedMs)) * 1000
    }
    const [sessionId = ''] = fleet.sessionIds
    const countOurs = async (): Promise<number> => {
      const { chats } = await api(fleet.server.url, 'GET', `/messages/chats/${sessionId}?is_group=true`)
      return chats.reduce((sum: number, chat: { message_count: number }) => sum + chat.message_count, 0)
    }
    const ourRate = async () => {
      const before = await countOurs()
      const { id } = await groupFor(ourPhone)
      await flood(id, 20)
      await poll(async () => ((await countOurs()) >= before + 20 ? true : undefined))
      const startedMs = performance.now()
      await flood(id, count)
      await poll(async () => ((await countOurs()) >= before + 20 + count ? true : undefined), 120_000)
      return (count / (performance.now() - startedMs)) * 1000
    }
    const rounds: { ours: number; bare: number }[] = []
    for (let round = 0; round < 3; round++)
      rounds.push({ bare: await bareRate(bare, barePhone, count), ours: await ourRate() })
    const stockRate = await bareRate(stock, stockPhone, Math.min(count, 300))
    const middle = (values: number[]) => values.toSorted((a, b) => a - b)[1] ?? Number.NaN
    return {
      ours: middle(rounds.map((round) => round.ours)),
      bare: middle(rounds.map((round) => round.bare)),
      stock: stockRate,
      rounds,
    }
  } finally {
    bare.stop()
    stock.stop()
    await fleet.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}
