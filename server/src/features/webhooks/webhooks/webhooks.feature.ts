import type { Feature } from '../../../feature.ts'
import { startSubscriptions } from './subscriptions.ts'
import { webhooksEvents } from './webhooks.events.ts'
import { webhooksJobs } from './webhooks.jobs.ts'
import { webhooksOperations } from './webhooks.operations.ts'

/** Tells tenants' own systems what happens: signed, retried, logged. */
export const webhooksFeature: Feature = {
  name: 'webhooks',
  operations: webhooksOperations,
  jobs: webhooksJobs,
  events: webhooksEvents,
  start: startSubscriptions,
}
