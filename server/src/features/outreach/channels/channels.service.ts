import { type Context, tenantOf } from '../../../context.ts'
import type { MediaKind, OutboundContent } from '../../../engine/content.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError, planLimitReached, unknownThing } from '../../../platform/errors.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import { getLimits, getTenantPlan, requireBelowLimit } from '../../account/plans/plans.service.ts'
import { monthOf } from '../../account/usage/usage.schema.ts'
import { countPosts } from '../../account/usage/usage.service.ts'
import { dropUnlinked } from '../../conversations/media/blobs.service.ts'
import { wrongFileType } from '../../conversations/media/media.schema.ts'
import { receiveFile } from '../../conversations/media/media-intake.service.ts'
import { storableText } from '../../conversations/messages/message-text.service.ts'
import type { OutgoingMessage, StoredReference, Submitted } from '../../sending/outbox/outbox.schema.ts'
import { submit, submitPrepared } from '../../sending/outbox/submit.service.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { findPostOfExecution, findPostOfMessage, insertPost } from './channel-posts.store.ts'
import { type ChannelPostObject, channelRemoved } from './channels.schema.ts'
import { countChannelRows, findChannelRow, lockChannelRow, type RankedChannel } from './channels.store.ts'
import type { ChannelPostRow } from './channels.tables.ts'

type MediaType = NonNullable<ChannelPostRow['mediaType']>

/** What is to be posted to a channel. */
export interface NewPost {
  channelId: string
  /** Below the file, when there is one. Needed without a file. */
  text?: string | undefined
  mediaUrl?: string | undefined
  /** When it is not known the file decides. */
  mediaType?: MediaType | undefined
}

/** The run of a schedule that posts. */
export interface ScheduledPost extends NewPost {
  scheduleId: string
  /** The same run once more, after a crash for example, answers the post it has made. */
  executionId: string
}

/** How many channels a tenant has: for the plan gate `max_channels`. */
export function countChannels(sql: Sql, tenantId: string): Promise<number> {
  return countChannelRows(sql, tenantId)
}

/** One channel of the caller's tenant, or 404. */
export async function getChannelRow(ctx: Context, id: string): Promise<RankedChannel> {
  const row = await findChannelRow(ctx.db.sql, tenantOf(ctx), id)
  if (row === undefined) throw unknownThing('Channel')
  return row
}

/** As `getChannelRow`, and the channel stays until the transaction ends. */
export async function holdChannel(ctx: Context, sql: Sql, id: string): Promise<RankedChannel> {
  const row = await lockChannelRow(sql, tenantOf(ctx), id)
  if (row === undefined) throw unknownThing('Channel')
  return row
}

/** Why a channel rests: since a downgrade the plan has no room for it; the oldest go on. */
async function restingRefusal(
  ctx: Context,
  sql: Sql,
  { rank }: RankedChannel,
): Promise<AppError | undefined> {
  const plan = await getTenantPlan(ctx, tenantOf(ctx), sql)
  const { max_channels: limit } = plan.limits
  if (limit === null || rank <= limit) return undefined
  const message = `The plan ${plan.planName} allows ${limit} channels (max_channels), and older ones come first: this one rests`
  return planLimitReached.create({ message })
}

/** Whether the plan has room for a channel. */
export async function isActive(ctx: Context, { rank }: RankedChannel): Promise<boolean> {
  const { max_channels: limit } = await getLimits(ctx, tenantOf(ctx))
  return limit === null || rank <= limit
}

/** Writes a post the way answers carry it. */
export function postToWire(row: ChannelPostRow): ChannelPostObject {
  return {
    id: row.id,
    channel_id: row.channelId,
    text: row.text,
    media_type: row.mediaType,
    media_url: row.mediaUrl,
    status: row.status,
    wa_message_id: row.waMessageId,
    error: row.error,
    source: row.source,
    schedule_id: row.scheduleId,
    sent_at: toTimestampOrNull(row.sentAt),
    created_at: toTimestamp(row.createdAt),
  }
}

type Run = Pick<ScheduledPost, 'scheduleId' | 'executionId'> | undefined

function rowOf(ctx: Context, post: NewPost, run: Run): ChannelPostRow {
  return {
    id: ctx.ids.uuid(),
    tenantId: tenantOf(ctx),
    channelId: post.channelId,
    messageId: null,
    waMessageId: null,
    text: post.text === undefined ? null : storableText(post.text),
    mediaType: post.mediaType ?? null,
    mediaUrl: post.mediaUrl ?? null,
    status: 'pending',
    error: null,
    source: run === undefined ? 'broadcast' : 'schedule',
    scheduleId: run?.scheduleId ?? null,
    executionId: run?.executionId ?? null,
    sentAt: null,
    createdAt: ctx.clock.now(),
  }
}

/** How a post is sent: under which key it counts as the same, and whether the caller waits. */
type Manner = Pick<OutgoingMessage, 'idempotency' | 'isAsync'>

