import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { pruneAuditJob } from './audit.schema.ts'
import { deleteOldEntries } from './audit.store.ts'

export const auditJobs = [
  handleJob(pruneAuditJob, async (ctx) => {
    await deleteOldEntries(ctx.db.sql, ctx.clock.now())
    return done
  }),
]
