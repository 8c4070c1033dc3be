import { type Bench, type Row, urlOf } from './bench.types.ts'
import { percentile } from './bench-world.ts'
import { benchJobs, spread } from './jobs.ts'

const ms = (number: number) => `${number.toFixed(1)} ms`
const median = (numbers: readonly number[]) => percentile(numbers, 0.5)

type Found = Awaited<ReturnType<typeof benchJobs>>

function speedRows({ idle, backlog, backlogByWorkers, uneven }: Found): Omit<Row, 'database'>[] {
  const [own, boss] = [spread(idle.ours.flatMap((r) => r.each)), spread(idle.batch.flatMap((r) => r.each))]
  const rate = (found: { perSecond: number }[]) => median(found.map((round) => round.perSecond))
  const costs = (found: { statementsPerJob: number }[]) =>
    median(found.map((round) => round.statementsPerJob)).toFixed(2)
  const [short, mixed] = [rate(backlog.ours) / rate(backlog.batch), rate(uneven.ours) / rate(uneven.batch)]
  return [
    {
      what: '(p) job: add to start on an idle queue, p50 and p99, beside pg-boss itself',
      figure: `${ms(own.p50)} and ${ms(own.p99)} : ${ms(boss.p50)} and ${ms(boss.p99)}; statements per job ${costs(idle.ours)} : ${costs(idle.batch)}, ${costs(idle.workers)} with ten workers`,
      goal: 'p50 at most 1.25 of it',
      isMet: own.p50 <= boss.p50 * 1.25,
    },
    {
      what: '(p) 3,000 short jobs, ten at once',
      figure: `${rate(backlog.ours).toFixed(0)} : ${rate(backlog.batch).toFixed(0)} jobs/s = ${short.toFixed(2)}; statements per job ${costs(backlog.ours)} : ${costs(backlog.batch)}; ten workers did ${3000 - backlogByWorkers.undone} in 5 s`,
      goal: 'at least 0.90',
      isMet: short >= 0.9,
    },
    {
      what: '(p) 300 jobs, each tenth takes 100 ms',
      figure: `${rate(uneven.ours).toFixed(0)} : ${rate(uneven.batch).toFixed(0)} jobs/s = ${mixed.toFixed(2)}`,
      goal: 'at least 0.90',
      isMet: mixed >= 0.9,
    },
  ]
}

function orderRows({ keys, keysCalm, delays, delaysCalm, quiet }: Found): Omit<Row, 'database'>[] {
  const took = (found: { ms: number }[]) => median(found.map((round) => round.ms))
  const all = [...keys.ours, ...keys.quickBatch, keysCalm]
  const late = spread(delays.ours.flatMap((round) => round.late))
  const theirs = spread(delays.quickBatch.flatMap((round) => round.late))
  return [
    {
      what: '(p) 6 keys with 8 jobs each, in order',
      figure: `${took(keys.ours).toFixed(0)} : ${took(keys.quickBatch).toFixed(0)} ms when it looks twice a second; looking every 30 s ${keysCalm.undone} are undone after 45 s; overlaps ${all.reduce((sum, { overlaps }) => sum + overlaps, 0)}, out of order ${all.filter(({ isInOrder }) => !isInOrder).length}`,
      goal: 'not slower',
      isMet: took(keys.ours) <= took(keys.quickBatch),
    },
    {
      what: '(p) delayed jobs start late by, p50 and p99',
      figure: `${ms(late.p50)} and ${ms(late.p99)} : ${ms(theirs.p50)} and ${ms(theirs.p99)}; ${(median(delaysCalm.late) / 1000).toFixed(1)} s when it looks every 30 s`,
      goal: 'not later',
      isMet: late.p50 <= theirs.p50,
    },
    {
      what: `(p) statements per quiet minute, ${quiet.kinds} kinds of jobs`,
      figure: `${quiet.ours.toFixed(1)} : ${quiet.quick.toFixed(1)} looking twice a second, ${quiet.calm.toFixed(1)} every 30 s`,
      goal: 'not more',
      isMet: quiet.ours <= quiet.calm,
    },
  ]
}

/** Our job runner beside the workers of pg-boss. */
export const jobBench: Bench = {
  name: 'jobs',
  isLong: true,
  async run(options) {
    const raw = await benchJobs({
      ...urlOf(options),
      ...(options.isQuick ? { rounds: 1, quietSeconds: 30 } : {}),
    })
    return { raw, rows: [...speedRows(raw), ...orderRows(raw)] }
  },
}
