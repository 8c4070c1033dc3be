import { handleJob } from '../../../job.ts'
import { done, retryLater } from '../../../platform/jobs/jobs.ts'
import { earlyAnswerJob, unansweredJob } from './outcomes.schema.ts'
import { noteEarlyAnswer, sweepUnanswered } from './outcomes.service.ts'

export const outcomesJobs = [
  handleJob(earlyAnswerJob, (ctx, answer) => noteEarlyAnswer(ctx, answer)),
  handleJob(unansweredJob, async (ctx, _payload, { signal }) =>
    (await sweepUnanswered(ctx, signal)) ? done : retryLater(1000),
  ),
]
