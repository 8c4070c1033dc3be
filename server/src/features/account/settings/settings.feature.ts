import type { Feature } from '../../../feature.ts'
import { settingsOperations } from './settings.operations.ts'

/** What a tenant decides for all its sessions. */
export const settingsFeature: Feature = {
  name: 'tenant-settings',
  operations: settingsOperations,
}
