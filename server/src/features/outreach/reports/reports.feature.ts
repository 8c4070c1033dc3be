import type { Feature } from '../../../feature.ts'
import { reportsEvents } from './reports.events.ts'
import { reportsJobs } from './reports.jobs.ts'
import { reportsOperations } from './reports.operations.ts'
import { reportExecuted } from './reports.schema.ts'

/** What a tenant is told regularly: made of what is stored, kept, and sent to the own chat. */
export const reportsFeature: Feature = {
  name: 'reports',
  operations: reportsOperations,
  jobs: reportsJobs,
  events: reportsEvents,
  publishes: [reportExecuted],
}
