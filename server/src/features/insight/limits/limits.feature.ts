import type { Feature } from '../../../feature.ts'
import { limitsOperations } from './limits.operations.ts'

/** Plan gates and what is left of a plan: reads what all areas below count. */
export const limitsFeature: Feature = {
  name: 'limits',
  operations: limitsOperations,
}
