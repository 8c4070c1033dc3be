import { readFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { ThreadMemory } from './memory-probe.ts'

const megabyte = 1024 * 1024

/** What a server's memory consists of, in megabytes. */
export interface MemoryParts {
  /** Resident, all threads. */
  resident: number
  /** Live objects of the main thread after a collection. */
  heapUsed: number
  heapTotal: number
  /** Buffers and the like of the main thread. */
  external: number
  arrayBuffers: number
  /** Live objects of all other threads after a collection. */
  workerHeaps: number
  /** External memory of all other threads: the WebAssembly memory of the embedded database is in it. */
  workerExternal: number
  /** Resident pages of the C heap (`brk`); its other arenas are in what is left over. */
  cHeap: number
  /** Resident pages of the largest mapping: the embedded database's WebAssembly memory, where there is one. */
  largestMapping: number
}

/** A way to ask a server about its memory. */
export interface MemoryProbe {
  /** To be added to the server's environment. */
  env: Record<string, string>
  /** Collects garbage in all threads and looks. */
  look(pid: number): Promise<MemoryParts>
  /** Writes a heap snapshot of the main thread; stops the server for seconds. */
  snapshot(file: string): Promise<void>
}

/** Prepares a probe whose socket lies in `directory`. */
export function createMemoryProbe(directory: string): MemoryProbe {
  const path = join(directory, 'memory.sock')
  const ask = async (order: string): Promise<unknown> => {
    const socket = createConnection(path)
    socket.write(`${order}\n`)
    return JSON.parse(await text(socket))
  }
  return {
    env: {
      NODE_OPTIONS: `--import ${fileURLToPath(new URL('memory-probe.ts', import.meta.url))}`,
      BENCH_MEMORY_PROBE: path,
    },
    look: async (pid) => describe((await ask('look')) as ThreadMemory[], await mappings(pid)),
    snapshot: async (file) => void (await ask(`snapshot ${file}`)),
  }
}

interface Mapping {
  name: string
  residentMb: number
}

/** The mappings of a process (Linux). */
async function mappings(pid: number): Promise<Mapping[]> {
  const found: Mapping[] = []
  for (const line of (await readFile(`/proc/${pid}/smaps`, 'utf8')).split('\n')) {
    const start = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(.*)$/.exec(line)
    if (start !== null) found.push({ name: start[1] ?? '', residentMb: 0 })
    const resident = /^Rss:\s+(\d+) kB/.exec(line)
    const last = found.at(-1)
    if (resident !== null && last !== undefined) last.residentMb = Number(resident[1]) / 1024
  }
  return found
}

function describe(threads: readonly ThreadMemory[], maps: readonly Mapping[]): MemoryParts {
  const [main, ...workers] = threads
  const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)
  const anonymous = maps.filter(({ name }) => name === '')
  return {
    resident: sum(maps.map(({ residentMb }) => residentMb)),
    heapUsed: (main?.heapUsed ?? 0) / megabyte,
    heapTotal: (main?.heapTotal ?? 0) / megabyte,
    external: (main?.external ?? 0) / megabyte,
    arrayBuffers: (main?.arrayBuffers ?? 0) / megabyte,
    workerHeaps: sum(workers.map(({ heapUsed }) => heapUsed)) / megabyte,
    workerExternal: sum(workers.map(({ external }) => external)) / megabyte,
    cHeap: sum(maps.filter(({ name }) => name === '[heap]').map(({ residentMb }) => residentMb)),
    largestMapping: Math.max(0, ...anonymous.map(({ residentMb }) => residentMb)),
  }
}

/** Growth per hour by least squares, of values at seconds. */
export function slopePerHour(points: readonly { seconds: number; value: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const x = mean(points.map(({ seconds }) => seconds))
  const y = mean(points.map(({ value }) => value))
  const over = points.reduce((sum, point) => sum + (point.seconds - x) * (point.value - y), 0)
  const under = points.reduce((sum, point) => sum + (point.seconds - x) ** 2, 0)
  return (over / under) * 3600
}
