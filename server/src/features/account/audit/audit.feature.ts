import type { Feature } from '../../../feature.ts'
import { auditJobs } from './audit.jobs.ts'
import { auditOperations } from './audit.operations.ts'

/** Who changed what, when, from where. */
export const auditFeature: Feature = {
  name: 'audit',
  operations: auditOperations,
  jobs: auditJobs,
}
