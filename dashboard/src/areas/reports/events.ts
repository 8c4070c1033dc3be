import type { Invalidations } from '../../api/live.ts'

const reports = '/api/v2/reports'

/** What events make old of what this area shows. */
export const reportsEvents: Invalidations = {
  'report.executed': [reports],
}
