import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import { toTimestampOrNull } from '../../../wire.ts'
import { requireJob } from '../bulk/bulk-send.service.ts'
import type { progressObject } from './outcomes.schema.ts'
import { countPending, estimateEnd } from './progress.ts'

/** How a job of the caller's tenant stands; 404 for any other. */
export async function getProgress(ctx: Context, id: string): Promise<z.output<typeof progressObject>> {
  const job = await requireJob(ctx, id)
  return {
    sent: job.sentCount,
    total: job.totalRecipients,
    failed: job.failedCount,
    status: job.status,
    pending: countPending(job),
    skipped: job.skippedCount,
    delivered: job.deliveredCount,
    read: job.readCount,
    replied: job.repliedCount,
    ignored: job.ignoredCount,
    opted_out: job.optedOutCount,
    read_unknown: job.readUnknownCount,
    next_send_at: toTimestampOrNull(job.nextSendAt),
    waits_for: job.waitsFor,
    expected_end_at: toTimestampOrNull(estimateEnd(job, ctx.clock.now(), ctx.config.pace)),
    error: job.error,
  }
}
