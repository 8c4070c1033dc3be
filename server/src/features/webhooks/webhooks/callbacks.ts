import { z } from 'zod'
import type { Callback } from '../../../feature.ts'
import type { PublicEvent } from '../../../public-event.ts'
import { timestampOutput } from '../../../wire.ts'

/** Whether deliveries are made of an event: for webhooks that name it, or for the address of a monitored group. */
export function isDelivered({ subscribers }: PublicEvent): boolean {
  return subscribers.webhooks === true || subscribers.monitoredGroup !== undefined
}

const deliveryId = '019c4c2e-6a00-7000-8000-000000000009'

const headers = {
  'X-Webhook-Event': 'Name of the event',
  'X-Webhook-Delivery': 'Id of the delivery: the same for every repeat',
  'X-Webhook-Timestamp': 'When this attempt was made, in Unix seconds',
  'X-Webhook-Signature': 'With a secret: HMAC-SHA256 of the raw body, in lower-case hex',
  'webhook-id': 'With a secret: as `X-Webhook-Delivery`, for Standard Webhooks',
  'webhook-timestamp': 'With a secret: as `X-Webhook-Timestamp`, for Standard Webhooks',
  'webhook-signature': 'With a secret: the signature of Standard Webhooks',
}

const answers = {
  '2XX': 'Delivered',
  '410': 'The webhook is switched off at once',
  default: 'Tried again later',
}

/** What the receiver of an event gets. */
function toCallback({ name, description, data, toWire, example, subscribers }: PublicEvent): Callback {
  const toGroup = ' Also goes, unsigned, to the address of its monitored group.'
  return {
    name,
    description: subscribers.monitoredGroup === undefined ? description : `${description}${toGroup}`,
    headers,
    body: z.object({
      id: z.string().meta({ description: 'Id of the delivery: the same for every repeat' }),
      event: z.literal(name),
      timestamp: timestampOutput,
      data,
    }),
    example: { id: deliveryId, event: name, timestamp: '2026-02-11T10:00:00Z', data: toWire(example) },
    answers,
  }
}

/** The requests that webhooks and addresses of monitored groups get, one per event. */
export function webhookCallbacks(declared: readonly PublicEvent[]): Callback[] {
  return declared.filter(isDelivered).map(toCallback)
}
