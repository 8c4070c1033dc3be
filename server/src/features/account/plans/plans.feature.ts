import type { Feature } from '../../../feature.ts'
import { plansOperations } from './plans.operations.ts'
import { checkDefaultPlan } from './plans.service.ts'

/** Plan records: limits, features and prices. */
export const plansFeature: Feature = {
  name: 'plans',
  operations: plansOperations,
  start: checkDefaultPlan,
}
