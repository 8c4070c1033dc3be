import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { toTimestamp } from '../../../wire.ts'
import { countLeads } from '../../account/usage/usage.service.ts'
import { previewOf, storableText } from '../../conversations/messages/message-text.service.ts'
import { addSignals, type OpenLead, openLeads, type SignalRow } from './detection.store.ts'
import { type LeadAnalysis, leadDetected, leadUpdated } from './leads.schema.ts'
import type { LeadFacts } from './leads.tables.ts'
import { addFacts, factsOf, scoreOf } from './score.ts'

/** A captured message that speaks of interest, as monitoring found it. */
export interface LeadSignal {
  tenantId: string
  sessionId: string
  /** The monitored group. */
  groupId: string
  waGroupId: string
  groupName: string
  monitorMode: string
  contactId: string
  /** `+E.164`; null while WhatsApp hides the number. */
  contactPhone: string | null
  contactName: string | null
  messageId: string
  /** The whole text; only its beginning is kept. */
  text: string
  /** As configured; null in modes without keywords. */
  matchedKeyword: string | null
  /** When it was written. */
  at: Date
  /** What a model says about it, where one was asked before. */
  analysis?: LeadAnalysis | null
}

/** The score of two leads that turn out to be one. */
export function mergeScores(a: LeadFacts, b: LeadFacts) {
  const facts = addFacts(a, b)
  return { facts, ...scoreOf(facts) }
}

/** What became of a signal. */
export interface DetectedLead {
  /** The person's open lead. */
  leadId: string
  /** Whether this message made it. */
  isNew: boolean
  /** Whether it is the first signal of the lead in this group. */
  isNewInGroup: boolean
}

const maxKeywords = 20

/** Keywords one a line, each once, the newest last. */
function addKeywords(known: string, keywords: readonly (string | null)[]): string {
  const lines = known === '' ? [] : known.split('\n')
  const added = keywords.filter((keyword) => keyword !== null).map((keyword) => storableText(keyword))
  return [...new Set([...lines, ...added.map((keyword) => keyword.replaceAll('\n', ' '))])]
    .slice(-maxKeywords)
    .join('\n')
}

/** Signals of one person, oldest first; never empty. */
interface Interest {
  first: LeadSignal
  newest: LeadSignal
  signals: LeadSignal[]
}

function interestsOf(signals: readonly LeadSignal[]): Interest[] {
  const byPerson = Map.groupBy(signals, ({ tenantId, contactId }) => `${tenantId} ${contactId}`)
  // One order for everybody, so that two batches never wait for each other in a ring.
  const keys = [...byPerson.keys()].sort()
  return keys.map((key) => {
    const own = (byPerson.get(key) ?? []).toSorted((a, b) => a.at.getTime() - b.at.getTime())
    return { first: own[0] as LeadSignal, newest: own.at(-1) as LeadSignal, signals: own }
  })
}

const triggerOf = (signal: LeadSignal) => ({
  message_id: signal.messageId,
  matched_keyword: signal.matchedKeyword === null ? null : storableText(signal.matchedKeyword),
  message_preview: previewOf(storableText(signal.text)),
  monitor_mode: signal.monitorMode,
})

const placeOf = ({ groupId, groupName }: LeadSignal) => ({
  group_id: groupId,
  group_name: storableText(groupName),
})

const lastOf = (signal: LeadSignal) => ({
  ...triggerOf(signal),
  ...placeOf(signal),
  at: signal.at.toISOString(),
})

function newLeadOf(ctx: Context, { first, newest, signals }: Interest) {
  const facts = signals.map(factsOf).reduce(addFacts)
  const { score, reasons } = scoreOf(facts)
  return {
    id: ctx.ids.uuid(),
    tenant_id: first.tenantId,
    contact_id: first.contactId,
    contact_phone: first.contactPhone === null ? null : first.contactPhone.replace(/^\+/, ''),
    contact_name: newest.contactName === null ? null : storableText(newest.contactName),
    signal_score: score,
    score_signals: reasons,
    facts,
    ...placeOf(first),
    wa_group_id: first.waGroupId,
    session_id: first.sessionId,
    ...triggerOf(first),
    last: lastOf(newest),
    keywords: addKeywords(
      '',
      signals.map(({ matchedKeyword }) => matchedKeyword),
    ),
    message_count: signals.length,
    detected_at: first.at.toISOString(),
    updated_at: ctx.clock.now().toISOString(),
  }
}

