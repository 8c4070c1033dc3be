import type { Waits } from './rollups.tables.ts'

/** Many sets of answers together. */
export function addWaits(sets: Iterable<Waits>): Waits {
  const sum: Waits = {}
  for (const waits of sets)
    for (const step in waits) {
      const [count, seconds] = waits[step] ?? [0, 0]
      const known = sum[step]
      if (known === undefined) sum[step] = [count, seconds]
      else {
        known[0] += count
        known[1] += seconds
      }
    }
  return sum
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
function secondsAt(steps: readonly (readonly [number, number])[], n: number): number {
  let passed = 0
  for (const [count, seconds] of steps) {
    passed += count
    if (n < passed) return seconds / count
  }
  return 0
}

/**
 * Median, average and the ninth tenth. Exact where no two answers share a step of the scale, and otherwise true to a
 * tenth; the average is exact always.
 */
export function measureWaits(waits: Waits): WaitFigures {
  const steps = Object.entries(waits)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, step]) => step)
  const count = steps.reduce((sum, [answers]) => sum + answers, 0)
  if (count === 0) return { count, medianSeconds: null, averageSeconds: null, p90Seconds: null }
  const total = steps.reduce((sum, [, seconds]) => sum + seconds, 0)
  const middle = (secondsAt(steps, Math.floor((count - 1) / 2)) + secondsAt(steps, Math.floor(count / 2))) / 2
  return {
    count,
    medianSeconds: Math.round(middle),
    averageSeconds: Math.round(total / count),
    p90Seconds: Math.round(secondsAt(steps, Math.ceil(count * 0.9) - 1)),
  }
}
