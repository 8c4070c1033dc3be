import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows. */
export const reportsEvents: Invalidations = {}
