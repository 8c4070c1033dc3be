import type { Feature } from '../../../feature.ts'
import { usersOperations } from './users.operations.ts'

/** People who sign in. */
export const usersFeature: Feature = {
  name: 'users',
  operations: usersOperations,
}
