import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { ChannelInfo } from '../../../engine/channels.ts'
import { channelNotFound } from '../../../engine/engine-errors.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError, unknownThing } from '../../../platform/errors.ts'
import { Semaphore } from '../../../platform/semaphore.ts'
import { toTimestamp } from '../../../wire.ts'
import { getLimits, requireBelowLimit } from '../../account/plans/plans.service.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { monthOf } from '../../account/usage/usage.schema.ts'
import { countPosts } from '../../account/usage/usage.service.ts'
import { receivePortrait } from '../../conversations/media/media-intake.service.ts'
import { screenContent } from '../../safety/content-policy/content-policy.service.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { countPostRows, listPostRows } from './channel-posts.store.ts'
import {
  type ChannelObject,
  cannotPostToChannel,
  channelDeleted,
  type channelDetail,
  channelImported,
  type channelListAnswer,
  type createChannelBody,
  type deletedChannelAnswer,
  type discoverAnswer,
  type importChannelBody,
  type listChannelsQuery,
  type listPostsQuery,
  type postListAnswer,
} from './channels.schema.ts'
import { getChannelRow, isActive, postToWire } from './channels.service.ts'
import * as store from './channels.store.ts'

/** What a channel that is being made holds its room for: longer than WhatsApp is waited for. */
const reservationMs = 5 * 60_000
/** Questions that are asked WhatsApp at a time. */
const mostQuestions = 4
const largestCount = 2_147_483_647
const mayPost: ReadonlySet<ChannelInfo['role']> = new Set(['owner', 'admin'])

async function toWire(ctx: Context, row: store.RankedChannel): Promise<ChannelObject> {
  return {
    id: row.id,
    session_id: row.sessionId,
    wa_channel_id: row.waChannelId,
    name: row.name,
    description: row.description,
    follower_count: row.followerCount,
    role: row.role,
    invite_link: row.inviteCode === null ? null : `https://whatsapp.com/channel/${row.inviteCode}`,
    followers_synced_at: toTimestamp(row.followersSyncedAt),
    created_at: toTimestamp(row.createdAt),
    is_active: await isActive(ctx, row),
  }
}

/** What WhatsApp says of a channel, as it is stored. */
function factsOf(ctx: Context, info: ChannelInfo): store.ChannelFacts {
  return {
    name: info.name,
    description: info.description,
    followerCount: Math.min(Math.max(0, Math.trunc(info.followerCount)), largestCount),
    role: info.role,
    inviteCode: info.inviteCode,
    followersSyncedAt: ctx.clock.now(),
  }
}

/** One page of the tenant's channels, oldest first. */
export async function listChannels(
  ctx: Context,
  { session_id: sessionId, limit, offset }: z.output<typeof listChannelsQuery>,
): Promise<z.infer<typeof channelListAnswer>> {
  const tenantId = tenantOf(ctx)
  const rows = await store.listChannelRows(ctx.db.sql, tenantId, sessionId, limit, offset)
  const total = await store.countChannelRows(ctx.db.sql, tenantId, sessionId)
  return { channels: await Promise.all(rows.map((row) => toWire(ctx, row))), total, limit, offset }
}

/** One channel with what is left of the month, or 404. */
export async function getChannel(ctx: Context, id: string): Promise<z.infer<typeof channelDetail>> {
  const tenantId = tenantOf(ctx)
  const channel = await toWire(ctx, await getChannelRow(ctx, id))
  const posts = await countPosts(ctx.db.sql, tenantId, monthOf(ctx.clock.nowMs()))
  const { max_channel_posts_per_month: limit } = await getLimits(ctx, tenantId)
  return { ...channel, posts_this_month: posts, posts_limit: limit }
}

/** Channels the account may post to and that are not imported yet, the most followed first. */
export async function discoverChannels(
  ctx: Context,
  sessionId: string,
): Promise<z.infer<typeof discoverAnswer>> {
  await getWorkingSession(ctx, sessionId)
  const imported = await store.listImportedIds(ctx.db.sql, tenantOf(ctx), sessionId)
  const found = (await ctx.engine.channels.list(sessionId)).filter(
    ({ chatId, role }) => mayPost.has(role) && !imported.has(chatId),
  )
  // The list counts nobody's followers.
  const turns = new Semaphore(mostQuestions)
  const described = await Promise.all(
    found.map((info) => turns.run(() => describe(ctx, sessionId, info.chatId))),
  )
  return described
    .filter((info) => info !== undefined)
    .sort((a, b) => b.followerCount - a.followerCount || (a.chatId < b.chatId ? -1 : 1))
    .map(({ chatId, name, followerCount, role }) => ({
      wa_channel_id: chatId,
      name,
      follower_count: followerCount,
      role,
    }))
}

/** The channel as WhatsApp describes it now; undefined when it knows none. */
async function describe(ctx: Context, sessionId: string, chatId: string): Promise<ChannelInfo | undefined> {
  try {
    return await ctx.engine.channels.get(sessionId, { chatId })
  } catch (error) {
    if (error instanceof AppError && error.code === channelNotFound.code) return undefined
    throw error
  }
}

/** Refuses (403) when the plan has no room for one more channel, those that are being made included. */
async function requireRoom(ctx: Context, sql: Sql, tenantId: string): Promise<void> {
  await lockTenant(sql, tenantId)
  const made = await store.countChannelRows(sql, tenantId)
  const underWay = await store.countReservations(sql, tenantId, ctx.clock.now())
  await requireBelowLimit(ctx, sql, 'max_channels', made + underWay)
}

