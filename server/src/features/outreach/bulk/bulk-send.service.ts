import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { AppError, unknownThing, validationFailed } from '../../../platform/errors.ts'
import { addressRefused, checkUrl } from '../../../platform/outgoing/safe-fetch.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import { holdUsableGroup } from '../../groups/custom-groups/custom-groups.service.ts'
import { idempotencyMismatch } from '../../sending/outbox/outbox.schema.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { peopleOf, variableNamesOf } from '../segments/segments.service.ts'
import { checkTemplate } from '../templating/templating.service.ts'
import type { BulkJobObject, BulkRecipientObject, CreateBulk } from './bulk.schema.ts'
import { addJob } from './bulk.service.ts'
import { clearKey, findJob, findJobByKey, listJobs } from './bulk.store.ts'
import type { BulkJobRow, BulkJobStatus, BulkRecipientRow } from './bulk.tables.ts'

const keyTtlMs = 24 * 3_600_000

/** Writes a job the way answers carry it. */
export function encodeJob(job: BulkJobRow): BulkJobObject {
  return {
    id: job.id,
    session_id: job.sessionId,
    custom_group_id: job.customGroupId,
    name: job.name,
    status: job.status,
    total_recipients: job.totalRecipients,
    sent_count: job.sentCount,
    failed_count: job.failedCount,
    skipped_count: job.skippedCount,
    delivered_count: job.deliveredCount,
    read_count: job.readCount,
    replied_count: job.repliedCount,
    message_type: job.messageType,
    message_content: job.messageContent,
    media_url: job.mediaUrl,
    variants: job.variants,
    quiet_hours: job.quietHours,
    time_zone: job.timeZone,
    send_before: toTimestampOrNull(job.sendBefore),
    source: job.source,
    quota_reserved: job.quotaReserved,
    waits_for: job.waitsFor,
    next_send_at: toTimestampOrNull(job.nextSendAt),
    error: job.error,
    created_at: toTimestamp(job.createdAt),
    started_at: toTimestampOrNull(job.startedAt),
    completed_at: toTimestampOrNull(job.completedAt),
    updated_at: toTimestamp(job.updatedAt),
  }
}

/** Writes a recipient the way answers carry it; the id of a message that was never stored stays inside. */
export function encodeRecipient(row: BulkRecipientRow): BulkRecipientObject {
  const hasMessage = row.sentAt !== null || row.status === 'failed'
  return {
    id: row.id,
    phone: phoneOf(row.phone) ?? `+${row.phone}`,
    name: row.name,
    status: row.status,
    message_id: hasMessage ? row.messageId : null,
    error: row.error,
    skip_reason: row.skipReason,
    sent_at: toTimestampOrNull(row.sentAt),
    delivered_at: toTimestampOrNull(row.deliveredAt),
    read_at: toTimestampOrNull(row.readAt),
    replied_at: toTimestampOrNull(row.repliedAt),
  }
}

/** Refuses a file's address that could never be called. */
export function checkMediaUrl(ctx: Context, url: string): void {
  try {
    checkUrl(url, ctx.config.outgoingAllow)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw addressRefused.create({ message: `media_url: ${error.message}`, cause: error })
  }
}

/** None of a list that is gone, as of the one that a copied job was made for. */
async function namesOnList(ctx: Context, tenantId: string, groupId: string): Promise<string[]> {
  try {
    return await variableNamesOf(ctx, tenantId, groupId)
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return []
    throw error
  }
}

/** Refuses texts with placeholders that nobody on the list has. */
export async function checkTexts(
  ctx: Context,
  tenantId: string,
  customGroupId: string | null,
  { content, variants }: { content: string | null; variants: readonly string[] | null },
): Promise<void> {
  const check = (known: readonly string[]): void => {
    if (content !== null) checkTemplate(content, known)
    for (const [index, variant] of (variants ?? []).entries())
      checkTemplate(variant, known, `variants.${index}`)
  }
  try {
    check([])
  } catch (error) {
    // Only now is it worth reading what a whole list knows of its members.
    if (customGroupId === null || !(error instanceof AppError)) throw error
    check(await namesOnList(ctx, tenantId, customGroupId))
  }
}

