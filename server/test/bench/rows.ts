import { type Bench, urlOf } from './bench.types.ts'
import { benchDensity } from './density.ts'
import { benchFlood } from './flood.ts'
import { benchGroupInbound } from './group-inbound.ts'
import { benchHttp } from './http.ts'
import { importsBench } from './imports.ts'
import { benchBareInbound, benchInbound } from './inbound.ts'
import { leadSearchBench } from './lead-search.ts'
import { benchMemory, benchReady } from './lifecycle.ts'
import { benchMedia } from './media.ts'
import { campaignsBench } from './rows-campaigns.ts'
import { handOverBench } from './rows-hand-over.ts'
import { jobBench } from './rows-jobs.ts'
import { knowledgeBench } from './rows-knowledge.ts'
import { leadBenches } from './rows-leads.ts'
import { listBench } from './rows-lists.ts'
import { recoveryBench } from './rows-recovery.ts'
import { scheduleBench } from './rows-schedules.ts'
import { sentimentBench } from './rows-sentiment.ts'
import { benchSend } from './send.ts'
import { benchSoak } from './soak.ts'

const median = (numbers: number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

const send: Bench = {
  name: 'send',
  async run(options) {
    const raw = await benchSend({ ...urlOf(options), ...(options.isQuick ? { rounds: 1, count: 600 } : {}) })
    const ours = median(raw.ours.map((round) => round.perSecond))
    const bare = median(raw.bare.map((round) => round.perSecond))
    const cpu = [
      median(raw.ours.map((r) => r.cpuMsPerMessage)),
      median(raw.bare.map((r) => r.cpuMsPerMessage)),
    ]
    const figure = `${ours.toFixed(0)} : ${bare.toFixed(0)} = ${raw.ratio.toFixed(2)} (CPU ms ${cpu.map((ms) => ms.toFixed(2)).join(' : ')})`
    const what = '(a) texts/s, 20 at once, beside bare Baileys'
    return { raw, rows: [{ what, figure, goal: '>= 0.60', isMet: raw.ratio >= 0.6 }] }
  },
}

const inbound: Bench = {
  name: 'inbound',
  async run(options) {
    const raw = await benchInbound({ ...urlOf(options), ...(options.isQuick ? { seconds: 10 } : {}) })
    const figure = `p50 ${raw.p50.toFixed(1)} ms, p99 ${raw.p99.toFixed(1)} ms, missing ${raw.missing}/${raw.total}`
    const isMet = raw.p50 <= 15 && raw.p99 <= 60 && raw.missing === 0
    const what = '(b) inbound to webhook at 50/s'
    return { raw, rows: [{ what, figure, goal: 'p50 <= 15, p99 <= 60', isMet }] }
  },
}

const inboundCost: Bench = {
  name: 'inbound-cost',
  async run(options) {
    const rate = { perSecond: 20, seconds: options.isQuick ? 15 : 60 }
    const ours = await benchInbound({ ...urlOf(options), ...rate })
    const bare = await benchBareInbound(rate)
    const figure = `${ours.cpuMs.toFixed(2)} : ${bare.cpuMs.toFixed(2)} ms CPU, p50 ${ours.p50.toFixed(1)} ms, p99 ${ours.p99.toFixed(1)} ms, missing ${ours.missing}/${ours.total}`
    const [cpuMs, p50] = options.database === 'embedded' ? [8, 8] : [6, 7]
    const isMet = ours.cpuMs <= cpuMs && ours.p50 <= p50 && ours.p99 <= 25 && ours.missing === 0
    const what = '(b2) inbound to webhook at 20/s, beside bare Baileys receiving'
    return {
      raw: { ours, bare },
      rows: [{ what, figure, goal: `CPU <= ${cpuMs} ms, p50 <= ${p50}, p99 <= 25`, isMet }],
    }
  },
}

const ready: Bench = {
  name: 'ready',
  async run(options) {
    const raw = await benchReady(urlOf(options))
    const figure = `first ${raw.firstMs.toFixed(0)} ms, later ${raw.medianMs.toFixed(0)} ms`
    const what = '(c) ready when installed'
    return { raw, rows: [{ what, figure, goal: '<= 3000 ms', isMet: raw.worstMs <= 3000 }] }
  },
}

const memory: Bench = {
  name: 'memory',
  async run(options) {
    const raw = await benchMemory({ ...urlOf(options), ...(options.isQuick ? { idleSeconds: 10 } : {}) })
    const limit = options.database === 'embedded' ? 350 : 200
    const figure = `${raw.residentMb.toFixed(0)} MB`
    const what = '(d) resident, idle, one session'
    return { raw, rows: [{ what, figure, goal: `<= ${limit} MB`, isMet: raw.residentMb <= limit }] }
  },
}

const http: Bench = {
  name: 'http',
  async run(options) {
    const raw = await benchHttp({ ...urlOf(options), seconds: options.isQuick ? 3 : 8 })
    const figure = `${raw.ours.toFixed(0)} : ${raw.bare.toFixed(0)} req/s = ${raw.ratio.toFixed(2)}`
    const what = '(e) GET /sessions beside a bare route'
    return { raw, rows: [{ what, figure, goal: '>= 0.70', isMet: raw.ratio >= 0.7 }] }
  },
}

const groups: Bench = {
  name: 'groups',
  async run(options) {
    const raw = await benchGroupInbound({ ...urlOf(options), ...(options.isQuick ? { count: 800 } : {}) })
    const figure = `${raw.ours.toFixed(0)}; bare ${raw.bare.toFixed(0)}, bare as installed ${raw.stock.toFixed(0)}`
    const what = '(f) group messages/s received on one socket'
    return { raw, rows: [{ what, figure, goal: '>= 400', isMet: raw.ours >= 400 }] }
  },
}

const density: Bench = {
  name: 'density',
  async run(options) {
    const raw = await benchDensity({ ...urlOf(options), ...(options.isQuick ? { steps: [100] } : {}) })
    const limits: Record<number, number> = { 100: 6, 300: 5 }
    const rows = raw.density.map(({ at, oursMb, bareMb }) => ({
      what: `(g) MB per further session at ${at}`,
      figure: `${oursMb.toFixed(2)}; bare ${bareMb.toFixed(2)}`,
      goal: `<= ${limits[at]}`,
      isMet: oursMb <= (limits[at] ?? 0),
    }))
    const restarts = raw.restarts.map(({ sessions, ms }) => ({
      what: `(h) start to all ${sessions} sessions working`,
      figure: `${ms.toFixed(0)} ms; bare re-login of ${raw.restarts.at(-1)?.sessions} ${raw.bareReconnectMs.toFixed(0)} ms`,
      goal: sessions === 100 ? '<= 5000 ms' : '',
      isMet: sessions !== 100 || ms <= 5000,
    }))
    return { raw, rows: [...rows, ...restarts] }
  },
}

const media: Bench = {
  name: 'media',
  async run(options) {
    const raw = await benchMedia({ ...urlOf(options), ...(options.isQuick ? { rounds: 1, count: 10 } : {}) })
    const ours = median(raw.rounds.map((round) => round.ours))
    const bare = median(raw.rounds.map((round) => round.bare))
    const { from, to } = raw.residentMb
    const figure = `${ours.toFixed(1)} : ${bare.toFixed(1)}/s = ${raw.ratio.toFixed(2)}, ${from.toFixed(0)} to ${to.toFixed(0)} MB resident`
    const what = '(i) files of 5 MB sent beside bare Baileys'
    return { raw, rows: [{ what, figure, goal: '>= 0.70', isMet: raw.ratio >= 0.7 }] }
  },
}

const flood: Bench = {
  name: 'flood',
  async run(options) {
    const raw = await benchFlood({ ...urlOf(options), ...(options.isQuick ? { seconds: 8 } : {}) })
    const ratio = raw.busy.p50 / raw.idle.p50
    const figure = `p50 ${raw.idle.p50.toFixed(1)} to ${raw.busy.p50.toFixed(1)} ms = ${ratio.toFixed(2)} (p95 ${raw.idle.p95.toFixed(0)} to ${raw.busy.p95.toFixed(0)}) at ${raw.saidPerSecond.toFixed(0)}/s`
    const what = "(j) send latency while another session's group floods"
    return { raw, rows: [{ what, figure, goal: '< 2.00', isMet: ratio < 2 }] }
  },
}

const soak: Bench = {
  name: 'soak',
  isLong: true,
  async run(options) {
    const raw = await benchSoak({ ...urlOf(options), ...(options.isQuick ? { minutes: 3 } : {}) })
    const { traffic } = raw
    const figure = `${raw.slopeMbPerHour.toFixed(1)} MB/h (${raw.from.toFixed(0)} to ${raw.to.toFixed(0)} MB), ${raw.working}/${raw.sessions} working, ${traffic.sent} sent, ${traffic.received} received, ${traffic.refused} refused, ${traffic.drops} drops, ${raw.complaints.length} complaints`
    const isMet = raw.complaints.length === 0 && raw.working === raw.sessions && raw.slopeMbPerHour < 30
    const what = '(k) mixed traffic over 50 sessions'
    return { raw, rows: [{ what, figure, goal: 'flat, no complaints', isMet }] }
  },
}

/** Every measurement there is. */
export const benches: readonly Bench[] = [
  send,
  inbound,
  inboundCost,
  ready,
  memory,
  http,
  groups,
  density,
  media,
  flood,
  ...leadBenches,
  listBench,
  scheduleBench,
  campaignsBench,
  handOverBench,
  jobBench,
  recoveryBench,
  importsBench,
  leadSearchBench,
  sentimentBench,
  knowledgeBench,
  soak,
]
