import type { Feature } from '../../../feature.ts'
import { reviewsEvents } from './reviews.events.ts'
import { reviewsJobs } from './reviews.jobs.ts'
import { reviewsOperations } from './reviews.operations.ts'
import { reviewCollected } from './reviews.schema.ts'

/** Messages that speak well of the tenant, for people to decide on. */
export const reviewsFeature: Feature = {
  name: 'reviews',
  operations: reviewsOperations,
  events: reviewsEvents,
  jobs: reviewsJobs,
  publishes: [reviewCollected],
}
