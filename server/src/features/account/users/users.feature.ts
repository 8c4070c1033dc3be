import type { Feature } from '../../../feature.ts'
import { peopleOperations } from './people.operations.ts'
import { userChanged } from './people.schema.ts'
import { usersOperations } from './users.operations.ts'

/** People who sign in. */
export const usersFeature: Feature = {
  name: 'users',
  operations: [...usersOperations, ...peopleOperations],
  publishes: [userChanged],
}
