import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { booleanQuery, idParams, pageAnswer, pageQuery, timestampOutput, uuidField } from '../../../wire.ts'
import { channelRoles, postMediaTypes, postSources, postStatuses } from './channels.tables.ts'

export const cannotPostToChannel = defineError(
  'cannot_post_to_channel',
  400,
  'The account may not post to this channel: it is neither its owner nor an admin',
)
export const channelImported = defineError('channel_imported', 409, 'wa_channel_id: already imported')
export const channelRemoved = defineError('channel_removed', 404, 'The channel was removed meanwhile')

/** A channel is gone, in the transaction that removes it: what is planned for it has no target any more. */
export const channelDeleted = defineEvent<{ tenantId: string; channelId: string }>('channel.deleted')

/** A post has left or failed, in the transaction that stores so. */
export interface PostConcluded {
  tenantId: string
  postId: string
  channelId: string
  waChannelId: string
  status: 'sent' | 'failed'
  /** A code such as `ack_403`; null when it was sent. */
  error: string | null
  source: (typeof postSources)[number]
  scheduleId: string | null
  executionId: string | null
}

/** Once for each post that was stored: a schedule learns here how its run ended. */
export const postConcluded = defineEvent<PostConcluded>('channel.post.concluded')

/** Once per post that WhatsApp took. */
export const postPublished = definePublicEvent({
  name: 'channel.post.published',
  scope: 'channels:read',
  description: 'A post was published in a channel, by a call or by a schedule.',
  data: z
    .object({
      post_id: z.string(),
      channel_id: z.string(),
      wa_channel_id: z.string().meta({ examples: ['123456789012345678@newsletter'] }),
      status: z.literal('sent'),
      source: z.enum(postSources),
      schedule_id: z.string().nullable(),
      session_id: z.string(),
      wa_message_id: z.string().nullable(),
    })
    .meta({ id: 'ChannelPostPublishedData' }),
  toWire: (post: Omit<PostConcluded, 'status'> & { sessionId: string; waMessageId: string | null }) => ({
    post_id: post.postId,
    channel_id: post.channelId,
    wa_channel_id: post.waChannelId,
    status: 'sent' as const,
    source: post.source,
    schedule_id: post.scheduleId,
    session_id: post.sessionId,
    wa_message_id: post.waMessageId,
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    postId: exampleValues.id,
    channelId: exampleValues.id,
    waChannelId: '123456789012345678@newsletter',
    error: null,
    source: 'schedule',
    scheduleId: exampleValues.id,
    executionId: null,
    waMessageId: exampleValues.waMessageId,
  },
  subscribers: { webhooks: true },
})

/** A text in which somebody can see something. */
const hasVisible = (text: string) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text)

const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((text) => !/\p{Cc}|[\u2028\u2029]/u.test(text), 'must be one line without control characters')
  .refine(hasVisible, 'must have at least one visible character')
  .meta({ examples: ['Harbour news'] })

const description = z
  .string()
  .trim()
  .max(2048)
  .meta({ examples: ['What is new in the harbour'] })

const waChannelId = z
  .string()
  .trim()
  .max(80)
  .regex(/^\d{5,30}@newsletter$/, 'must be the id of a channel, such as 123456789012345678@newsletter')
  .meta({ examples: ['123456789012345678@newsletter'] })

/** A channel to make on WhatsApp. */
export const createChannelBody = z
  .object({
    session_id: uuidField,
    name,
    description: description.nullable().optional(),
    picture_url: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .nullable()
      .optional()
      .meta({ description: 'HTTPS address of a picture; it is cut to a square' }),
  })
  .meta({
    examples: [
      {
        session_id: exampleValues.id,
        name: 'Harbour news',
        description: 'What is new in the harbour',
      },
    ],
  })

/** A channel that exists on WhatsApp. */
export const importChannelBody = z.object({ session_id: uuidField, wa_channel_id: waChannelId })

/** Which channels. */
export const listChannelsQuery = z.object({ session_id: uuidField.optional(), ...pageQuery() })

/** Whose channels. */
export const discoverQuery = z.object({ session_id: uuidField })

/** How much of a channel is deleted. */
export const deleteChannelQuery = z.object({
  delete_on_whatsapp: booleanQuery()
    .default(false)
    .meta({ description: 'Also delete the channel itself, where the account owns it' }),
})

