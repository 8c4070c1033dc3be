import type { Context } from '../../../context.ts'
import type { ReportSpan } from './report-span.schema.ts'
import { listStatesWithin, type SessionStateEntry } from './session-figures.store.ts'

/** How a session did in a span of time. */
export interface Uptime {
  workingSeconds: number
  /** Seconds of the span of which the state is known. */
  knownSeconds: number
  /** Times it stopped working. */
  drops: number
  /** Reasons of states in which it did not work, with how often each came. */
  problems: Map<string, number>
}

function measure(entries: readonly SessionStateEntry[], fromMs: number, toMs: number): Uptime {
  let [workingMs, drops] = [0, 0]
  const problems = new Map<string, number>()
  for (const [index, entry] of entries.entries()) {
    const endMs = entries[index + 1]?.atMs ?? toMs
    const isWithin = entry.atMs >= fromMs
    if (entry.status === 'working') {
      workingMs += Math.max(0, Math.min(endMs, toMs) - Math.max(entry.atMs, fromMs))
      continue
    }
    if (!isWithin) continue
    if (entries[index - 1]?.status === 'working') drops += 1
    if (entry.reason !== null) problems.set(entry.reason, (problems.get(entry.reason) ?? 0) + 1)
  }
  const firstMs = entries[0]?.atMs ?? toMs
  const knownMs = Math.max(0, toMs - Math.max(firstMs, fromMs))
  return {
    workingSeconds: Math.round(workingMs / 1000),
    knownSeconds: Math.round(knownMs / 1000),
    drops,
    problems,
  }
}

/** How sessions did in a report's period, by id. */
export async function measureUptimes(
  ctx: Context,
  { tenantId, from, to }: ReportSpan,
  sessionIds: readonly string[],
): Promise<Map<string, Uptime>> {
  const entries = await listStatesWithin(ctx.db.sql, tenantId, sessionIds, from, to)
  const bySession = Map.groupBy(entries, ({ sessionId }) => sessionId)
  return new Map(sessionIds.map((id) => [id, measure(bySession.get(id) ?? [], from.getTime(), to.getTime())]))
}
