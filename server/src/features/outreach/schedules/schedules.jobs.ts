import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { forgetReceipts } from './group-receipts.service.ts'
import { runDue, sweepSchedules } from './run.service.ts'
import { runScheduleJob, sendExecutionJob, sweepSchedulesJob } from './schedules.schema.ts'
import { sendExecution } from './send.service.ts'

export const schedulesJobs = [
  handleJob(runScheduleJob, runDue),
  handleJob(sendExecutionJob, sendExecution),
  handleJob(sweepSchedulesJob, async (ctx) => {
    await sweepSchedules(ctx)
    await forgetReceipts(ctx)
    return done
  }),
]
