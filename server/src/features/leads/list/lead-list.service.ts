import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { nextStatuses } from '../detection/leads.schema.ts'
import { type LeadStatus, leadStatuses } from '../detection/leads.tables.ts'
import {
  type LeadFilterInput,
  type LeadObject,
  type LeadSelection,
  type leadCountsAnswer,
  type leadCountsQuery,
  type leadListAnswer,
  type leadListQuery,
  mostSelected,
  selectionChanged,
  selectionTooLarge,
} from './lead-list.schema.ts'
import {
  countLeads,
  countStatuses,
  type LeadCursor,
  type LeadFilter,
  type LeadRow,
  listLeadIds,
  listLeads,
  listNextLeads,
} from './lead-list.store.ts'
import { searchQuery } from './search-query.ts'

/** A lead as lists and exports show it. */
export function leadToWire(row: LeadRow): LeadObject {
  return {
    id: row.id,
    contact_phone: phoneOf(row.contactPhone),
    contact_name: row.contactName,
    lead_status: row.status,
    next_statuses: nextStatuses[row.status],
    lead_score: row.leadScore,
    signal_score: row.signalScore,
    score_signals: row.scoreSignals,
    assigned_to: row.assignedTo,
    lead_detected_at: row.detectedAt,
    source_group: { id: row.groupId, name: row.groupName },
    trigger: {
      matched_keyword: row.matchedKeyword,
      message_preview: row.messagePreview,
      monitor_mode: row.monitorMode,
      detected_at: row.detectedAt,
    },
    last_signal: {
      source_group: { id: row.lastGroupId, name: row.lastGroupName },
      matched_keyword: row.lastMatchedKeyword,
      message_preview: row.lastMessagePreview,
      monitor_mode: row.lastMonitorMode,
      detected_at: row.lastSignalAt,
    },
  }
}

const anyOrder = { sort: 'lead_detected_at', order: 'desc' } as const

/** The filter of the caller's tenant; undefined when it can find nothing, as a search of signs alone. */
function filterOf(ctx: Context, input: LeadFilterInput): LeadFilter | undefined {
  const typed = input.search === '' ? undefined : input.search
  const search = typed === undefined ? undefined : searchQuery(tenantOf(ctx), typed)
  if (typed !== undefined && search === undefined) return undefined
  return {
    tenantId: tenantOf(ctx),
    status: input.status,
    groupId: input.source_group_id,
    search,
    leadScore: { least: input.min_lead_score, most: input.max_lead_score },
    signalScore: { least: input.min_signal_score, most: input.max_signal_score },
    sort: input.sort,
    isAscending: input.order === 'asc',
    assignedTo: input.assigned_to === 'none' ? null : input.assigned_to,
    detectedAfter: input.detected_after,
  }
}

/** One page of the caller's leads. */
export async function listTenantLeads(
  ctx: Context,
  input: z.output<typeof leadListQuery>,
): Promise<z.infer<typeof leadListAnswer>> {
  const { limit, offset } = input
  const filter = filterOf(ctx, input)
  if (filter === undefined) return { leads: [], total: 0, limit, offset }
  const { rows, total } = await listLeads(ctx.db.sql, filter, limit, offset)
  return { leads: rows.map(leadToWire), total, limit, offset }
}

/** How many of the caller's leads a filter finds. */
export async function countTenantLeads(ctx: Context, input: LeadFilterInput): Promise<number> {
  const filter = filterOf(ctx, input)
  return filter === undefined ? 0 : countLeads(ctx.db.sql, filter)
}

/** How many of the caller's leads a filter finds of each status. */
export async function countByStatus(
  ctx: Context,
  input: z.output<typeof leadCountsQuery>,
): Promise<z.infer<typeof leadCountsAnswer>> {
  const filter = filterOf(ctx, { ...input, ...anyOrder })
  const found = filter === undefined ? [] : await countStatuses(ctx.db.sql, filter)
  const counts = new Map(found.map(({ status, count }) => [status, count]))
  const byStatus = Object.fromEntries(leadStatuses.map((status) => [status, counts.get(status) ?? 0]))
  return {
    total: found.reduce((sum, { count }) => sum + count, 0),
    by_status: byStatus as Record<LeadStatus, number>,
  }
}

/**
 * The leads that a change is about. What a filter finds has to be exactly as many as somebody confirmed: 409 with the
 * number it finds now, so that nothing else is changed than what was shown.
 */
export async function selectLeads(ctx: Context, selection: LeadSelection): Promise<string[]> {
  const { lead_ids: ids, filter: input, expected_count: expected } = selection
  if (ids !== undefined) return [...new Set(ids)]
  const filter = filterOf(ctx, { ...input, ...anyOrder })
  const found = filter === undefined ? [] : await listLeadIds(ctx.db.sql, filter, mostSelected + 1)
  if (found.length > mostSelected) throw selectionTooLarge.create()
  if (found.length === expected) return found
  const message = `The filter finds ${found.length} leads now, not ${expected}`
  throw selectionChanged.create({ message, details: { count: found.length } })
}

/** Walks over the caller's leads in their order, in steps, so that few are in memory at once. */
export async function* walkTenantLeads(
  ctx: Context,
  input: LeadFilterInput,
  options: { most: number; step: number; ids?: readonly string[] },
): AsyncGenerator<LeadObject[]> {
  const found = filterOf(ctx, input)
  const filter = found && { ...found, ids: options.ids }
  let left = filter === undefined ? 0 : options.most
  let after: LeadCursor | undefined
  while (filter !== undefined && left > 0) {
    const wanted = Math.min(left, options.step)
    const rows = await listNextLeads(ctx.db.sql, filter, after, wanted)
    if (rows.length > 0) yield rows.map(leadToWire)
    const last = rows.at(-1)
    if (last === undefined || rows.length < wanted) return
    after = last
    left -= rows.length
  }
}
