import type { Context } from '../../../context.ts'
import { PeriodicWriter } from '../../../platform/periodic-writer.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { addToCounters, type CounterRow, listCounters } from './counters.store.ts'

/** What is counted apart from each other. */
export type CounterArea = 'policy' | 'antispam'

/** Counted in memory, so that a message costs no query for it; a crash loses some seconds. */
const counters = defineProcessState(
  ({ db, clock, log }: Context) =>
    new PeriodicWriter<CounterRow>({
      clock,
      log,
      subject: 'safety counters',
      merge: (earlier, later) => ({ ...earlier, hits: earlier.hits + later.hits }),
      write: (rows) => addToCounters(db.sql, rows),
    }),
  (writer) => writer.close(),
)

/** Counts something of a tenant. */
export function addToCounter(
  ctx: Context,
  tenantId: string,
  area: CounterArea,
  counter: string,
  hits = 1,
): void {
  const row = { tenantId, area, counter, hits, since: ctx.clock.now() }
  counters.of(ctx).note(`${tenantId} ${area} ${counter}`, row)
}

/** Counters of a tenant, with what this process has counted until now. */
export async function readCounters(
  ctx: Context,
  tenantId: string,
  area: CounterArea,
): Promise<{ hits: ReadonlyMap<string, number>; since: Date | null }> {
  await counters.of(ctx).flush()
  const rows = await listCounters(ctx.db.sql, tenantId, area)
  const times = rows.map((row) => row.since.getTime())
  return {
    hits: new Map(rows.map((row) => [row.counter, row.hits])),
    since: times.length === 0 ? null : new Date(Math.min(...times)),
  }
}
