import type { EventFeature } from '../../../feature.ts'
import { createTenantStream } from './tenant-stream.ts'

/** What happens to a tenant, live. */
export const liveFeature: EventFeature = ({ declared }) => ({
  name: 'live',
  streams: [createTenantStream(declared)],
})
