import type { Feature } from '../../../feature.ts'
import { deliveriesTried, webhookDeactivated } from './notices.schema.ts'

/** What people who look after webhooks hear live; webhooks themselves get none of it. */
export const noticesFeature: Feature = {
  name: 'webhook-notices',
  publishes: [webhookDeactivated, deliveriesTried],
}
