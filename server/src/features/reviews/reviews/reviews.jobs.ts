import { handleJob } from '../../../job.ts'
import { done, retryLater } from '../../../platform/jobs/jobs.ts'
import { expireReviewsJob } from './reviews.schema.ts'
import { deleteExpired } from './reviews.store.ts'

const step = 500

export const reviewsJobs = [
  handleJob(expireReviewsJob, async (ctx, _payload, { signal }) => {
    while (!signal.aborted) if ((await deleteExpired(ctx.db.sql, ctx.clock.now(), step)) < step) return done
    return retryLater(60_000)
  }),
]
