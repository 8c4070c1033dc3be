import { type Bench, urlOf } from './bench.types.ts'
import { benchSchedules } from './schedules.ts'

/** Scheduled messages. */
export const scheduleBench: Bench = {
  name: 'schedules',
  async run(options) {
    const raw = await benchSchedules({ ...urlOf(options), ...(options.isQuick ? { defined: 1000 } : {}) })
    const figure = `p50 ${raw.p50.toFixed(0)}, at most ${raw.max.toFixed(0)} ms after the time; ${raw.defined} defined in ${(raw.definedMs / 1000).toFixed(1)} s`
    const what = '(s) a scheduled message on the phone, 10,000 schedules defined'
    return { raw, rows: [{ what, figure, goal: '<= 2000 ms', isMet: raw.max <= 2000 }] }
  },
}
