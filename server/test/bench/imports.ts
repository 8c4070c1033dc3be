import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Bench } from './bench.types.ts'
import { percentile } from './bench-world.ts'

const source = join(import.meta.dirname, '../../src')
const urlOf = (path: string) => pathToFileURL(join(source, path)).href
const compiled = join(import.meta.dirname, '../../../.cache/compiled')

/** What a process prints that has only loaded the program. */
interface Loading {
  ms: number
  cpuMs: number
  residentMb: number
}

const program = `await import(${JSON.stringify(urlOf('app.ts'))})
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ ms: performance.now(), cpuMs: (user + system) / 1000, residentMb: process.memoryUsage.rss() / 2 ** 20 }))`

/** As the program is started; with what the preload keeps of compiling alone; and with neither. */
const ways = {
  short: { flags: ['--import', urlOf('platform/quick-imports.ts')], env: {} },
  cacheOnly: { flags: [], env: { NODE_COMPILE_CACHE: compiled } },
  plain: { flags: [], env: {} },
} as const
type Way = keyof typeof ways

async function load(way: Way): Promise<Loading> {
  const { flags, env } = ways[way]
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-semi-space-size=32', ...flags, '--input-type=module', '-e', program],
    { env: { PATH: process.env.PATH, ...env } },
  )
  return JSON.parse(stdout) as Loading
}

/** Medians of loading the program in each way, taking turns, after one round that fills the caches. */
async function benchImports(rounds: number): Promise<Record<Way, Loading>> {
  const names = Object.keys(ways) as Way[]
  const found: Record<Way, Loading[]> = { short: [], cacheOnly: [], plain: [] }
  for (let round = -1; round < rounds; round += 1) {
    for (const way of round % 2 === 0 ? names : names.toReversed()) {
      const loading = await load(way)
      if (round >= 0) found[way].push(loading)
    }
  }
  const median = (way: Way): Loading => {
    const of = (pick: (loading: Loading) => number) => percentile(found[way].map(pick), 0.5)
    return { ms: of((l) => l.ms), cpuMs: of((l) => l.cpuMs), residentMb: of((l) => l.residentMb) }
  }
  return { short: median('short'), cacheOnly: median('cacheOnly'), plain: median('plain') }
}

/** (q) What the preload `quick-imports.ts` is worth; the database plays no part. */
export const importsBench: Bench = {
  name: 'imports',
  isLong: true,
  async run(options) {
    const raw = await benchImports(options.isQuick ? 3 : 11)
    const figureOf = ({ ms, cpuMs, residentMb }: Loading) =>
      `${ms.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)} ms, ${residentMb.toFixed(0)} MB)`
    const { short, cacheOnly, plain } = raw
    return {
      raw,
      rows: [
        {
          what: '(q) loading the program with short imports : with the compile cache alone : with neither',
          figure: `${figureOf(short)} : ${figureOf(cacheOnly)} : ${figureOf(plain)}`,
          goal: 'at most 0.90 of the cache alone',
          isMet: short.cpuMs <= cacheOnly.cpuMs * 0.9,
        },
      ],
    }
  },
}
