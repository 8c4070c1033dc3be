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
      lead_score: z.literal(0).meta({ description: 'No model has analysed it yet' }),
      signal_score: z.int().meta({ description: '0 to 10, what `score_signals` add up to' }),
      source_group: z.object({ id: z.string(), name: z.string() }),
      trigger: z.object({
        matched_keyword: z.string().nullable(),
        message_preview: z.string(),
        monitor_mode: z.string().meta({ examples: ['keywords'] }),
        detected_at: timestampOutput,
      }),
      ai_analysis: z
        .object({
          intent: z.string(),
          lead_score: z.number(),
          confidence: z.number(),
          reason: z.string(),
        })
        .nullable(),
      score_signals: z.array(z.object({ signal: z.string(), weight: z.number() })).readonly(),
    })
    .meta({ id: 'LeadDetectedData' }),
  toWire: (lead: LeadDetected) => ({
    lead_id: lead.leadId,
    contact_phone: lead.contactPhone,
    contact_name: lead.contactName,
    lead_status: 'new' as const,
    lead_score: 0 as const,
    signal_score: lead.signalScore,
    source_group: { id: lead.groupId, name: lead.groupName },
    trigger: {
      matched_keyword: lead.matchedKeyword,
      message_preview: lead.messagePreview,
      monitor_mode: lead.monitorMode,
      detected_at: lead.detectedAt,
    },
    ai_analysis: null,
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
