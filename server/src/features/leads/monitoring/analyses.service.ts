import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type AnalysedIntent, type LeadAnalysis, leadIntents } from '../detection/leads.schema.ts'
import { detectLeads, type LeadSignal } from '../detection/leads.service.ts'
import * as store from './analyses.store.ts'
import { countLeads } from './capture.store.ts'
import { followLeads } from './follow-leads.service.ts'
import { getWatched, type WatchedGroup } from './watched-groups.ts'

export type { AwaitingMessage } from './analyses.store.ts'

/** What a group asks of its analysis; undefined when it is gone or asks for none any more. */
export function findAnalysedGroup(sql: Sql, tenantId: string, groupId: string) {
  return store.findAnalysedGroup(sql, tenantId, groupId)
}

/** Those of these messages of a group that wait for their analysis, oldest first. */
export function listAwaiting(
  sql: Sql,
  tenantId: string,
  groupId: string,
  messageIds: readonly string[],
): Promise<store.AwaitingMessage[]> {
  return store.listAwaiting(sql, tenantId, groupId, messageIds)
}

/** What became of the analysis of one message. */
export interface Analysed {
  message: store.AwaitingMessage
  /** Null: no model could say. */
  analysis: LeadAnalysis | null
  /** A message that gives orders to models makes no lead, whatever they say of it. */
  isTrusted: boolean
}

const speaksOfInterest = (intent: AnalysedIntent): boolean => leadIntents.has(intent)

function signalOf(tenantId: string, group: WatchedGroup, { message, analysis }: Analysed): LeadSignal[] {
  const { contactId, contactPhone, contactName, messageId, sessionId, text, at } = message
  if (contactId === null) return []
  return [
    {
      tenantId,
      sessionId,
      groupId: group.id,
      waGroupId: group.waGroupId,
      groupName: group.shownName,
      monitorMode: group.monitorMode,
      contactId,
      contactPhone: contactPhone === null ? null : `+${contactPhone}`,
      contactName,
      messageId,
      text,
      matchedKeyword: null,
      at: new Date(at),
      analysis,
    },
  ]
}

/**
 * Stores what was found out about messages of a group, makes leads of those that speak of interest and follows them as
 * the group's settings say. Answers the messages that still waited, with their lead.
 */
export async function settleAnalyses(
  ctx: Context,
  sql: Sql,
  place: { sessionId: string; groupId: string; waGroupId: string },
  found: readonly Analysed[],
): Promise<ReadonlyMap<string, string | null>> {
  const tenantId = tenantOf(ctx)
  if (!(await store.holdGroup(sql, tenantId, place.groupId))) return new Map()
  const settled = await store.saveAnalyses(
    sql,
    tenantId,
    found.map(({ message: { messageId }, analysis }) => ({ messageId, analysis })),
  )
  const outcome = new Map<string, string | null>([...settled].map((messageId) => [messageId, null]))
  const group = (await getWatched(ctx, sql, place.sessionId)).groups.get(place.waGroupId)
  const interested = found.filter(
    ({ message, analysis, isTrusted }) =>
      settled.has(message.messageId) && isTrusted && analysis !== null && speaksOfInterest(analysis.intent),
  )
  if (group === undefined || interested.length === 0) return outcome
  const leads = await detectLeads(
    ctx,
    sql,
    interested.flatMap((each) => signalOf(tenantId, group, each)),
  )
  for (const { message, analysis } of interested) {
    const lead = leads.get(message.messageId)
    if (lead === undefined || analysis === null) continue
    outcome.set(message.messageId, lead.leadId)
    await store.raiseLead(sql, tenantId, lead.leadId, analysis)
  }
  const fresh = [...leads.values()].filter(({ isNewInGroup }) => isNewInGroup).length
  if (fresh > 0) await countLeads(sql, tenantId, [{ id: group.id, messages: fresh }])
  const followed = interested.flatMap(({ message }) => {
    const lead = leads.get(message.messageId)
    if (lead === undefined) return []
    const { messageId, sessionId, contactId: senderContactId } = message
    return [{ message: { messageId, sessionId, senderContactId }, group, isNew: lead.isNew }]
  })
  await followLeads(ctx, sql, followed)
  return outcome
}
