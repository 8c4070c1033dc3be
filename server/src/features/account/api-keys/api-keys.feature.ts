import type { Feature } from '../../../feature.ts'
import { apiKeysOperations } from './api-keys.operations.ts'

/** Credentials of programs. */
export const apiKeysFeature: Feature = {
  name: 'api-keys',
  operations: apiKeysOperations,
}
