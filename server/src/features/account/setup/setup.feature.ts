import type { Feature } from '../../../feature.ts'
import { ensureFirstTenant } from './first-tenant.service.ts'
import { setupOperations } from './setup.operations.ts'

/** How an installation gets its first tenant, person and key. */
export const setupFeature: Feature = {
  name: 'setup',
  operations: setupOperations,
  start: ensureFirstTenant,
}
