import type { Feature } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { scanJob } from '../collectors/collectors.schema.ts'
import { collectFrom } from './collect.service.ts'
import { collectingEvents } from './collecting.events.ts'
import { collectJob } from './collecting.schema.ts'
import { scanStored } from './scan.service.ts'

/** Makes reviews of messages: of those that come in, and of those that are stored. */
export const collectingFeature: Feature = {
  name: 'review-collecting',
  events: collectingEvents,
  jobs: [
    handleJob(collectJob, (ctx, payload, { signal }) => collectFrom(ctx, payload, signal)),
    handleJob(scanJob, (ctx, payload, { signal }) => scanStored(ctx, payload, signal)),
  ],
}
