import { type Bench, urlOf } from './bench.types.ts'
import { benchRecovery } from './recovery.ts'

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** A receiver of webhooks in trouble, then well: when it has everything. */
export const recoveryBench: Bench = {
  name: 'recovery',
  isLong: true,
  async run(options) {
    const count = options.isQuick ? 600 : 3000
    const rows = []
    const raw = []
    for (const kind of ['slow', 'away'] as const) {
      const found = await benchRecovery({ ...urlOf(options), count, trouble: { kind, seconds: 25 } })
      raw.push({ kind, ...found })
      rows.push({
        what: `(s) last delivery after the receiver's recovery, ${found.total} messages, ${kind} for 25 s`,
        figure: `${seconds(found.lastAfterMs)}, longest pause ${seconds(found.longestPauseMs)}, overtaken ${found.overtaken}, missing ${found.missing}`,
        goal: '<= 15 s, in order',
        isMet: found.lastAfterMs <= 15_000 && found.overtaken === 0 && found.missing === 0,
      })
    }
    return { raw, rows }
  },
}
