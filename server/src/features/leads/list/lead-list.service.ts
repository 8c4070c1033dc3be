import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import type { LeadFilterInput, LeadObject, leadListAnswer, leadListQuery } from './lead-list.schema.ts'
import {
  countLeads,
  type LeadCursor,
  type LeadFilter,
  type LeadRow,
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
    lead_score: row.leadScore,
    signal_score: row.signalScore,
    score_signals: row.scoreSignals,
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

/** Walks over the caller's leads in their order, in steps, so that few are in memory at once. */
export async function* walkTenantLeads(
  ctx: Context,
  input: LeadFilterInput,
  options: { most: number; step: number },
): AsyncGenerator<LeadObject[]> {
  const filter = filterOf(ctx, input)
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
