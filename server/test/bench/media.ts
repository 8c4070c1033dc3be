import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { temporaryDirectory } from '../processes.ts'
import { benchEnvironment, benchKey, residentMb, startBenchSimulator } from './bench-world.ts'
import { fleetPhone, linkMore, startBareFleet, startFleet } from './fleet.ts'

const ourPhone = fleetPhone(40, 1)
const barePhone = fleetPhone(40, 2)
const friend = fleetPhone(40, 3)
const megabytes = 5

/**
 * Posts a form with one file, read from the disk as bare Baileys reads it. `FormData` of the runtime would cost the
 * client more processor time than the whole of what is measured.
 */
async function postForm(
  url: string,
  agent: Agent,
  fields: Readonly<Record<string, string>>,
  file: { path: string; bytes: number },
): Promise<{ status: number | undefined; body: string }> {
  const line = 'bench-form-boundary'
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${line}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = `${parts.join('')}--${line}\r\nContent-Disposition: form-data; name="file"; filename="bench.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`
  const tail = `\r\n--${line}--\r\n`
  const headers = {
    'x-api-key': benchKey,
    'content-type': `multipart/form-data; boundary=${line}`,
    'content-length': head.length + file.bytes + tail.length,
  }
  const asking = request(url, { method: 'POST', agent, headers })
  const answered = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    asking.once('error', reject).once('response', (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    })
  })
  asking.write(head)
  await pipeline(createReadStream(file.path), asking, { end: false })
  asking.end(tail)
  return answered
}

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
  const agent = new Agent({ keepAlive: true })
  try {
    await linkMore(fleet, simulator, [ourPhone])
    await bare.link([barePhone])
    await simulator.call('POST', `/accounts/${friend}/messages`, { to: `${ourPhone}@c.us`, text: 'hello' })
    const pid = fleet.server.process.child.pid ?? 0
    const resident: number[] = []
    const send = async (times: number): Promise<number> => {
      const startedMs = performance.now()
      for (let n = 0; n < times; n++) {
        const { status, body } = await postForm(
          `${fleet.server.url}/api/v2/messages/send/media`,
          agent,
          {
            session_id: fleet.sessionIds[0] ?? '',
            chat_id: friend,
            media_type: 'document',
            filename: 'bench.bin',
          },
          { path: file, bytes: megabytes * 1024 * 1024 },
        )
        if (status !== 201) throw new Error(`send answered ${status}: ${body}`)
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
    agent.destroy()
    bare.stop()
    await fleet.server.process.stop()
    await simulator.process.stop('SIGKILL')
  }
}
