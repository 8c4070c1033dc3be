import { analyticsBench } from './analytics.ts'
import { type Bench, urlOf } from './bench.types.ts'
import { benchLeads } from './leads.ts'
import { benchMonitoring } from './monitoring.ts'
import { benchSafeguards, safeguardsTable } from './safeguards.ts'

const safeguards: Bench = {
  name: 'safeguards',
  async run() {
    const raw = await benchSafeguards()
    const { ordinary, harmless, harmful } = raw
    process.stdout.write(`${safeguardsTable(raw.classes)}\n`)
    const what = '(l) all safeguards on a text of 500 characters'
    const figure = `CPU ${ordinary.cpuMs.toFixed(3)} ms; of look-alikes ${harmless.cpuMs.toFixed(2)} ms, of secrets and attacks alone ${harmful.cpuMs.toFixed(2)} ms`
    return {
      raw,
      rows: [
        {
          what,
          figure,
          goal: '<= 0.3 ms',
          isMet: Math.max(ordinary.cpuMs, harmless.cpuMs, harmful.cpuMs) <= 0.3,
        },
      ],
    }
  },
}

const monitoring: Bench = {
  name: 'monitoring',
  async run(options) {
    const raw = await benchMonitoring(urlOf(options))
    const { batched, single } = raw
    const what = '(m) added by 100 monitored groups with 200 keywords each, per message'
    const figure = `${batched.addedMs.toFixed(3)} ms in batches of 20, ${single.addedMs.toFixed(3)} ms one by one`
    return { raw, rows: [{ what, figure, goal: '<= 0.2 ms', isMet: batched.addedMs <= 0.2 }] }
  },
}

const leads: Bench = {
  name: 'leads',
  async run(options) {
    const raw = await benchLeads({ ...urlOf(options), ...(options.isQuick ? { requests: 200 } : {}) })
    const limit = options.database === 'embedded' ? 40 : 20
    const { search, csv, json } = raw
    return {
      raw,
      rows: [
        {
          what: '(n) lead list with filter and search over 100,000 leads',
          figure: `p50 ${search.p50.toFixed(1)} ms, p99 ${search.p99.toFixed(1)} ms`,
          goal: `p99 <= ${limit} ms`,
          isMet: search.p99 <= limit,
        },
        {
          what: '(o) export of 10,000 leads',
          figure: `CSV ${csv.ms.toFixed(0)} ms, JSON ${json.ms.toFixed(0)} ms, memory +${Math.max(csv.grownMb, json.grownMb).toFixed(0)} MB`,
          goal: '<= 1000 ms',
          isMet: csv.ms <= 1000 && json.ms <= 1000,
        },
      ],
    }
  },
}

/** Measurements of monitoring, leads, safeguards and analytics. */
export const leadBenches: readonly Bench[] = [safeguards, monitoring, leads, analyticsBench]
