import type { Context } from '../../../context.ts'
import {
  countGroupLeads,
  countKeywords,
  countLeadQuarters,
  countLeadsByStatus,
  listSources,
  listWatchedGroups,
  type SourceFunnel,
  type WatchedGroup,
} from './lead-figures.store.ts'
import type { ReportSpan } from './report-span.schema.ts'

const dayMs = 86_400_000

interface Slice {
  tenantId: string
  from: Date
  to: Date
}

/** A report's period in slices of one length, so that no statement keeps others waiting. */
function* slicesOf({ tenantId, from, to, signal }: ReportSpan, lengthMs = dayMs): Generator<Slice> {
  for (let startMs = from.getTime(); startMs < to.getTime(); startMs += lengthMs) {
    signal.throwIfAborted()
    yield { tenantId, from: new Date(startMs), to: new Date(Math.min(startMs + lengthMs, to.getTime())) }
  }
}

/** Leads that were detected in a report's period, by quarters of an hour since the epoch. */
export async function countLeadsOf(ctx: Context, report: ReportSpan): Promise<Map<number, number>> {
  const all = new Map<number, number>()
  for (const slice of slicesOf(report)) {
    for (const [quarter, leads] of await countLeadQuarters(ctx.db.sql, slice))
      all.set(quarter, (all.get(quarter) ?? 0) + leads)
  }
  return all
}

/** How far the leads of a report's period came, by the group they came from, most leads first. */
export async function listFunnels(ctx: Context, report: ReportSpan): Promise<SourceFunnel[]> {
  const all = new Map<string, SourceFunnel>()
  for (const slice of slicesOf(report)) {
    for (const more of await listSources(ctx.db.sql, slice)) {
      const known = all.get(more.groupId)
      if (known === undefined) all.set(more.groupId, more)
      else
        for (const stage of ['leads', 'contacted', 'qualified', 'converted', 'lost'] as const)
          known[stage] += more[stage]
    }
  }
  return [...all.values()].sort((a, b) => b.leads - a.leads || (a.groupName < b.groupName ? -1 : 1))
}

/** Captured messages that one statement reads at most, about. */
const messagesPerStatement = 10_000

/**
 * What was captured in a group in a report's period, by the keyword that matched; null is for messages without one.
 * `processed` is how much was ever said in the group.
 */
export async function countGroupKeywords(
  ctx: Context,
  report: ReportSpan,
  group: { id: string; processed: number },
): Promise<Map<string | null, number>> {
  const all = new Map<string | null, number>()
  const slices = Math.min(report.days * 24, Math.max(1, Math.ceil(group.processed / messagesPerStatement)))
  for (const slice of slicesOf(report, Math.ceil((report.days * dayMs) / slices))) {
    for (const { keyword, messages } of await countKeywords(ctx.db.sql, slice, group.id))
      all.set(keyword, (all.get(keyword) ?? 0) + messages)
  }
  return all
}

/** How many leads of a tenant there are now in each state. */
export function countStanding(ctx: Context, { tenantId }: ReportSpan): Promise<Map<string, number>> {
  return countLeadsByStatus(ctx.db.sql, tenantId)
}

/** The groups that a tenant listens to, and how many leads each gave a first signal of in the period. */
export async function listGroupsWithLeads(
  ctx: Context,
  report: ReportSpan,
): Promise<(WatchedGroup & { leads: number })[]> {
  const groups = await listWatchedGroups(ctx.db.sql, report.tenantId)
  const ids = groups.map(({ id }) => id)
  const leads = await countGroupLeads(ctx.db.sql, report, ids)
  return groups.map((group) => ({ ...group, leads: leads.get(group.id) ?? 0 }))
}
