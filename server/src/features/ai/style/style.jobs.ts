import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { forgetStyleTasksJob, trainStyleJob } from './style.schema.ts'
import { forgetTasks, runTraining } from './style.service.ts'

export const styleJobs = [
  handleJob(trainStyleJob, (ctx, { taskId }, run) => runTraining(ctx, taskId, run)),
  handleJob(forgetStyleTasksJob, async (ctx) => {
    await forgetTasks(ctx)
    return done
  }),
]
