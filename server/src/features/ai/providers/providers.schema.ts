import { defineError } from '../../../platform/errors.ts'
import { defineEvent } from '../../../platform/events/events.ts'

export const providerMissing = defineError('ai_provider_missing', 400, 'LLM provider is not configured')
export const consentMissing = defineError(
  'ai_consent_missing',
  403,
  'AI needs the consent of the tenant: ai_consent_enabled in the tenant settings',
)
export const budgetSpent = defineError('ai_budget_spent', 429, "The tenant's AI budget of this day is spent")
export const providerFailed = defineError(
  'ai_provider_failed',
  502,
  'The AI provider did not answer as it should',
)

/** What models are called for. */
export const purposes = [
  'reply',
  'preview',
  'embedding',
  'transcription',
  'group_analysis',
  'sentiment',
  'test',
] as const
/** One of them. */
export type Purpose = (typeof purposes)[number]

/** A tenant's models were changed; within the transaction that changes them. */
export const aiConfigChanged = defineEvent<{ tenantId: string }>('ai.config_changed')
