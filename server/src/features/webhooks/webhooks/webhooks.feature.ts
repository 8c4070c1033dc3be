import type { EventFeature } from '../../../feature.ts'
import { webhookCallbacks } from './callbacks.ts'
import { startSubscriptions } from './subscriptions.ts'
import { webhooksEvents } from './webhooks.events.ts'
import { webhooksJobs } from './webhooks.jobs.ts'
import { webhooksOperations } from './webhooks.operations.ts'
import { webhookBodies } from './webhooks.schema.ts'
import { sealStoredUrls } from './webhooks.service.ts'

/** Notifies tenants' own systems of what happens: signed, retried, logged. */
export const webhooksFeature: EventFeature = (events) => ({
  name: 'webhooks',
  operations: webhooksOperations(webhookBodies(events)),
  jobs: webhooksJobs,
  events: webhooksEvents(events.declared),
  callbacks: webhookCallbacks(events.declared),
  async start(ctx) {
    await sealStoredUrls(ctx)
    await startSubscriptions(ctx)
  },
})
