// Preloaded into the processes of tests: leaves behind, in the file that MOLTFLOW_TEST_TIME names, how long processors
// worked for this process and for what it started and waited for.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/** What the kernel counts in. */
const ticksPerSecond = 100

/**
 * Seconds of processors that this process and its ended children took; of this process alone where the system does not
 * tell (only Linux does, and not of children that nobody waited for).
 */
export function processorSeconds(): number {
  try {
    const text = readFileSync('/proc/self/stat', 'utf8')
    // The name of the program, in brackets, may contain anything; what follows it are numbers.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return ticks / ticksPerSecond
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  }
}

/** What a process left in a file, which is removed; zero when it was killed before. */
export function takeSeconds(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch {
    return 0
  } finally {
    rmSync(path, { force: true })
  }
}

const path = process.env['MOLTFLOW_TEST_TIME']
if (path !== undefined && isMainThread) {
  // What this process starts has times of its own.
  delete process.env['MOLTFLOW_TEST_TIME']
  process.on('exit', () => writeFileSync(path, String(processorSeconds())))
}