/** The record of a channel. */
function rowOf(ctx: Context, sessionId: string, info: ChannelInfo) {
  return {
    id: ctx.ids.uuid(),
    tenantId: tenantOf(ctx),
    sessionId,
    waChannelId: info.chatId,
    ...factsOf(ctx, info),
    createdAt: ctx.clock.now(),
  }
}

/**
 * Makes a channel on WhatsApp. Its room in the plan is taken before, so that none is made that the plan does not allow;
 * what a crash leaves on WhatsApp without a record here can be imported.
 */
export async function createChannel(
  ctx: Context,
  input: z.output<typeof createChannelBody>,
): Promise<ChannelObject> {
  const { session_id: sessionId, picture_url: pictureUrl } = input
  const tenantId = tenantOf(ctx)
  await getWorkingSession(ctx, sessionId)
  const name = await screenContent(ctx, input.name, 'person')
  const description = await screenContent(ctx, input.description ?? '', 'person')
  const reservationId = ctx.ids.uuid()
  await ctx.db.transaction(async (sql) => {
    await requireRoom(ctx, sql, tenantId)
    const now = ctx.clock.now()
    const expiresAt = new Date(now.getTime() + reservationMs)
    await store.insertReservation(sql, { id: reservationId, tenantId, expiresAt }, now)
  })
  let info: ChannelInfo
  try {
    const picture = typeof pictureUrl === 'string' ? await receivePortrait(ctx, pictureUrl) : undefined
    info = await ctx.engine.channels.create(sessionId, {
      name,
      ...(description !== '' && { description }),
      ...(picture !== undefined && { picture }),
    })
  } catch (error) {
    await store.deleteReservation(ctx.db.sql, tenantId, reservationId)
    throw error
  }
  // Of a channel that is so new WhatsApp does not say everything.
  const made = { ...info, name: info.name || name, description: info.description ?? (description || null) }
  const row = rowOf(ctx, sessionId, { ...made, role: 'owner' })
  await ctx.db.transaction(async (sql) => {
    // Whoever counts sees it as reserved or as made, and never as neither.
    await lockTenant(sql, tenantId)
    await store.deleteReservation(sql, tenantId, reservationId)
    if (!(await store.insertChannel(sql, row))) throw channelImported.create()
  })
  return toWire(ctx, await getChannelRow(ctx, row.id))
}

/** Takes up a channel that the account may post to. */
export async function importChannel(
  ctx: Context,
  { session_id: sessionId, wa_channel_id: waChannelId }: z.output<typeof importChannelBody>,
): Promise<ChannelObject> {
  const tenantId = tenantOf(ctx)
  await getWorkingSession(ctx, sessionId)
  const imported = await store.listImportedIds(ctx.db.sql, tenantId, sessionId)
  if (imported.has(waChannelId)) throw channelImported.create()
  const info = await describe(ctx, sessionId, waChannelId)
  if (info === undefined) throw channelNotFound.create()
  if (!mayPost.has(info.role)) throw cannotPostToChannel.create()
  const row = rowOf(ctx, sessionId, info)
  await ctx.db.transaction(async (sql) => {
    await lockTenant(sql, tenantId)
    if ((await store.listImportedIds(sql, tenantId, sessionId)).has(waChannelId))
      throw channelImported.create()
    await requireRoom(ctx, sql, tenantId)
    if (!(await store.insertChannel(sql, row))) throw channelImported.create()
  })
  return toWire(ctx, await getChannelRow(ctx, row.id))
}

/** Asks WhatsApp how the channel is now: followers, name, description, role. */
export async function syncChannel(ctx: Context, id: string): Promise<ChannelObject> {
  const { sessionId, waChannelId } = await getChannelRow(ctx, id)
  await getWorkingSession(ctx, sessionId)
  const info = await describe(ctx, sessionId, waChannelId)
  if (info === undefined) throw channelNotFound.create()
  await store.updateChannel(ctx.db.sql, tenantOf(ctx), id, factsOf(ctx, info))
  return toWire(ctx, await getChannelRow(ctx, id))
}

/** Deletes the channel itself, when the account owns it; says whether it is gone. One that is gone already is. */
async function deleteOnWhatsApp(ctx: Context, { sessionId, waChannelId }: store.RankedChannel) {
  await getWorkingSession(ctx, sessionId)
  const info = await describe(ctx, sessionId, waChannelId)
  if (info === undefined) return true
  if (info.role !== 'owner') return false
  try {
    await ctx.engine.channels.delete(sessionId, waChannelId)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== channelNotFound.code) throw error
  }
  return true
}

/** Removes a channel and the record of its posts; what is planned for it is cancelled. */
export async function deleteChannel(
  ctx: Context,
  id: string,
  isDeletedThere: boolean,
): Promise<z.infer<typeof deletedChannelAnswer>> {
  const tenantId = tenantOf(ctx)
  const row = await getChannelRow(ctx, id)
  const isGone = isDeletedThere && (await deleteOnWhatsApp(ctx, row))
  await ctx.db.transaction(async (sql) => {
    if (!(await store.deleteChannelRow(sql, tenantId, id))) throw unknownThing('Channel')
    await ctx.events.publish(sql, channelDeleted, { tenantId, channelId: id })
  })
  return { status: 'deleted', id, deleted_on_whatsapp: isGone }
}

/** One page of the posts to a channel, newest first. */
export async function listPosts(
  ctx: Context,
  id: string,
  query: z.output<typeof listPostsQuery>,
): Promise<z.infer<typeof postListAnswer>> {
  const tenantId = tenantOf(ctx)
  await getChannelRow(ctx, id)
  const rows = await listPostRows(ctx.db.sql, tenantId, id, query)
  const total = await countPostRows(ctx.db.sql, tenantId, id, query.status)
  return { posts: rows.map(postToWire), total, limit: query.limit, offset: query.offset }
}
