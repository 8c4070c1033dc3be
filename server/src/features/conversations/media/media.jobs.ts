import { handleJob } from '../../../job.ts'
import { AppError } from '../../../platform/errors.ts'
import { clearSpool } from '../../../platform/files/spool.ts'
import { done, giveUp, retryLater } from '../../../platform/jobs/jobs.ts'
import { sweepFiles } from './blobs.service.ts'
import { fetchMediaJob, sweepMediaJob } from './media.schema.ts'
import { storeMessageMedia } from './media-download.service.ts'

/** Tries to get a file: after that it can still be had on demand, as long as WhatsApp has it. */
const mostAttempts = 12
const firstPauseMs = 15_000
const longestPauseMs = 3_600_000
/** No request takes this long. */
const spoolMs = 3_600_000

/** Work with files. */
export const mediaJobs = [
  handleJob(fetchMediaJob, async (ctx, { tenantId, messageId }, { attempt }) => {
    try {
      await storeMessageMedia(ctx, tenantId, messageId)
      return done
    } catch (error) {
      const isOver = error instanceof AppError && [404, 410, 413].includes(error.status)
      if (isOver) return giveUp(error.code)
      if (attempt >= mostAttempts) return giveUp('the file could not be had')
      return retryLater(Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)), error)
    }
  }),
  handleJob(sweepMediaJob, async (ctx, _payload, { signal }) => {
    await clearSpool(ctx.config.dataDir, ctx.clock.nowMs() - spoolMs)
    return (await sweepFiles(ctx, signal)) ? done : retryLater(60_000)
  }),
]
