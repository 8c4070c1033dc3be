import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows: any event may have become a delivery, so the shell's pace decides. */
export const webhooksEvents: Invalidations = {
  'webhook.deactivated': ['/api/v2/webhooks'],
  'webhook.delivery': ['/api/v2/webhooks'],
}
