import type { Context } from '../../../context.ts'
import { handleJob, type JobRun } from '../../../job.ts'
import { done, type JobOutcome } from '../../../platform/jobs/jobs.ts'
import { expireApprovalsJob } from './approvals.schema.ts'
import { expire } from './approvals.service.ts'
import { listExpired } from './approvals.store.ts'

const batch = 200

async function expireAll(ctx: Context, run: JobRun): Promise<JobOutcome> {
  while (!run.signal.aborted) {
    const due = await listExpired(ctx.db.sql, ctx.clock.now(), batch)
    for (const approval of due) await expire(ctx, approval)
    if (due.length < batch) break
  }
  return done
}

export const approvalsJobs = [handleJob(expireApprovalsJob, (ctx, _payload, run) => expireAll(ctx, run))]
