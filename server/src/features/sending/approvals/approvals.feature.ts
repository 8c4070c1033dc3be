import type { Feature } from '../../../feature.ts'
import { approvalsEvents } from './approvals.events.ts'
import { approvalsJobs } from './approvals.jobs.ts'
import { approvalsOperations } from './approvals.operations.ts'
import { approvalDecided, approvalPending } from './approvals.schema.ts'

/** What auto-replies, agents and tools want to send waits for a person where the tenant says so. */
export const approvalsFeature: Feature = {
  name: 'approvals',
  operations: approvalsOperations,
  jobs: approvalsJobs,
  events: approvalsEvents,
  publishes: [approvalPending, approvalDecided],
}
