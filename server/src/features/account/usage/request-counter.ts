import type { Context } from '../../../context.ts'
import { PeriodicWriter } from '../../../platform/periodic-writer.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { dayOf } from './usage.schema.ts'
import { addCalls, type CallCount } from './usage.store.ts'

/** API calls are counted in memory, so that a request costs no query of its own. */
const counts = defineProcessState(
  ({ db, clock, log }: Context) =>
    new PeriodicWriter<CallCount>({
      clock,
      log,
      subject: 'API calls',
      merge: (earlier, later) => ({ ...earlier, count: earlier.count + later.count }),
      write: (days) => addCalls(db.sql, days),
    }),
  (writer) => writer.close(),
)

/** By day, since calls before midnight belong to the day before. */
const keyOf = (tenantId: string, date: string): string => `${tenantId} ${date}`

/** Counts one API call in memory; written every few seconds and when the process stops. */
export function countCall(ctx: Context, tenantId: string): void {
  const date = dayOf(ctx.clock.nowMs())
  counts.of(ctx).note(keyOf(tenantId, date), { tenantId, date, count: 1 })
}

/** Calls of today that are not written yet. */
export function pendingCalls(ctx: Context, tenantId: string): number {
  return counts.of(ctx).waiting(keyOf(tenantId, dayOf(ctx.clock.nowMs())))?.count ?? 0
}

/** Writes the API calls counted so far. */
export function flushCalls(ctx: Context): Promise<void> {
  return counts.of(ctx).flush()
}
