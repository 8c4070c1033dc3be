import { z } from 'zod'
import { timestampOutput } from '../../../wire.ts'
import { limitsSchema } from '../../account/plans/plans.schema.ts'

/** Usage of the current month as the API shows it. */
export const currentUsageSchema = z.object({
  period: z.string().meta({ examples: ['2026-02'], description: 'Month in UTC' }),
  messages_sent: z.int(),
  messages_received: z.int(),
  total_messages: z.int(),
  leads_detected: z.int(),
  api_calls: z.int(),
  usage_percentage: z
    .number()
    .meta({ description: 'Sent messages in percent of the limit; 0 when unlimited' }),
  limit_messages: z.int().nullable(),
  plan: z.string(),
  limits: limitsSchema,
  usage: z.object({
    sessions: z.int(),
    messages_this_month: z.int(),
    groups: z.int(),
    labels: z.int(),
    channels: z.int(),
    channel_posts_this_month: z.int(),
    ai_replies_this_month: z.int(),
  }),
  resets_at: timestampOutput,
})