/** Path of a channel. */
export const channelParams = idParams

/** A channel as the API shows it. */
export const channelSchema = z
  .object({
    id: z.string(),
    session_id: z.string(),
    wa_channel_id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    follower_count: z.int(),
    role: z.enum(channelRoles),
    invite_link: z.string().nullable(),
    followers_synced_at: timestampOutput,
    created_at: timestampOutput,
    is_active: z.boolean().meta({
      description: 'False while the plan has no room for it: the newest channels rest after a downgrade',
    }),
  })
  .meta({ id: 'Channel', description: 'A WhatsApp channel that the tenant posts to' })

/** A channel as the API shows it. */
export type ChannelObject = z.infer<typeof channelSchema>

/** A channel with what is left of the month. */
export const channelDetail = channelSchema
  .extend({
    posts_this_month: z
      .int()
      .meta({ description: 'Posts of the tenant this month (UTC), to all its channels' }),
    posts_limit: z.int().nullable().meta({ description: 'What the plan allows; null is unlimited' }),
  })
  .meta({ id: 'ChannelDetail' })

/** One page of channels, oldest first. */
export const channelListAnswer = z.object({ channels: z.array(channelSchema), ...pageAnswer })

/** Channels of an account that can be imported. */
export const discoverAnswer = z.array(
  z.object({
    wa_channel_id: z.string(),
    name: z.string(),
    follower_count: z.int(),
    role: z.enum(channelRoles),
  }),
)

/** What the engine can post. */
export const capabilitiesAnswer = z.object({
  engine: z.string(),
  engine_version: z.string(),
  text: z.boolean(),
  image: z.boolean(),
  video: z.boolean(),
  min_version_for_media: z.string(),
})

/** The channel is gone. */
export const deletedChannelAnswer = z.object({
  status: z.literal('deleted'),
  id: z.string(),
  deleted_on_whatsapp: z.boolean().meta({ description: 'Whether the channel itself is gone, too' }),
})

const postText = z.string().min(1).max(4096).refine(hasVisible, 'must have at least one visible character')

/** A post: a text, or a file with or without one. */
export const broadcastBody = z
  .object({
    text: postText
      .optional()
      .meta({ description: 'Required without `media_url`; with it, it stands below the file' }),
    message: postText.optional().meta({ description: 'Alias of `text`' }),
    media_url: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional()
      .meta({ description: 'HTTPS address of the file; private addresses are refused' }),
    media_type: z.enum(postMediaTypes).optional().meta({ description: 'Required with `media_url`' }),
  })
  .superRefine(({ text, message, media_url: url, media_type: type }, context) => {
    const refuse = (field: string, why: string) =>
      context.addIssue({ code: 'custom', path: [field], message: why })
    if (text !== undefined && message !== undefined && text !== message) refuse('message', 'contradicts text')
    if (text === undefined && message === undefined && url === undefined)
      refuse('text', 'field required, unless there is a media_url')
    if (url !== undefined && type === undefined) refuse('media_type', 'field required with media_url')
    if (url === undefined && type !== undefined) refuse('media_url', 'field required with media_type')
  })
  .transform(({ message, ...body }) => ({ ...body, text: body.text ?? message }))
  .meta({ examples: [{ text: 'The ferry leaves at nine tomorrow.' }] })

/** Which posts. */
export const listPostsQuery = z.object({ status: z.enum(postStatuses).optional(), ...pageQuery() })

/** A post as the API shows it. */
export const channelPostSchema = z
  .object({
    id: z.string(),
    channel_id: z.string(),
    text: z.string().nullable(),
    media_type: z.enum(postMediaTypes).nullable(),
    media_url: z.string().nullable(),
    status: z.enum(postStatuses),
    wa_message_id: z.string().nullable(),
    error: z.string().nullable().meta({ description: 'Why it failed: a code such as ack_403' }),
    source: z.enum(postSources),
    schedule_id: z.string().nullable(),
    sent_at: timestampOutput.nullable(),
    created_at: timestampOutput,
  })
  .meta({ id: 'ChannelPost', description: 'What was posted to a channel' })

/** A post as the API shows it. */
export type ChannelPostObject = z.infer<typeof channelPostSchema>

/** One page of posts, newest first. */
export const postListAnswer = z.object({ posts: z.array(channelPostSchema), ...pageAnswer })
