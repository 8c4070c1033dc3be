import { handleJob } from '../../../job.ts'
import { AppError } from '../../../platform/errors.ts'
import { done, giveUp, retryLater } from '../../../platform/jobs/jobs.ts'
import { findTenantSession } from '../../sessions/lifecycle/sessions.service.ts'
import { pushLabelsJob } from './label-sync.schema.ts'
import { deletePush } from './label-sync.store.ts'
import { pushLabels } from './push-labels.service.ts'

const mostAttempts = 12
const firstPauseMs = 5_000
const longestPauseMs = 3_600_000

/** Work on labels. */
export const labelSyncJobs = [
  handleJob(pushLabelsJob, async (ctx, { tenantId, sessionId }, { attempt }) => {
    await deletePush(ctx.db.sql, tenantId, sessionId)
    const session = await findTenantSession(ctx.db.sql, tenantId, sessionId)
    // It begins anew when the session is back.
    if (session?.status !== 'working') return done
    try {
      await pushLabels(ctx, tenantId, sessionId)
      return done
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      // The next change or connection tries again.
      if (attempt >= mostAttempts) return giveUp(error.code)
      return retryLater(Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)), error)
    }
  }),
]
