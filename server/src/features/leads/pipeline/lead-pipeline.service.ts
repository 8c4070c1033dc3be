import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { notFound, unknownThing } from '../../../platform/errors.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import { findTenantUser } from '../../account/users/users.service.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import { leadUpdated, nextStatuses } from '../detection/leads.schema.ts'
import type { LeadDetail } from '../list/lead-list.schema.ts'
import type { leadPatch, reciprocityAnswer } from './lead-pipeline.schema.ts'
import {
  findLastDirect,
  findLead,
  type LeadRecord,
  listSignals,
  listStatusChanges,
  type SignalRecord,
  type StatusChangeRecord,
  updateLead,
} from './lead-pipeline.store.ts'

/** So many signals are shown with a lead. */
const shownSignals = 100

function signalToWire(row: SignalRecord): LeadDetail['timeline'][number] {
  return {
    message_id: row.messageId,
    session_id: row.sessionId,
    source_group: { id: row.groupId, name: row.groupName, wa_group_id: row.waGroupId },
    matched_keyword: row.matchedKeyword,
    message_preview: row.messagePreview,
    monitor_mode: row.monitorMode,
    signals: row.signals,
    detected_at: toTimestamp(row.at),
  }
}

function detailToWire(
  row: LeadRecord,
  signals: readonly SignalRecord[],
  changes: readonly StatusChangeRecord[],
): LeadDetail {
  return {
    id: row.id,
    contact_phone: phoneOf(row.contactPhone),
    contact_name: row.contactName,
    lead_status: row.status,
    next_statuses: nextStatuses[row.status],
    lead_score: row.leadScore,
    signal_score: row.signalScore,
    score_signals: row.scoreSignals,
    lead_detected_at: toTimestamp(row.detectedAt),
    source_group: { id: row.groupId, name: row.groupName, wa_group_id: row.waGroupId },
    trigger: {
      matched_keyword: row.matchedKeyword,
      message_preview: row.messagePreview,
      monitor_mode: row.monitorMode,
      detected_at: toTimestamp(row.detectedAt),
    },
    last_signal: {
      source_group: { id: row.lastGroupId, name: row.lastGroupName },
      matched_keyword: row.lastMatchedKeyword,
      message_preview: row.lastMessagePreview,
      monitor_mode: row.lastMonitorMode,
      detected_at: toTimestamp(row.lastSignalAt),
    },
    message_count: row.messageCount,
    ai_analysis: row.aiAnalysis,
    assigned_to: row.assignedTo,
    notes: row.notes,
    status_history: changes.map(({ fromStatus, toStatus, at, changedBy }) => ({
      from: fromStatus,
      to: toStatus,
      at: toTimestamp(at),
      by: changedBy,
    })),
    timeline: signals.map(signalToWire),
    updated_at: toTimestamp(row.updatedAt),
  }
}

/** One lead of the caller's tenant with all that is known of it. */
export async function getLead(ctx: Context, id: string, sql: Sql = ctx.db.sql): Promise<LeadDetail> {
  const tenantId = tenantOf(ctx)
  const row = await findLead(sql, tenantId, id)
  if (row === undefined) throw unknownThing('Lead')
  const signals = await listSignals(sql, tenantId, id, shownSignals)
  return detailToWire(row, signals, await listStatusChanges(sql, tenantId, id))
}

/** Changes what people add to a lead: who takes care of it, and notes. */
export async function patchLead(
  ctx: Context,
  id: string,
  { assigned_to: assignedTo, notes }: z.output<typeof leadPatch>,
): Promise<LeadDetail> {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    if ((await findLead(sql, tenantId, id)) === undefined) throw unknownThing('Lead')
    if (typeof assignedTo === 'string' && (await findTenantUser(sql, tenantId, assignedTo)) === undefined) {
      throw notFound.create({ message: 'assigned_to: no user of the tenant has this id' })
    }
    const changes = {
      ...(assignedTo === undefined ? {} : { assignedTo }),
      ...(notes === undefined ? {} : { notes }),
    }
    if (Object.keys(changes).length > 0) {
      await updateLead(sql, tenantId, id, { ...changes, updatedAt: ctx.clock.now() })
      await ctx.events.publish(sql, leadUpdated, { tenantId, leadId: id })
    }
    return getLead(ctx, id, sql)
  })
}

/** Whether the person of a lead wrote to a session itself: groups do not count. */
export async function getReciprocity(
  ctx: Context,
  id: string,
  sessionId: string,
): Promise<z.infer<typeof reciprocityAnswer>> {
  const tenantId = tenantOf(ctx)
  const lead = await findLead(ctx.db.sql, tenantId, id)
  if (lead === undefined) throw unknownThing('Lead')
  await getSession(ctx, sessionId)
  const at =
    lead.contactId === null ? null : await findLastDirect(ctx.db.sql, tenantId, lead.contactId, sessionId)
  return { lead_id: id, has_messaged_first: at !== null, last_inbound_at: toTimestampOrNull(at) }
}
