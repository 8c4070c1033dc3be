import { createHash } from 'node:crypto'
import { type Context, tenantOf } from '../../../context.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { seal, unseal } from '../../../platform/secrets.ts'
import { getTenantPlan } from '../../account/plans/plans.service.ts'
import { monthOf } from '../../account/usage/usage.schema.ts'
import { releaseAiReply, reserveAiReply } from '../../account/usage/usage.service.ts'
import { requireProvider } from '../providers/providers.service.ts'
import { type ComposedReply, composeReply } from './compose-reply.service.ts'
import { previewsPerHour, type ReplyObject, type ReplyRequest, tooManyPreviews } from './replies.schema.ts'
import { deleteDrafts, findDraft, saveDraft, takePreview } from './replies.store.ts'

const hourMs = 3_600_000
const draftMs = 24 * hourMs

const draftPurpose = (id: string): string => `ai_reply_drafts.content ${id}`

function replyToWire(reply: ComposedReply): ReplyObject {
  return {
    reply: reply.text,
    rag_sources: reply.sources,
    style_applied: reply.isStyleApplied,
    model: reply.model,
    tokens_used: reply.tokensUsed,
    requires_approval: reply.reasons.length > 0,
    approval_reasons: reply.reasons,
  }
}

/** One name for everything that a reply depends on and the caller says. */
function hashOf(ctx: Context, request: ReplyRequest): string {
  const { waChatId, context, useRag, applyStyle, profileId, sessionId } = request
  const all = [tenantOf(ctx), waChatId, context, useRag, applyStyle, profileId, sessionId]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex')
}

/** Takes one reply from the tenant's month for what `work` makes, and gives it back when nothing comes of it. */
export async function countReply<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const tenantId = tenantOf(ctx)
  const month = monthOf(ctx.clock.nowMs())
  const { limits, planName } = await getTenantPlan(ctx, tenantId)
  const limit = limits.ai_replies_per_month
  if (!(await reserveAiReply(ctx.db.sql, tenantId, month, limit))) {
    const message = `The plan ${planName} allows ${limit} AI replies per month (ai_replies_per_month), all of them are used`
    throw planLimitReached.create({ message })
  }
  try {
    return await work()
  } catch (error) {
    await releaseAiReply(ctx.db.sql, tenantId, month)
    throw error
  }
}

async function findApproved(ctx: Context, hash: string): Promise<ReplyObject | undefined> {
  const since = new Date(ctx.clock.nowMs() - draftMs)
  const draft = await findDraft(ctx.db.sql, tenantOf(ctx), hash, since)
  if (draft === undefined) return undefined
  const reply = JSON.parse(
    unseal(ctx.config, draftPurpose(draft.id), draft.content).toString(),
  ) as ReplyObject
  return { ...reply, requires_approval: false }
}

async function keepDraft(ctx: Context, hash: string, reply: ReplyObject): Promise<void> {
  const id = ctx.ids.uuid()
  const content = seal(ctx.config, draftPurpose(id), Buffer.from(JSON.stringify(reply)))
  const row = { id, tenantId: tenantOf(ctx), requestHash: hash, content, createdAt: ctx.clock.now() }
  await saveDraft(ctx.db.sql, row)
}

/**
 * Writes a reply and counts it. What requires approval is kept for a day: the same request with `isApproved` answers the
 * very same text, without a model and without counting again.
 */
export async function generateReply(
  ctx: Context,
  request: ReplyRequest,
  isApproved: boolean,
): Promise<ReplyObject> {
  await requireProvider(ctx, tenantOf(ctx))
  const hash = hashOf(ctx, request)
  const known = isApproved ? await findApproved(ctx, hash) : undefined
  if (known !== undefined) return known
  const composed = await countReply(ctx, () => composeReply(ctx, { ...request, purpose: 'reply' }))
  const reply = replyToWire(composed)
  if (reply.requires_approval) await keepDraft(ctx, hash, reply)
  return reply
}

/** Writes a reply to look at; not counted, but limited by itself. */
export async function previewReply(ctx: Context, request: ReplyRequest): Promise<ReplyObject> {
  await requireProvider(ctx, tenantOf(ctx))
  const nowMs = ctx.clock.nowMs()
  const hour = new Date(nowMs - (nowMs % hourMs))
  if (!(await takePreview(ctx.db.sql, tenantOf(ctx), hour, previewsPerHour))) {
    const seconds = Math.max(1, Math.ceil((hour.getTime() + hourMs - nowMs) / 1000))
    throw tooManyPreviews.create({ headers: { 'retry-after': String(seconds) } })
  }
  return replyToWire(await composeReply(ctx, { ...request, purpose: 'preview' }))
}

/** Removes replies that nobody approved within a day. */
export async function forgetDrafts(ctx: Context): Promise<void> {
  await deleteDrafts(ctx.db.sql, new Date(ctx.clock.nowMs() - draftMs))
}
