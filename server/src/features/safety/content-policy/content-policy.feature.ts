import type { Feature } from '../../../feature.ts'
import { contentPolicyOperations } from './content-policy.operations.ts'

/** What may not leave the account: secrets, personal data, injections, and what the tenant forbids. */
export const contentPolicyFeature: Feature = {
  name: 'content-policy',
  operations: contentPolicyOperations,
}
