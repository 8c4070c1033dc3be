import type { Feature } from '../../../feature.ts'
import { flushRequests } from './usage.service.ts'

/** Counters of what tenants use, and the monthly quota. */
export const usageFeature: Feature = {
  name: 'usage',
  stop: flushRequests,
}
