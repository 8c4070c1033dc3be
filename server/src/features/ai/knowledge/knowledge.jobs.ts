import { handleJob } from '../../../job.ts'
import { done, retryLater } from '../../../platform/jobs/jobs.ts'
import { outcomeOfAiError } from '../providers/providers.service.ts'
import { sweepUploads } from './documents.service.ts'
import { abandonDocument, indexDocument, removeDocument } from './ingest.service.ts'
import {
  ingestJob,
  reindexJob,
  removeSourceJob,
  resumeReindexJob,
  sweepUploadsJob,
} from './knowledge.schema.ts'
import { resumeVectors, updateVectors } from './reindex.service.ts'

const mostAttempts = 5
const firstPauseMs = 5000

/** Work with documents. */
export const knowledgeJobs = [
  handleJob(ingestJob, async (ctx, { tenantId, sourceId }, { attempt, signal }) => {
    try {
      await indexDocument(ctx, tenantId, sourceId, signal)
    } catch (error) {
      // What a stop interrupts begins anew after the start, and is no attempt that failed.
      if (signal.aborted) return retryLater(0, error)
      if (attempt < mostAttempts) return retryLater(firstPauseMs * 2 ** attempt, error)
      ctx.log.warn({ err: error }, 'a document could not be indexed')
      await abandonDocument(ctx, tenantId, sourceId)
    }
    return done
  }),
  handleJob(removeSourceJob, async (ctx, { tenantId, sourceId }) => {
    await removeDocument(ctx, tenantId, sourceId)
    return done
  }),
  handleJob(reindexJob, async (ctx, { tenantId }, { attempt, signal }) => {
    try {
      await updateVectors(ctx, tenantId, signal)
      return done
    } catch (error) {
      if (signal.aborted) return retryLater(0, error)
      const outcome = outcomeOfAiError(error, { attempt })
      if (outcome === undefined) throw error
      return outcome
    }
  }),
  handleJob(resumeReindexJob, async (ctx) => {
    await resumeVectors(ctx)
    return done
  }),
  handleJob(sweepUploadsJob, async (ctx, _payload, { signal }) => {
    await sweepUploads(ctx, signal)
    return done
  }),
]
