import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'

/** Every counted limit of a plan, in the order of the contract (section 4). */
export const limitNames = [
  'api_requests_per_minute',
  'max_messages_per_month',
  'max_sessions',
  'max_groups',
  'max_custom_groups',
  'max_reports',
  'max_labels',
  'max_channels',
  'max_channel_posts_per_month',
  'max_knowledge_documents',
  'max_style_profiles',
  'ai_replies_per_month',
] as const

/** A counted limit. */
export type LimitName = (typeof limitNames)[number]

/** Limits by name; null is unlimited. */
export type PlanLimits = Record<LimitName, number | null>

/** Whether the text names a limit of plan records. */
export function isLimitName(text: string): text is LimitName {
  return (limitNames as readonly string[]).includes(text)
}

export const planFeatureMissing = defineError(
  'plan_feature_missing',
  403,
  'The plan does not include this feature',
)

const limit = z.int().min(0).nullable()

/** Limits as the API shows them. */
export const limitsSchema = z.object(
  Object.fromEntries(limitNames.map((name) => [name, limit])) as Record<LimitName, typeof limit>,
)

/** A plan as the API shows it. */
export const planSchema = z.object({
  id: z.string(),
  name: z.string(),
  price_monthly: z.number().nullable(),
  price_yearly: z.number().nullable(),
  currency: z.string(),
  limits: limitsSchema,
  features: z.array(z.string()),
})

/** The plans on offer. */
export const planListSchema = z.object({ plans: z.array(planSchema) })
