import type { Context } from '../../../context.ts'
import { handleJob } from '../../../job.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { enqueueCounts } from './enqueue-counts.ts'
import {
  ageScoresJob,
  countJob,
  followJob,
  nightlyJob,
  rebuildJob,
  recountContactsJob,
  recountLabelsJob,
} from './rollups.schema.ts'
import {
  agePage,
  countNext,
  followMessages,
  rebuildPage,
  recountContacts,
  recountLabels,
  startNight,
} from './rollups.service.ts'

/**
 * Counting works so long at a time and then rests four times as long: others come first. It goes on in a job with the
 * tenant as its key: put back, those that changes add meanwhile would come beside it, and none of them would rest.
 */
const workMs = 100
const restFactor = 4

async function count(ctx: Context, tenantId: string, signal: AbortSignal): Promise<JobOutcome> {
  const startedMs = ctx.clock.monotonicMs()
  while (await countNext(ctx, tenantId)) {
    const workedMs = ctx.clock.monotonicMs() - startedMs
    if (signal.aborted) return retryLater(0)
    if (workedMs < workMs) continue
    await enqueueCounts(ctx, ctx.db.sql, [tenantId], workedMs * restFactor)
    return done
  }
  return done
}

/** Work of the rollups. */
export const rollupJobs = [
  handleJob(followJob, async (ctx, _payload, { signal }) => {
    await followMessages(ctx, signal)
    return done
  }),
  handleJob(countJob, (ctx, { tenantId }, { signal }) => count(ctx, tenantId, signal)),
  handleJob(rebuildJob, async (ctx, { tenantId, since, afterChatId }) => {
    await rebuildPage(ctx, tenantId, { since: new Date(since ?? 0), afterChatId })
    return done
  }),
  handleJob(recountContactsJob, async (ctx, { tenantId, contactIds }) => {
    await recountContacts(ctx, tenantId, contactIds)
    return done
  }),
  handleJob(recountLabelsJob, async (ctx, { tenantId }) => {
    await recountLabels(ctx, tenantId)
    return done
  }),
  handleJob(nightlyJob, async (ctx) => {
    await startNight(ctx)
    return done
  }),
  handleJob(ageScoresJob, async (ctx, { tenantId, after }) => {
    await agePage(ctx, tenantId, after)
    return done
  }),
]
