import type { Feature } from '../../../feature.ts'
import { safeguardsOperations } from './content-policy.operations.ts'

/** What may not leave the account: secrets, personal data, injections, and what the tenant forbids. */
export const safeguardsFeature: Feature = {
  name: 'safeguards',
  operations: safeguardsOperations,
}
