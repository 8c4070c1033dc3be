import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { forgetReplyDraftsJob } from './replies.schema.ts'
import { forgetDrafts } from './replies.service.ts'

export const repliesJobs = [
  handleJob(forgetReplyDraftsJob, async (ctx) => {
    await forgetDrafts(ctx)
    return done
  }),
]