/** The job made under an idempotency key in the last 24 hours; 422 when it was asked for something else. */
async function findAgain(
  ctx: Context,
  tenantId: string,
  { key, bodyHash }: { key: string; bodyHash: string },
): Promise<BulkJobRow | undefined> {
  const job = await findJobByKey(ctx.db.sql, tenantId, key)
  if (job === undefined || job.createdAt.getTime() < ctx.clock.nowMs() - keyTtlMs) return undefined
  if (job.idempotencyHash !== bodyHash) throw idempotencyMismatch.create()
  return job
}

/** Makes a job for everybody on a list or in a segment. */
export async function createBulkSend(
  ctx: Context,
  input: CreateBulk & { idempotency?: { key: string; bodyHash: string } | undefined },
): Promise<BulkJobObject> {
  const tenantId = tenantOf(ctx)
  const { idempotency, session_id: sessionId, custom_group_id: customGroupId } = input
  const known = idempotency && (await findAgain(ctx, tenantId, idempotency))
  if (known !== undefined) return encodeJob(known)
  const messageContent = input.message_content ?? input.message ?? null
  const variants = input.variants ?? null
  const mediaUrl = input.media_url ?? null
  if (input.send_before !== undefined && input.send_before !== null) requireFuture(ctx, input.send_before)
  if (mediaUrl !== null) checkMediaUrl(ctx, mediaUrl)
  await getWorkingSession(ctx, sessionId)
  const people = await peopleOf(ctx, tenantId, customGroupId, { sessionId, now: ctx.clock.now() })
  await checkTexts(ctx, tenantId, customGroupId, { content: messageContent, variants })
  const job = await ctx.db.transaction(async (sql) => {
    // Nobody deletes it meanwhile.
    await holdUsableGroup(ctx, sql, tenantId, customGroupId)
    if (idempotency !== undefined)
      await clearKey(sql, tenantId, idempotency.key, new Date(ctx.clock.nowMs() - keyTtlMs))
    return addJob(ctx, sql, {
      tenantId,
      sessionId,
      customGroupId,
      people,
      name: input.name ?? null,
      source: 'api',
      reservesQuota: true,
      messageType: mediaUrl === null ? 'text' : 'media',
      messageContent,
      mediaUrl,
      variants,
      quietHours: input.quiet_hours ?? null,
      timeZone: input.time_zone ?? null,
      sendBefore: input.send_before ?? null,
      idempotency,
    })
  })
  // Somebody clicked twice, and the other click was a little faster.
  const made = job ?? (idempotency && (await findAgain(ctx, tenantId, idempotency)))
  if (made === undefined) throw new Error('a bulk job could not be made')
  return encodeJob(made)
}

/** Refuses a time that is over. */
export function requireFuture(ctx: Context, at: Date): void {
  if (at > ctx.clock.now()) return
  const message = 'must be in the future'
  throw validationFailed.create({
    message: `send_before: ${message}`,
    details: { errors: [{ field: 'send_before', message }] },
  })
}

/** Jobs of the caller's tenant, the newest first. */
export async function listBulkSends(
  ctx: Context,
  page: { status?: BulkJobStatus | undefined; limit: number; offset: number },
) {
  const { status, limit, offset } = page
  const { rows, total } = await listJobs(ctx.db.sql, tenantOf(ctx), { status, limit, offset })
  return { jobs: rows.map(encodeJob), total, limit, offset }
}

/** A job of the caller's tenant, or 404. */
export async function requireJob(ctx: Context, id: string): Promise<BulkJobRow> {
  const job = await findJob(ctx.db.sql, tenantOf(ctx), id)
  if (job === undefined) throw unknownThing('Bulk job')
  return job
}
