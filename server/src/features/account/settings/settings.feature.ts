import type { Feature } from '../../../feature.ts'
import { settingsOperations } from './settings.operations.ts'
import { tenantOperations } from './tenant.operations.ts'
import { tenantSettingsChanged } from './tenant.schema.ts'

/** Settings of a tenant, and the tenant itself. */
export const settingsFeature: Feature = {
  name: 'tenant-settings',
  operations: [...settingsOperations, ...tenantOperations],
  publishes: [tenantSettingsChanged],
}
