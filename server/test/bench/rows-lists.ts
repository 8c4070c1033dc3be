import { type Bench, urlOf } from './bench.types.ts'
import { benchListImport } from './list-import.ts'

/** Lists of contacts. */
export const listBench: Bench = {
  name: 'lists',
  async run(options) {
    const raw = await benchListImport({ ...urlOf(options), ...(options.isQuick ? { lines: 20_000 } : {}) })
    const { first, second, cpu, busy, idle, residentMb } = raw
    const seconds = Math.max(first.ms, second.ms) / 1000
    const grown = residentMb.highest - residentMb.before
    const figure = `${(first.ms / 1000).toFixed(1)} and ${(second.ms / 1000).toFixed(1)} s, CPU ${cpu.toFixed(1)} s (${second.added} added, ${second.refused_count} refused), ${residentMb.before.toFixed(0)} to ${residentMb.highest.toFixed(0)} MB; ${busy.count} others p50 ${busy.p50.toFixed(0)}, p99 ${busy.p99.toFixed(0)}, at most ${busy.max.toFixed(0)} ms (idle ${idle.p50.toFixed(0)}, ${idle.p99.toFixed(0)}, ${idle.max.toFixed(0)})`
    const what = '(p) CSV import of 100,000 lines beside other requests'
    const isMet = seconds <= 10 && busy.max <= 100 && grown <= 30
    return { raw, rows: [{ what, figure, goal: '<= 10 s, others <= 100 ms, flat', isMet }] }
  },
}
