import { z } from 'zod'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'

/** A webhook was switched off because its endpoint is gone or failed for too long. */
export const webhookDeactivated = definePublicEvent({
  name: 'webhook.deactivated',
  scope: 'webhooks:read',
  description: 'A webhook was switched off: its endpoint is gone, or failed for too long.',
  data: z.object({ webhook_id: z.string(), name: z.string(), reason: z.enum(['gone', 'failing']) }),
  toWire: (webhook: { tenantId: string; webhookId: string; name: string; reason: 'gone' | 'failing' }) => ({
    webhook_id: webhook.webhookId,
    name: webhook.name,
    reason: webhook.reason,
  }),
  example: { tenantId: exampleValues.id, webhookId: exampleValues.id, name: 'Shop', reason: 'gone' },
  subscribers: {},
})

/** What became of deliveries to an endpoint within a second. */
export interface DeliveriesTried {
  tenantId: string
  webhookId: string
  delivered: number
  /** Attempts that failed and are repeated. */
  retried: number
  /** Given up. */
  failed: number
}

/** Attempts of an endpoint, counted together: once a second at most from each process. */
export const deliveriesTried = definePublicEvent({
  name: 'webhook.deliveries_tried',
  scope: 'webhooks:read',
  description: 'Deliveries to a webhook succeeded or failed: how many within about a second.',
  data: z.object({
    webhook_id: z.string(),
    delivered: z.int(),
    retried: z.int().meta({ description: 'Failed, and will be tried again' }),
    failed: z.int().meta({ description: 'Given up' }),
  }),
  toWire: (tried: DeliveriesTried) => ({
    webhook_id: tried.webhookId,
    delivered: tried.delivered,
    retried: tried.retried,
    failed: tried.failed,
  }),
  example: { tenantId: exampleValues.id, webhookId: exampleValues.id, delivered: 3, retried: 0, failed: 1 },
  subscribers: {},
})
