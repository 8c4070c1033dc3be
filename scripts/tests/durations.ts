// How long each job took, so that the longest begin first. A fresh clone begins with the list that is checked in.
// `npm run test:durations` writes that list after a whole run.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const lastRun = resolve(root, '.cache/test-durations.json')
const checkedIn = resolve(root, 'scripts/tests/durations.json')

/** Seconds by the job's name. */
export type Durations = Record<string, number>

function readList(path: string): Durations {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Durations) : {}
}

/** The last known duration of every job. */
export function readDurations(): Durations {
  return { ...readList(checkedIn), ...readList(lastRun) }
}

/** Remembers what these jobs took, and what others took before. */
export function keepDurations(durations: Durations): void {
  mkdirSync(dirname(lastRun), { recursive: true })
  writeFileSync(lastRun, `${JSON.stringify({ ...readList(lastRun), ...durations }, undefined, 1)}\n`)
}

/** Longest first; what was never seen goes to the front, because it may be long. */
export function longestFirst<T extends { name: string }>(jobs: readonly T[], durations: Durations): T[] {
  const secondsOf = ({ name }: T) => durations[name] ?? Number.POSITIVE_INFINITY
  return [...jobs].sort((a, b) => {
    const [first, second] = [secondsOf(a), secondsOf(b)]
    return first === second ? (a.name < b.name ? -1 : 1) : second - first
  })
}

/** Whether a job still has its file. */
function exists(name: string): boolean {
  const [file = ''] = name.split(' ')
  return !file.endsWith('.test.ts') || existsSync(resolve(root, file))
}

/** Writes the checked-in list: whole seconds, which do not change with every run. */
function checkIn(): void {
  const known = Object.entries(readList(lastRun)).filter(([name]) => exists(name))
  const rounded = known.map(([name, seconds]) => [name, Math.round(seconds)] as const)
  const long = rounded.sort(([, a], [, b]) => b - a)
  writeFileSync(checkedIn, `${JSON.stringify(Object.fromEntries(long), undefined, 2)}\n`)
}

if (import.meta.main) checkIn()
