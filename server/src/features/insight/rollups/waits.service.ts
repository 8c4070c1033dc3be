import type { Waits } from './rollups.tables.ts'
import { eachRow } from './series.service.ts'

/** Answers by the step of the scale that they fall on: how many, and their seconds together. */
export interface WaitSums {
  counts: number[]
  seconds: number[]
}

/** No answers. */
export const noWaits = (): WaitSums => ({ counts: [], seconds: [] })

/** Puts answers of a step to others. */
export function addStep(sums: WaitSums, step: number, count: number, seconds: number): void {
  for (let end = sums.counts.length; end <= step; end += 1) {
    sums.counts.push(0)
    sums.seconds.push(0)
  }
  sums.counts[step] = (sums.counts[step] ?? 0) + count
  sums.seconds[step] = (sums.seconds[step] ?? 0) + seconds
}

/** Many sets of answers together. */
export function addWaits(sets: Iterable<Waits>): WaitSums {
  const sum = noWaits()
  for (const waits of sets)
    for (const [step, [count, seconds]] of Object.entries(waits)) addStep(sum, Number(step), count, seconds)
  return sum
}

/** Answers put together, or as they are stored: numbers, namely step, how many, seconds together; or the JSON of `Waits`. */
export type WaitSet = string | WaitSums

/** Many sets of answers together. What is stored is read straight into the sum: a list for each would be thrown away. */
export function addWaitSets(sets: Iterable<WaitSet>): WaitSums {
  const sum = noWaits()
  for (const set of sets)
    if (typeof set !== 'string') addSums(sum, set)
    else if (set.startsWith('{')) addSums(sum, addWaits([JSON.parse(set) as Waits]))
    else eachRow(set, 3, (numbers) => addStep(sum, numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0))
  return sum
}

function addSums(sum: WaitSums, { counts, seconds }: WaitSums): void {
  for (let step = 0; step < counts.length; step += 1)
    addStep(sum, step, counts[step] ?? 0, seconds[step] ?? 0)
}

/** How long people waited. */
export interface WaitFigures {
  count: number
  /** Seconds; null without answers. */
  medianSeconds: number | null
  averageSeconds: number | null
  /** Nine of ten waited no longer. */
  p90Seconds: number | null
}

/** The mean of the answers on the step where the n-th of all stands, counted from 0. */
function secondsAt({ counts, seconds }: WaitSums, n: number): number {
  let passed = 0
  for (let step = 0; step < counts.length; step += 1) {
    const count = counts[step] ?? 0
    passed += count
    if (n < passed) return (seconds[step] ?? 0) / count
  }
  return 0
}

/**
 * Median, average and the ninth tenth. Exact where no two answers share a step of the scale, and otherwise true to a
 * tenth; the average is exact always.
 */
export function measureWaits(waits: WaitSums): WaitFigures {
  const count = waits.counts.reduce((sum, answers) => sum + answers, 0)
  if (count === 0) return { count, medianSeconds: null, averageSeconds: null, p90Seconds: null }
  const total = waits.seconds.reduce((sum, seconds) => sum + seconds, 0)
  const middle = (secondsAt(waits, Math.floor((count - 1) / 2)) + secondsAt(waits, Math.floor(count / 2))) / 2
  return {
    count,
    medianSeconds: Math.round(middle),
    averageSeconds: Math.round(total / count),
    p90Seconds: Math.round(secondsAt(waits, Math.ceil(count * 0.9) - 1)),
  }
}
