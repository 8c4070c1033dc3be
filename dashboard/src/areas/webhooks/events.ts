import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows: deliveries are told at most once a second. */
export const webhooksEvents: Invalidations = {
  'webhook.deactivated': ['/api/v2/webhooks'],
  'webhook.deliveries_tried': ['/api/v2/webhooks'],
}
