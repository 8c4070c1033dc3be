import type { Feature } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { graceMs } from '../keys/agent-keys.schema.ts'
import { agentMessageReceived, forgetReceiptsJob } from './envelopes.schema.ts'
import { peersOperations } from './peers.operations.ts'
import { deleteReceipts } from './peers.store.ts'

/** Agents of others: who they are, how far they are trusted, what they write. */
export const peersFeature: Feature = {
  name: 'agent-peers',
  operations: peersOperations,
  publishes: [agentMessageReceived],
  jobs: [
    handleJob(forgetReceiptsJob, async (ctx) => {
      // Older messages are refused by their age, those of a clock ahead included.
      await deleteReceipts(ctx.db.sql, new Date(ctx.clock.nowMs() - 2 * graceMs))
      return done
    }),
  ],
}