/** The file of a post: as what it was asked for, else as a picture, else as a video. */
async function receive(ctx: Context, url: string, type: MediaType | undefined) {
  const kinds: readonly MediaType[] = type === undefined ? ['image', 'video'] : [type]
  for (const [index, kind] of kinds.entries()) {
    try {
      return { kind, ...(await receiveFile(ctx, kind, { media_url: url })) }
    } catch (error) {
      const isOther = error instanceof AppError && error.code === wrongFileType.code
      if (!isOther || index === kinds.length - 1) throw error
    }
  }
  throw new Error('a post has a file of no kind')
}

/** Sends a post; its record is stored with the message, so that there is one for whatever leaves. */
async function send(ctx: Context, post: NewPost, run: Run, manner: Manner): Promise<Submitted> {
  const tenantId = tenantOf(ctx)
  const channel = await getChannelRow(ctx, post.channelId)
  const refusal = await restingRefusal(ctx, ctx.db.sql, channel)
  if (refusal !== undefined) throw refusal
  const { sessionId, waChannelId } = channel
  const { text, mediaUrl } = post
  let { mediaType } = post
  const alongside = async (sql: Sql, { id, waMessageId }: StoredReference) => {
    const current = await lockChannelRow(sql, tenantId, channel.id)
    if (current === undefined) return channelRemoved.create()
    const resting = await restingRefusal(ctx, sql, current)
    if (resting !== undefined) return resting
    await insertPost(sql, { ...rowOf(ctx, { ...post, mediaType }, run), messageId: id, waMessageId })
    return undefined
  }
  const origin = run === undefined ? ('api' as const) : ('schedule' as const)
  const outgoing = { ...manner, sessionId, chatId: waChannelId, origin, alongside }
  if (mediaUrl === undefined) {
    return submit(ctx, { ...outgoing, content: { kind: 'text', text: text ?? '' } })
  }
  // Before a file is fetched for nothing.
  await getWorkingSession(ctx, sessionId)
  type WithFile = Extract<OutboundContent, { kind: MediaKind }>
  return submitPrepared<WithFile>(ctx, outgoing, {
    prepare: async () => {
      const used = await countPosts(ctx.db.sql, tenantId, monthOf(ctx.clock.nowMs()))
      await requireBelowLimit(ctx, ctx.db.sql, 'max_channel_posts_per_month', used)
      const { kind, file, stored } = await receive(ctx, mediaUrl, mediaType)
      mediaType = kind
      return { content: { kind, file, ...(text === undefined ? {} : { caption: text }) }, stored }
    },
    discard: ({ file }) => dropUnlinked(ctx, tenantId, file.blob),
  })
}

/** The record of what was sent. */
async function recordOf(ctx: Context, { message }: Submitted): Promise<ChannelPostRow> {
  const row = await findPostOfMessage(ctx.db.sql, tenantOf(ctx), message.id)
  if (row === undefined) throw channelRemoved.create()
  return row
}

/** Posts to a channel for a caller: answers the post with the status of the answer, or throws what refuses it. */
export async function broadcast(
  ctx: Context,
  post: NewPost,
  manner: Manner,
): Promise<{ post: ChannelPostObject; status: 201 | 202 }> {
  const submitted = await send(ctx, post, undefined, manner)
  return { post: postToWire(await recordOf(ctx, submitted)), status: submitted.status }
}

/** Whose run of a schedule it is: no caller can give a key like it, because theirs have no space. */
const keyOf = ({ executionId, channelId }: ScheduledPost) => ({
  key: `schedule ${executionId} ${channelId}`,
  bodyHash: 'schedule',
})

/**
 * Posts to a channel for a run of a schedule and answers the post: pending, since WhatsApp's answer is not waited for
 * (`postConcluded` follows), or failed with the reason. What refuses it is recorded as a failed post and not thrown; only
 * a channel that is unknown or removed meanwhile is (404). Called again for the same run it answers the same post.
 */
export async function publishPost(ctx: Context, post: ScheduledPost): Promise<ChannelPostRow> {
  const tenantId = tenantOf(ctx)
  const { executionId, channelId } = post
  await getChannelRow(ctx, channelId)
  const find = () => findPostOfExecution(ctx.db.sql, tenantId, executionId, channelId)
  const known = await find()
  if (known !== undefined && known.status !== 'pending') return known
  try {
    return await recordOf(ctx, await send(ctx, post, post, { idempotency: keyOf(post), isAsync: true }))
  } catch (error) {
    if (!(error instanceof AppError) || error.code === channelRemoved.code) throw error
    // Refused by WhatsApp it has its record already.
    const failed = await find()
    if (failed !== undefined) return failed
    await insertPost(ctx.db.sql, { ...rowOf(ctx, post, post), status: 'failed', error: error.code })
    const recorded = await find()
    if (recorded === undefined) throw error
    return recorded
  }
}
