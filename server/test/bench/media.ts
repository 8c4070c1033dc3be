import { randomBytes } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '../processes.ts'
import { benchEnvironment, benchKey, residentMb, startBenchSimulator } from './bench-world.ts'
import { fleetPhone, linkMore, startBareFleet, startFleet } from './fleet.ts'

const ourPhone = fleetPhone(40, 1)
const barePhone = fleetPhone(40, 2)
const friend = fleetPhone(40, 3)
const megabytes = 5

/** Files of 5 MB sent one after the other: ours by upload to the API, bare Baileys from a file on disk. */
export async function benchMedia(options: { databaseUrl?: string; rounds?: number; count?: number }) {
  const count = options.count ?? 20
  await using data = await temporaryDirectory()
  const simulator = await startBenchSimulator([ourPhone, barePhone], [friend])
  const file = join(data.path, 'bench.bin')
  await writeFile(file, randomBytes(megabytes * 1024 * 1024))
  const certificate = await (await fetch(`${simulator.url.replace('ws', 'http')}/media-ca.pem`)).text()
  await writeFile(join(data.path, 'ca.pem'), certificate)
  const fleet = await startFleet(
    benchEnvironment(join(data.path, 'data'), simulator.url, options.databaseUrl),
  )
  const bare = await startBareFleet(simulator, { env: { NODE_EXTRA_CA_CERTS: join(data.path, 'ca.pem') } })
  try {
    await linkMore(fleet, simulator, [ourPhone])
    await bare.link([barePhone])
    await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${ourPhone}@c.us`, text: 'hello' })
    const pid = fleet.server.process.child.pid ?? 0
    const resident: number[] = []
    const send = async (times: number): Promise<number> => {
      const startedMs = performance.now()
      for (let n = 0; n < times; n++) {
        const form = new FormData()
        form.set('session_id', fleet.sessionIds[0] ?? '')
        form.set('chat_id', friend)
        form.set('media_type', 'document')
        form.set('filename', 'bench.bin')
        form.set('file', await openAsBlob(file), 'bench.bin')
        const response = await fetch(`${fleet.server.url}/api/v2/messages/send/media`, {
          method: 'POST',
          headers: { 'x-api-key': benchKey },
          body: form,
        })
        const text = await response.text()
        if (response.status !== 201) throw new Error(`send answered ${response.status}: ${text}`)
        resident.push(await residentMb(pid))
      }
      return performance.now() - startedMs
    }
    const order = { to: friend, file, times: count }
    await bare.sendMedia({ ...order, times: 3 })
    await send(5)
    resident.length = 0
    const rounds: { ours: number; bare: number }[] = []
    for (let round = 0; round < (options.rounds ?? 3); round++) {
      rounds.push({
        bare: (count / (await bare.sendMedia(order))) * 1000,
        ours: (count / (await send(count))) * 1000,
      })
    }
    const ratios = rounds.map((round) => round.ours / round.bare).toSorted((a, b) => a - b)
    return {
      rounds,
      ratio: ratios[Math.floor(ratios.length / 2)] ?? Number.NaN,
      residentMb: { from: Math.min(...resident), to: Math.max(...resident), last: resident.at(-1) },
    }
  } finally {
    bare.stop()
    await fleet.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}
