import { defineEvent } from '../../../platform/events/events.ts'
import type { LeadStatus, ScoreSignal } from './leads.tables.ts'

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
  score: number
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
export const leadDetected = defineEvent<LeadDetected>('lead.detected')
/** Once per change of a lead's status. */
export const leadStatusChanged = defineEvent<LeadStatusChanged>('lead.status_changed')
