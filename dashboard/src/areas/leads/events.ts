import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows. */
export const leadsEvents: Invalidations = {
  'lead.detected': ['/api/v2/leads', '/api/v2/groups'],
  'lead.updated': ['/api/v2/leads'],
  'lead.status_changed': ['/api/v2/leads', '/api/v2/analytics/leads'],
}
