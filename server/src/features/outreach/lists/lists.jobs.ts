import type { Context } from '../../../context.ts'
import { handleJob, type JobRun } from '../../../job.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { dropLeftBehind } from '../../groups/custom-groups/custom-groups.service.ts'
import { dropMembersJob } from './lists.schema.ts'

/** So few that nobody who waits for the database notices. */
const step = 500

async function dropMembers(
  ctx: Context,
  { tenantId, groupId }: { tenantId: string; groupId: string },
  { signal }: JobRun,
): Promise<JobOutcome> {
  for await (const _ of dropLeftBehind(ctx.db.sql, tenantId, groupId, { most: step }))
    if (signal.aborted) return retryLater(0)
  return done
}

/** What lists leave to be done. */
export const listJobs = [handleJob(dropMembersJob, dropMembers)]
