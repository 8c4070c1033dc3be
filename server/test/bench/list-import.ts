import { setTimeout as wait } from 'node:timers/promises'
import { FormData, request } from 'undici'
import { prepareInstallation } from '../lift-limits.ts'
import { startServer, temporaryDirectory } from '../processes.ts'
import { api, benchEnvironment, benchKey, cpuSeconds, percentile, residentMb } from './bench-world.ts'

/** A file as a shop exports it: half of the numbers without country code, names with accents, two more columns. */
function fileOf(lines: number, first: string): Blob {
  const rows = Array.from({ length: lines }, (_, at) => {
    const digits = String(at).padStart(7, '0')
    const phone = at % 2 === 0 ? `+49 ${first}1-${digits}` : `0${first}2 ${digits}`
    return `"Müller, Person ${at}";${phone};Köln;"0${digits.slice(-4)}"`
  })
  return new Blob([`Name;Telefon;Ort;PLZ\r\n${rows.join('\r\n')}\r\n`])
}

async function importFile(url: string, listId: string, file: Blob) {
  const form = new FormData()
  form.set('default_country', 'DE')
  form.set('file', file, 'contacts.csv')
  const started = performance.now()
  const { statusCode, body } = await request(`${url}/api/v2/custom-groups/${listId}/import`, {
    method: 'POST',
    headers: { 'x-api-key': benchKey },
    body: form,
    headersTimeout: 0,
  })
  const answer = (await body.json()) as { added: number; refused_count: number }
  if (statusCode !== 200) throw new Error(`import answered ${statusCode} ${JSON.stringify(answer)}`)
  return { ms: performance.now() - started, ...answer }
}

/** Asks one thing after another, reads and writes, until told to stop; answers how long each took. */
async function askOthers(url: string, listId: string, isOver: () => boolean): Promise<number[]> {
  const ms: number[] = []
  for (let at = 0; !isOver(); at += 1) {
    const asks = [
      () => api(url, 'GET', '/sessions'),
      () => api(url, 'GET', '/custom-groups?limit=10'),
      () => api(url, 'POST', `/custom-groups/${listId}/members/add`, { contacts: [`1777${1_000_000 + at}`] }),
      () => api(url, 'GET', '/leads?search=nobody'),
      () => api(url, 'PATCH', `/custom-groups/${listId}`, { name: `Others ${at}` }),
    ]
    const started = performance.now()
    await asks[at % asks.length]?.()
    ms.push(performance.now() - started)
    await wait(5)
  }
  return ms
}

/** Seconds of an import of 100,000 lines, the memory it adds, and how long other requests take meanwhile. */
export async function benchListImport(options: { databaseUrl?: string; lines?: number }) {
  await using data = await temporaryDirectory()
  const env = benchEnvironment(data.path, 'ws://127.0.0.1:9', options.databaseUrl)
  await prepareInstallation(env)
  const server = await startServer({ env, by: 'program' })
  const pid = server.process.child.pid ?? 0
  const lines = options.lines ?? 100_000
  const newList = async (name: string) => (await api(server.url, 'POST', '/custom-groups', { name })).id
  // Made before anything is timed: it would keep this process from seeing answers.
  const files = [fileOf(lines, '15'), fileOf(lines, '17')] as const
  try {
    const others = await newList('Others')
    let isOver = false
    let asked: Promise<number[]> = askOthers(server.url, others, () => isOver)
    await wait(2000)
    isOver = true
    const idle = await asked
    // The first file warms everything up; what it leaves of memory is no growth.
    const cpuBefore = await cpuSeconds(pid)
    const first = await importFile(server.url, await newList('First'), files[0])
    const cpu = (await cpuSeconds(pid)) - cpuBefore
    const target = await newList('Second')
    const before = await residentMb(pid)
    isOver = false
    asked = askOthers(server.url, others, () => isOver)
    let highest = before
    const watching = (async () => {
      while (!isOver) {
        highest = Math.max(highest, await residentMb(pid))
        await wait(20)
      }
    })()
    const second = await importFile(server.url, target, files[1])
    isOver = true
    const busy = await asked
    await watching
    const figures = (ms: number[]) => ({
      count: ms.length,
      p50: percentile(ms, 0.5),
      p99: percentile(ms, 0.99),
      max: Math.max(...ms),
    })
    return { first, second, cpu, idle: figures(idle), busy: figures(busy), residentMb: { before, highest } }
  } finally {
    await server.process.stop()
  }
}
