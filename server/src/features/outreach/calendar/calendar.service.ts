import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { holdsScope } from '../../../scopes.ts'
import { toTimestamp } from '../../../wire.ts'
import { nextRun } from '../recurrence/recurrence.service.ts'
import {
  type CalendarEntry,
  type calendarAnswer,
  type calendarQuery,
  mostEntries,
} from './calendar.schema.ts'
import { listPlanned, listRuns, type PlannedRow, type Span } from './calendar.store.ts'

/** The runs to come of a schedule within a span, from the one that is planned on. */
function* runsToCome(row: PlannedRow, { from, to }: Span): Generator<Date> {
  const { scheduleType, cronExpression, timezone, scheduledTime } = row
  const recurrence = {
    scheduleType,
    cronExpression,
    timezone,
    scheduledTime: scheduledTime === null ? null : new Date(scheduledTime),
  }
  let at: Date | null = new Date(row.nextRunAt)
  if (at >= from && at < to) yield at
  // What lies before the span is leapt over.
  at = nextRun(recurrence, at >= from ? at : new Date(from.getTime() - 1))
  while (at !== null && at < to) {
    yield at
    at = nextRun(recurrence, at)
  }
}

/** Every run of the caller's schedules, and of its reports if it may read them, between two moments. */
export async function getCalendar(
  ctx: Context,
  { from, to }: z.output<typeof calendarQuery>,
): Promise<z.output<typeof calendarAnswer>> {
  const { caller } = ctx
  const hasReports =
    (caller.kind === 'user' || caller.kind === 'key') && holdsScope(caller.scopes, 'reports:read')
  const span = { tenantId: tenantOf(ctx), from, to, hasReports }
  // What begins between two looks would be shown twice or not at all.
  const read = async (sql: Sql) => ({
    past: await listRuns(sql, span, mostEntries + 1),
    planned: await listPlanned(sql, span, mostEntries + 1),
  })
  const { past, planned } = await ctx.db.transaction(read, { isSnapshot: true })
  const runs = new EarliestRuns(to)
  for (const { kind, id, name, at, status, executionId } of past)
    runs.add(new Date(at), { kind, id, name, status, execution_id: executionId })
  for (const row of planned) {
    const { kind, id, name } = row
    for (const at of runsToCome(row, span)) {
      if (at >= runs.horizon) break
      runs.add(at, { kind, id, name, status: 'planned', execution_id: null })
    }
  }
  return runs.toAnswer()
}

type Run = Omit<CalendarEntry, 'at'>

/** The earliest runs of many: no more are kept than are shown, and what comes after them need not be worked out. */
class EarliestRuns {
  /** What is not before it is not shown. */
  horizon: Date
  #isComplete = true
  #runs: { atMs: number; run: Run }[] = []

  constructor(end: Date) {
    this.horizon = end
  }

  add(at: Date, run: Run): void {
    this.#runs.push({ atMs: at.getTime(), run })
    if (this.#runs.length > 2 * mostEntries) this.#cut()
  }

  toAnswer(): z.output<typeof calendarAnswer> {
    this.#cut()
    const entries = this.#runs.map(({ atMs, run: { kind, id, name, ...rest } }) => {
      return { kind, id, name, at: toTimestamp(new Date(atMs)), ...rest }
    })
    return { entries, is_complete: this.#isComplete }
  }

  #cut(): void {
    this.#runs.sort((a, b) => a.atMs - b.atMs || (a.run.id < b.run.id ? -1 : 1))
    const next = this.#runs[mostEntries]
    if (next === undefined) return
    this.#runs.length = mostEntries
    this.#isComplete = false
    this.horizon = new Date(next.atMs)
  }
}
