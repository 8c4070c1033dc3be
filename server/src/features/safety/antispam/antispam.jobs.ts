import type { Context } from '../../../context.ts'
import { handleJob } from '../../../job.ts'
import { AppError } from '../../../platform/errors.ts'
import { done, giveUp, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { applyBlockJob, pruneSpamJob } from './antispam.schema.ts'
import { deleteOldSpam, findBlock, updateBlock } from './antispam.store.ts'

const retryMs = 30_000
/** What could not be applied for so long is not worth applying. */
const giveUpMs = 7 * 86_400_000
const violationsMs = 2 * 86_400_000

/** Brings WhatsApp to what the record says, however often it runs. */
async function applyBlock(
  ctx: Context,
  { tenantId, blockId }: { tenantId: string; blockId: string },
): Promise<JobOutcome> {
  const block = await findBlock(ctx.db.sql, tenantId, blockId)
  if (block === undefined) return done
  const isBlocked = block.liftedAt === null
  const isAppliedOnWhatsApp = block.appliedAt !== null
  if (isBlocked === isAppliedOnWhatsApp) return done
  const changedAt = block.liftedAt ?? block.createdAt
  if (ctx.clock.nowMs() - changedAt.getTime() > giveUpMs)
    return giveUp('the session did not connect for a week')
  if (!ctx.engine.isWorking(block.sessionId)) return retryLater(retryMs)
  try {
    await ctx.engine.contacts.setBlocked(block.sessionId, block.waChatId, isBlocked)
  } catch (cause) {
    // The connection went meanwhile, or WhatsApp is slow: neither changes what is to be applied.
    if (cause instanceof AppError) return retryLater(retryMs, cause)
    throw cause
  }
  await updateBlock(ctx.db.sql, tenantId, blockId, { appliedAt: isBlocked ? ctx.clock.now() : null })
  return done
}

async function prune(ctx: Context): Promise<JobOutcome> {
  const now = ctx.clock.now()
  await deleteOldSpam(ctx.db.sql, now, new Date(now.getTime() - violationsMs))
  return done
}

export const antispamJobs = [
  handleJob(applyBlockJob, (ctx, payload) => applyBlock(ctx, payload)),
  handleJob(pruneSpamJob, (ctx) => prune(ctx)),
]
