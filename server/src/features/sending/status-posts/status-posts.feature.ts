import type { Feature } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { statusPostOperations } from './status-posts.operations.ts'
import { pruneStatusPostsJob, statusReceived } from './status-posts.schema.ts'
import { pruneStatusPosts } from './status-posts.service.ts'

/** Posts that are shown to all contacts for 24 hours. */
export const statusPostsFeature: Feature = {
  name: 'status-posts',
  operations: statusPostOperations,
  jobs: [
    handleJob(pruneStatusPostsJob, async (ctx) => {
      await pruneStatusPosts(ctx)
      return done
    }),
  ],
  publishes: [statusReceived],
}
