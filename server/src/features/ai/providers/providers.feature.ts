import type { Feature } from '../../../feature.ts'
import { providersJobs } from './providers.jobs.ts'
import { providersOperations } from './providers.operations.ts'

/** Language models of providers, or of an own machine: which ones, with whose key, within which budget. */
export const providersFeature: Feature = {
  name: 'providers',
  operations: providersOperations,
  jobs: providersJobs,
}
