import type { Bench, Row } from './bench.types.ts'
import { benchHandOver, type Ending, type HandOver } from './hand-over.ts'

const goalsMs: Record<Ending, number> = { SIGTERM: 3000, SIGKILL: 15_000 }
const names: Record<Ending, string> = { SIGTERM: 'planned (SIGTERM)', SIGKILL: 'unplanned (kill -9)' }

function rowOf(some: readonly HandOver[]): Omit<Row, 'database'>[] {
  const [first] = some
  if (first === undefined) return []
  const conflicts = some.reduce((sum, one) => sum + one.conflicts, 0)
  const slowestMs = Math.max(...some.map(({ ms }) => ms))
  const seconds = some.map(({ ms }) => (ms / 1000).toFixed(1)).join(', ')
  return [
    {
      what: `(q) hand-over, ${names[first.ending]}, ${first.sessions} sessions, until the last works again`,
      figure: `${seconds} s; ${conflicts} conflicts`,
      goal: `at most ${goalsMs[first.ending] / 1000} s, no conflict`,
      isMet: slowestMs <= goalsMs[first.ending] && conflicts === 0,
    },
  ]
}

/** Two processes on one server; an embedded database belongs to one. */
export const handOverBench: Bench = {
  name: 'hand-over',
  async run({ databaseUrl, isQuick }) {
    if (databaseUrl === undefined) return { raw: [], rows: [] }
    const raw = await benchHandOver({ databaseUrl, ...(isQuick ? { rounds: 1 } : {}) })
    const groups = Map.groupBy(raw, ({ sessions, ending }) => `${sessions} ${ending}`)
    return { raw, rows: [...groups.values()].flatMap(rowOf) }
  },
}
