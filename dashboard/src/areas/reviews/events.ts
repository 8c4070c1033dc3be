import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows. */
export const reviewsEvents: Invalidations = {
  'review.collected': ['/api/v2/reviews'],
}
