import { index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** What the session's account is to a channel. */
export const channelRoles = ['owner', 'admin', 'follower', 'guest'] as const

/** How far a post has come. */
export const postStatuses = ['pending', 'sent', 'failed'] as const

/** What made a post. */
export const postSources = ['broadcast', 'schedule'] as const

/** Kinds of files that a post may carry. */
export const postMediaTypes = ['image', 'video'] as const

/** Channels that a tenant posts to. */
export const channels = pgTable(
  'channels',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    waChannelId: text('wa_channel_id').notNull(),
    /** As WhatsApp said when it was asked last; so are the following. */
    name: text().notNull(),
    description: text(),
    followerCount: integer('follower_count').notNull(),
    role: text({ enum: channelRoles }).notNull(),
    inviteCode: text('invite_code'),
    followersSyncedAt: timestamptz('followers_synced_at').notNull(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('channels_channel').on(table.sessionId, table.waChannelId),
    index('channels_tenant').on(table.tenantId, table.createdAt, table.id),
  ],
)

/** A channel as stored. */
export type ChannelRow = typeof channels.$inferSelect

/** Room for channels that WhatsApp is being asked to make. */
export const channelReservations = pgTable('channel_reservations', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  expiresAt: timestamptz('expires_at').notNull(),
})

/** What was posted to channels, and what became of it. */
export const channelPosts = pgTable(
  'channel_posts',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    channelId: uuid('channel_id').notNull(),
    /** The message that carries it; null when it was refused before there was one. */
    messageId: uuid('message_id'),
    waMessageId: text('wa_message_id'),
    text: text(),
    mediaType: text('media_type', { enum: postMediaTypes }),
    mediaUrl: text('media_url'),
    status: text({ enum: postStatuses }).notNull(),
    error: text(),
    source: text({ enum: postSources }).notNull(),
    scheduleId: uuid('schedule_id'),
    /** The run of a schedule, which posts once. */
    executionId: uuid('execution_id'),
    sentAt: timestamptz('sent_at'),
    createdAt: timestamptz('created_at').notNull(),
  },
  (table) => [
    index('channel_posts_channel').on(table.channelId, table.createdAt, table.id),
    uniqueIndex('channel_posts_message').on(table.messageId),
    uniqueIndex('channel_posts_execution').on(table.executionId, table.channelId),
  ],
)

/** A post as stored. */
export type ChannelPostRow = typeof channelPosts.$inferSelect
