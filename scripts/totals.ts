/** Counts of test runs, in the words of node's own reporter. */
export interface Totals {
  tests: number
  suites: number
  pass: number
  fail: number
  cancelled: number
  skipped: number
  todo: number
  durationMs: number
}

/** Nothing run yet. */
export function emptyTotals(): Totals {
  return { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0, durationMs: 0 }
}

/** Adds `more` to `totals` in place. */
export function addTotals(totals: Totals, more: Totals): void {
  for (const key of Object.keys(totals) as (keyof Totals)[]) totals[key] += more[key]
}

/** Prints the lines that node's reporter ends with, so that people and programs read a result as usual. */
export function writeSummary(totals: Totals): void {
  const lines = [
    `tests ${totals.tests}`,
    `suites ${totals.suites}`,
    `pass ${totals.pass}`,
    `fail ${totals.fail}`,
    `cancelled ${totals.cancelled}`,
    `skipped ${totals.skipped}`,
    `todo ${totals.todo}`,
    `duration_ms ${Math.round(totals.durationMs)}`,
  ]
  process.stdout.write(`${lines.map((line) => `ℹ ${line}`).join('\n')}\n`)
}
