import type { Feature } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { agentKeysOperations } from './agent-keys.operations.ts'
import { dropEndedKeysJob } from './agent-keys.schema.ts'
import { dropEndedKeys } from './agent-keys.service.ts'

/** Key pairs of tenants, with which their agents write to each other. */
export const agentKeysFeature: Feature = {
  name: 'agent-keys',
  operations: agentKeysOperations,
  jobs: [
    handleJob(dropEndedKeysJob, async (ctx) => {
      await dropEndedKeys(ctx)
      return done
    }),
  ],
}
