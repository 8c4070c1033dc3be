import type { Context } from '../../../context.ts'
import { handleJob } from '../../../job.ts'
import { done, retryLater } from '../../../platform/jobs/jobs.ts'
import { expireNext } from './expire.store.ts'
import { expireJob } from './messages.schema.ts'

/** Retry receipts and poll votes need the protobuf for this long (decision 6). */
const protoDays = 7
const stepSize = 1000
const beforeAll = '00000000-0000-0000-0000-000000000000'

/** Removes texts after the tenant's retention, protobufs after 7 days and idempotency keys after one. */
export async function expireMessages(ctx: Context, signal?: AbortSignal): Promise<boolean> {
  const now = ctx.clock.now()
  let afterId: string | undefined = beforeAll
  while (afterId !== undefined) {
    if (signal?.aborted === true) return false
    afterId = await expireNext(ctx.db.sql, { afterId, now, protoDays, limit: stepSize })
  }
  return true
}

/** Work of the messages feature. */
export const messageJobs = [
  handleJob(expireJob, async (ctx, _payload, { signal }) => {
    return (await expireMessages(ctx, signal)) ? done : retryLater(60_000)
  }),
]
