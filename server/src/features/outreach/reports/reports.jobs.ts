import type { Context } from '../../../context.ts'
import { handleJob, type JobRun } from '../../../job.ts'
import { done, type JobOutcome } from '../../../platform/jobs/jobs.ts'
import { deliverRun } from './report-delivery.service.ts'
import { buildRun, startDueRun, sweepReports } from './report-runs.service.ts'
import {
  buildReportJob,
  deliverReportJob,
  dueReportJob,
  expireReportsJob,
  sweepReportsJob,
} from './reports.schema.ts'
import { deleteExpired } from './reports.store.ts'

const batch = 500

async function expireAll(ctx: Context, { signal }: JobRun): Promise<JobOutcome> {
  while (!signal.aborted) if ((await deleteExpired(ctx.db.sql, ctx.clock.now(), batch)) < batch) break
  return done
}

export const reportsJobs = [
  handleJob(dueReportJob, (ctx, { reportId, dueAt }) => startDueRun(ctx, reportId, new Date(dueAt))),
  handleJob(buildReportJob, (ctx, { executionId }, run) => buildRun(ctx, executionId, run)),
  handleJob(deliverReportJob, (ctx, { executionId }, run) => deliverRun(ctx, executionId, run)),
  handleJob(expireReportsJob, (ctx, _payload, run) => expireAll(ctx, run)),
  handleJob(sweepReportsJob, async (ctx) => {
    await sweepReports(ctx)
    return done
  }),
]