function raisedLeadOf(ctx: Context, known: OpenLead, { newest, signals }: Interest) {
  const facts = signals.map(factsOf).reduce(addFacts, known.facts)
  const { score, reasons } = scoreOf(facts)
  return {
    id: known.id,
    tenant_id: newest.tenantId,
    signal_score: score,
    score_signals: reasons,
    facts,
    // What arrives late is part of the timeline, but not the newest signal.
    last: newest.at.getTime() < Date.parse(known.lastAt) ? null : lastOf(newest),
    keywords: addKeywords(
      known.keywords,
      signals.map(({ matchedKeyword }) => matchedKeyword),
    ),
    added: signals.length,
    updated_at: ctx.clock.now().toISOString(),
  }
}

function detectedEvent(lead: ReturnType<typeof newLeadOf>, first: LeadSignal) {
  return {
    tenantId: lead.tenant_id,
    leadId: lead.id,
    sessionId: lead.session_id,
    groupId: lead.group_id,
    waGroupId: lead.wa_group_id,
    messageId: first.messageId,
    contactPhone: first.contactPhone,
    contactName: lead.contact_name,
    signalScore: lead.signal_score,
    scoreSignals: lead.score_signals,
    groupName: lead.group_name,
    matchedKeyword: lead.matched_keyword,
    messagePreview: lead.message_preview,
    monitorMode: lead.monitor_mode,
    detectedAt: toTimestamp(new Date(lead.detected_at)),
    analysis: first.analysis ?? null,
  }
}

function timelineOf(interests: readonly Interest[], found: ReadonlyMap<string, DetectedLead>): SignalRow[] {
  return interests.flatMap((interest) =>
    interest.signals.map((signal) => ({
      ...lastOf(signal),
      tenant_id: signal.tenantId,
      lead_id: (found.get(signal.messageId) as DetectedLead).leadId,
      session_id: signal.sessionId,
      wa_group_id: signal.waGroupId,
      signals: factsOf(signal).kinds,
    })),
  )
}

/**
 * Makes a lead of each person who has none that is open, or adds to the one there is: its timeline, its last signal
 * and its score; the trigger stays that of the detection. Runs in the transaction that stores the messages, and answers the lead of every message by its id. A
 * message that was a signal before changes nothing and is left out. Exact however many ask at once: the open lead
 * of a person is one row under a unique index, and stays locked until the transaction ends.
 */
export async function detectLeads(
  ctx: Context,
  sql: Sql,
  signals: readonly LeadSignal[],
): Promise<ReadonlyMap<string, DetectedLead>> {
  const found = new Map<string, DetectedLead>()
  if (signals.length === 0) return found
  const interests = interestsOf(signals)
  const proposed = interests.map((interest) => newLeadOf(ctx, interest))
  const { leads: open, known } = await openLeads(sql, signals, proposed)
  if (known.size > 0) {
    return detectLeads(
      ctx,
      sql,
      signals.filter(({ messageId }) => !known.has(messageId)),
    )
  }
  const raised: ReturnType<typeof raisedLeadOf>[] = []
  const made: { lead: ReturnType<typeof newLeadOf>; first: LeadSignal }[] = []
  interests.forEach((interest, index) => {
    const lead = proposed[index] as ReturnType<typeof newLeadOf>
    const row = open.get(`${lead.tenant_id} ${lead.contact_id}`)
    if (row === undefined) throw new Error('an open lead was neither made nor found')
    const isNew = row.id === lead.id
    if (isNew) made.push({ lead, first: interest.first })
    else raised.push(raisedLeadOf(ctx, row, interest))
    for (const signal of interest.signals) {
      const isFirst = isNew && signal === interest.first
      found.set(signal.messageId, { leadId: row.id, isNew: isFirst, isNewInGroup: false })
    }
  })
  const added = await addSignals(sql, raised, timelineOf(interests, found))
  for (const { messageId, groupId } of interests.flatMap((interest) => interest.signals)) {
    const lead = found.get(messageId) as DetectedLead
    lead.isNewInGroup = added.delete(`${lead.leadId} ${groupId}`)
  }
  const atMs = ctx.clock.nowMs()
  await countLeads(
    sql,
    made.map(({ lead }) => ({ tenantId: lead.tenant_id, sessionId: lead.session_id, atMs })),
  )
  await ctx.events.publishMany(
    sql,
    leadDetected,
    made.map(({ lead, first }) => detectedEvent(lead, first)),
  )
  await ctx.events.publishMany(
    sql,
    leadUpdated,
    raised.map(({ id: leadId, tenant_id: tenantId }) => ({ tenantId, leadId })),
  )
  return found
}
