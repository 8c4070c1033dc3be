import { z } from 'zod'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampOutput } from '../../../wire.ts'
import { type LeadStatus, leadStatuses, type ScoreSignal } from './leads.tables.ts'

const { id } = exampleValues

/** Where a lead may go from where it is (contract, status machine). */
export const nextStatuses: Readonly<Record<LeadStatus, readonly LeadStatus[]>> = {
  new: ['contacted', 'qualified', 'converted', 'lost'],
  contacted: ['qualified', 'converted', 'lost'],
  qualified: ['converted', 'lost'],
  converted: [],
  lost: ['new'],
}

/** What a message may be after (contract, AI analysis object). */
export const analysedIntents = [
  'buying_intent',
  'product_inquiry',
  'support_request',
  'complaint',
  'off_topic',
  'spam_noise',
  'unknown',
] as const
/** One of them. */
export type AnalysedIntent = (typeof analysedIntents)[number]
/** Those that make leads. */
export const leadIntents: ReadonlySet<AnalysedIntent> = new Set(['buying_intent', 'product_inquiry'])

/** What a model says about a message. */
export const leadAnalysis = z
  .object({
    intent: z.enum(analysedIntents),
    lead_score: z.int().min(1).max(10).meta({ description: '10 is strongest' }),
    confidence: z.number().min(0).max(1),
    reason: z.string(),
  })
  .meta({ id: 'AiAnalysis', description: 'What a model says about a message' })
/** The same, on the wire and as stored. */
export type LeadAnalysis = z.infer<typeof leadAnalysis>

/** A person without an open lead showed interest. */
export interface LeadDetected {
  tenantId: string
  leadId: string
  sessionId: string
  /** The monitored group. */
  groupId: string
  waGroupId: string
  groupName: string
  /** The message that made it. */
  messageId: string
  /** `+E.164`; null while WhatsApp hides the number. */
  contactPhone: string | null
  contactName: string | null
  signalScore: number
  scoreSignals: readonly ScoreSignal[]
  matchedKeyword: string | null
  messagePreview: string
  monitorMode: string
  /** As answers carry it. */
  detectedAt: string
  /** Null in modes without a model. */
  analysis: LeadAnalysis | null
}

/** A lead moved through the pipeline. */
export interface LeadStatusChanged {
  tenantId: string
  leadId: string
  from: LeadStatus
  to: LeadStatus
  /** The user or the key. */
  changedBy: string | null
}

/** Once per new lead, in the transaction that makes it. */
export const leadDetected = definePublicEvent({
  name: 'lead.detected',
  scope: 'leads:read',
  description: 'A person without an open lead showed interest in a monitored group.',
  data: z
    .object({
      lead_id: z.string(),
      contact_phone: z.string().nullable().meta({ description: 'Null while WhatsApp hides the number' }),
      contact_name: z.string().nullable(),
      lead_status: z.literal('new'),
      lead_score: z.int().meta({ description: '1 to 10 by a model; 0: none has analysed it' }),
      signal_score: z.int().meta({ description: '0 to 10, what `score_signals` add up to' }),
      source_group: z.object({ id: z.string(), name: z.string() }),
      trigger: z.object({
        matched_keyword: z.string().nullable(),
        message_preview: z.string(),
        monitor_mode: z.string().meta({ examples: ['keywords'] }),
        detected_at: timestampOutput,
      }),
      ai_analysis: leadAnalysis.nullable(),
      score_signals: z.array(z.object({ signal: z.string(), weight: z.number() })).readonly(),
    })
    .meta({ id: 'LeadDetectedData' }),
  toWire: (lead: LeadDetected) => ({
    lead_id: lead.leadId,
    contact_phone: lead.contactPhone,
    contact_name: lead.contactName,
    lead_status: 'new' as const,
    lead_score: lead.analysis?.lead_score ?? 0,
    signal_score: lead.signalScore,
    source_group: { id: lead.groupId, name: lead.groupName },
    trigger: {
      matched_keyword: lead.matchedKeyword,
      message_preview: lead.messagePreview,
      monitor_mode: lead.monitorMode,
      detected_at: lead.detectedAt,
    },
    ai_analysis: lead.analysis,
    score_signals: lead.scoreSignals,
  }),
  example: {
    tenantId: id,
    leadId: id,
    sessionId: id,
    groupId: id,
    waGroupId: exampleValues.waGroupId,
    groupName: 'Neighbourhood',
    messageId: id,
    contactPhone: exampleValues.phone,
    contactName: exampleValues.person,
    signalScore: 3,
    scoreSignals: [{ signal: 'keyword', weight: 3 }],
    matchedKeyword: 'looking for',
    messagePreview: 'I am looking for a plumber',
    monitorMode: 'keywords',
    detectedAt: exampleValues.at,
    analysis: null,
  },
  subscribers: { webhooks: true, monitoredGroup: ({ groupId }) => groupId },
})
/** Something people see of a lead changed, other than its status. */
export const leadUpdated = definePublicEvent({
  name: 'lead.updated',
  scope: 'leads:read',
  description: 'Another signal raised a lead, or somebody changed its notes or who takes care of it.',
  coalesceBy: ({ leadId }) => leadId,
  data: z.object({ lead_id: z.string() }),
  toWire: (lead: { tenantId: string; leadId: string }) => ({ lead_id: lead.leadId }),
  example: { tenantId: id, leadId: id },
  subscribers: {},
})
/** Once per change of a lead's status. */
export const leadStatusChanged = definePublicEvent({
  name: 'lead.status_changed',
  scope: 'leads:read',
  description: 'A lead moved through the pipeline.',
  data: z
    .object({
      lead_id: z.string(),
      from: z.enum(leadStatuses),
      to: z.enum(leadStatuses),
      changed_by: z.string().nullable().meta({ description: 'The user or the key' }),
    })
    .meta({ id: 'LeadStatusChangedData' }),
  toWire: (change: LeadStatusChanged) => ({
    lead_id: change.leadId,
    from: change.from,
    to: change.to,
    changed_by: change.changedBy,
  }),
  example: { tenantId: id, leadId: id, from: 'new', to: 'contacted', changedBy: id },
  subscribers: { webhooks: true },
})
