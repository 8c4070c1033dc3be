import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { pageAnswer, pageQuery, timestampInput, timestampOutput, uuidField } from '../../../wire.ts'
import { deliveryParams, deliverySchema } from '../webhooks/webhooks.schema.ts'

export const deliveriesSelected = defineError(
  'deliveries_changed',
  409,
  'The filter finds another number than the one that was confirmed: `count` of the answer',
)
export const tooManyDeliveries = defineError(
  'too_many_deliveries',
  400,
  'The filter finds more than can be sent again at once: narrow it, or recover one webhook since a moment',
)

/** Most deliveries that are sent again at once. */
export const mostResent = 10_000

const filters = {
  webhook_id: uuidField.optional(),
  status: z.enum(['delivered', 'failed', 'pending']).optional(),
  event: z
    .string()
    .max(100)
    .optional()
    .meta({ examples: ['message.received'] }),
  since: timestampInput().optional(),
  until: timestampInput().optional(),
}

/** Which deliveries. */
export const deliveryLogQuery = z.object({ ...filters, ...pageQuery() })

/** A filter as it came in. */
export interface DeliveryFilter {
  webhook_id?: string | undefined
  status?: 'delivered' | 'failed' | 'pending' | undefined
  event?: string | undefined
  since?: Date | undefined
  until?: Date | undefined
}

/** One page, and how many there are of each status under the other filters. */
export const deliveryLogAnswer = z.object({
  deliveries: z.array(
    deliverySchema
      .extend({ webhook_id: z.string(), webhook_name: z.string() })
      .meta({ id: 'LoggedDelivery', description: 'A delivery and whose it is' }),
  ),
  counts: z.object({ delivered: z.int(), failed: z.int(), pending: z.int() }),
  ...pageAnswer,
})

/** An hour. */
export const hourMs = 3_600_000
const mostHours = 168

/** Which hours of which deliveries: the last 24, or so many. */
export const deliveryHoursQuery = z.object({
  webhook_id: filters.webhook_id,
  event: filters.event,
  hours: z.coerce
    .number()
    .int()
    .min(1)
    .max(mostHours)
    .default(24)
    .meta({ description: 'How many hours, the one that runs among them' }),
})

/** What became of the deliveries of each hour, oldest first, those without any among them. */
export const deliveryHoursAnswer = z.object({
  hours: z.array(
    z.object({
      hour: timestampOutput.meta({ description: 'When the hour began' }),
      delivered: z.int(),
      failed: z.int(),
      pending: z.int(),
    }),
  ),
})

/** When the first of so many hours began, the one that runs being the last. */
export function firstHour(now: Date, hours: number): number {
  return (Math.floor(now.getTime() / hourMs) - hours + 1) * hourMs
}

/** Path of a delivery. */
export const deliveryRequestParams = deliveryParams

/** What is posted. */
export const deliveryRequest = z
  .object({
    method: z.literal('POST'),
    url: z.string(),
    content_type: z.literal('application/json'),
    body: z.record(z.string(), z.unknown()).nullable().meta({
      description: 'Null when the credential lacks the scope of the event',
    }),
    required_scope: z.string().meta({ description: 'The scope that shows the body' }),
  })
  .meta({ id: 'DeliveryRequest', description: 'What is posted with a delivery' })

/** Which deliveries to send again. */
export const resendBody = z
  .object({
    delivery_ids: z
      .array(uuidField)
      .min(1)
      .max(1000)
      .optional()
      .meta({ examples: [['019c4c2e-6a00-7000-8000-000000000009']] }),
    filter: z.strictObject(filters).optional().meta({
      description: 'Instead of `delivery_ids`: what it finds, at most 10000',
    }),
    expected_count: z.int().min(0).optional().meta({
      description: 'With `filter`: how many it found when it was confirmed; 409 for another number',
    }),
  })
  .refine(
    ({ delivery_ids: ids, filter, expected_count: count }) =>
      ids === undefined
        ? filter !== undefined && count !== undefined
        : filter === undefined && count === undefined,
    { message: 'delivery_ids, or filter with expected_count', path: ['delivery_ids'] },
  )

/** How that went. */
export const resendAnswer = z.object({
  resent: z.int(),
  skipped: z.int().meta({ description: 'Unknown, or of a webhook that is switched off' }),
})
