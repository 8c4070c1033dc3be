import type { Invalidations } from '../../api/live.ts'

const path = '/api/v2/analytics'

/** What events make old: messages are not among them, whose figures are counted later and asked for each minute. */
export const analyticsEvents: Invalidations = {
  'lead.detected': [`${path}/leads`],
  'lead.status_changed': [`${path}/leads`],
  'bulk_send.completed': [`${path}/campaigns`],
}
