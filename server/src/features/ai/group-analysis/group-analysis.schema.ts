import { z } from 'zod'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { type LeadAnalysis, leadAnalysis } from '../../leads/detection/leads.schema.ts'

/** Analyses what waits in one group. */
export const analyseJob = defineJob<{ tenantId: string; groupId: string }>('analysis.run', {
  concurrency: 2,
  retryLimit: 20,
})

/** Takes up what waits and nobody works on, and lets go what waited too long. */
export const sweepAnalysesJob = defineJob<Record<string, never>>('analysis.sweep', {
  cron: { expression: '*/10 * * * *', timeZone: 'UTC' },
})

/** A model has said what a message is after. */
export interface MessageAnalysed {
  tenantId: string
  sessionId: string
  /** The monitored group. */
  groupId: string
  waGroupId: string
  messageId: string
  /** Of a message that speaks of interest. */
  leadId: string | null
  analysis: LeadAnalysis
}

/** Once per message that a model has classified, in the transaction that stores it. */
export const messageAnalysed = definePublicEvent({
  name: 'group.message.analyzed',
  scope: 'groups:read',
  description: 'A model has said what a message of a monitored group is after.',
  data: z
    .object({
      session_id: z.string(),
      group_id: z.string().meta({ description: 'The monitored group' }),
      wa_group_id: z.string(),
      message_id: z.string(),
      lead_id: z.string().nullable().meta({ description: 'Of a message that speaks of interest' }),
      ai_analysis: leadAnalysis,
    })
    .meta({ id: 'GroupMessageAnalyzedData' }),
  toWire: (message: MessageAnalysed) => ({
    session_id: message.sessionId,
    group_id: message.groupId,
    wa_group_id: message.waGroupId,
    message_id: message.messageId,
    lead_id: message.leadId,
    ai_analysis: message.analysis,
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    groupId: exampleValues.id,
    waGroupId: exampleValues.waGroupId,
    messageId: exampleValues.id,
    leadId: null,
    analysis: { intent: 'buying_intent', lead_score: 9, confidence: 0.92, reason: 'asks for the price' },
  },
  subscribers: { webhooks: true, monitoredGroup: ({ groupId }) => groupId },
})
