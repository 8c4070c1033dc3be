import type { Invalidations } from '../../api/live.ts'

const jobs = '/api/v2/bulk-send'
const figures = '/api/v2/analytics/campaigns'

/** What events make old of what this area shows; figures of a campaign under way are fetched at their own pace. */
export const campaignsEvents: Invalidations = {
  'bulk_send.changed': [jobs],
  'bulk_send.completed': [jobs, figures],
}
