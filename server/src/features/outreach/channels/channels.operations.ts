import { channelCapabilities } from '../../../engine/channels.ts'
import { channelNotFound, notChannelAdmin, whatsappTooManyRequests } from '../../../engine/engine-errors.ts'
import { Answer, defineOperation, type Operation } from '../../../operation.ts'
import { notFound, planLimitReached } from '../../../platform/errors.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import {
  converterMissing,
  fileTooLarge,
  mediaNotFound,
  unreadableFile,
  wrongFileType,
} from '../../conversations/media/media.schema.ts'
import { contentRefused } from '../../safety/content-policy/content-policy.schema.ts'
import { idempotencyMismatch } from '../../sending/outbox/outbox.schema.ts'
import { deliveryErrors, uploadFailed } from '../../sending/outbox/send-failures.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import {
  broadcastBody,
  cannotPostToChannel,
  capabilitiesAnswer,
  channelDetail,
  channelImported,
  channelListAnswer,
  channelParams,
  channelPostSchema,
  channelRemoved,
  channelSchema,
  createChannelBody,
  deleteChannelQuery,
  deletedChannelAnswer,
  discoverAnswer,
  discoverQuery,
  importChannelBody,
  listChannelsQuery,
  listPostsQuery,
  postListAnswer,
} from './channels.schema.ts'
import { broadcast } from './channels.service.ts'
import {
  createChannel,
  deleteChannel,
  discoverChannels,
  getChannel,
  importChannel,
  listChannels,
  listPosts,
  syncChannel,
} from './manage-channels.service.ts'

const fileErrors = [addressRefused, mediaNotFound, wrongFileType, unreadableFile, fileTooLarge]

const list = defineOperation({
  id: 'channels.list',
  method: 'GET',
  path: '/channels',
  summary: 'List the channels, oldest first',
  access: ['channels:read'],
  query: listChannelsQuery,
  success: { status: 200, schema: channelListAnswer },
  run: (ctx, input) => listChannels(ctx, input),
})

const create = defineOperation({
  id: 'channels.create',
  method: 'POST',
  path: '/channels',
  summary: 'Make a channel on WhatsApp',
  access: ['channels:manage'],
  gate: { limit: 'max_channels' },
  body: createChannelBody,
  success: { status: 201, schema: channelSchema },
  errors: [sessionNotWorking, notFound, contentRefused, whatsappTooManyRequests, ...fileErrors],
  run: (ctx, input) => createChannel(ctx, input),
})

const discover = defineOperation({
  id: 'channels.discover',
  method: 'GET',
  path: '/channels/discover',
  summary: 'Channels that the account owns or administers and that are not imported yet',
  access: ['channels:read'],
  query: discoverQuery,
  success: { status: 200, schema: discoverAnswer },
  errors: [sessionNotWorking, notFound, whatsappTooManyRequests],
  run: (ctx, input) => discoverChannels(ctx, input.session_id),
})

const importExisting = defineOperation({
  id: 'channels.import',
  method: 'POST',
  path: '/channels/import',
  summary: 'Take up a channel that exists on WhatsApp',
  access: ['channels:manage'],
  body: importChannelBody,
  success: { status: 201, schema: channelSchema },
  errors: [
    sessionNotWorking,
    notFound,
    planLimitReached,
    cannotPostToChannel,
    channelNotFound,
    channelImported,
    whatsappTooManyRequests,
  ],
  run: (ctx, input) => importChannel(ctx, input),
})

const capabilities = defineOperation({
  id: 'channels.capabilities',
  method: 'GET',
  path: '/channels/capabilities',
  summary: 'What can be posted to channels, and by which engine',
  access: ['channels:read'],
  success: { status: 200, schema: capabilitiesAnswer },
  run: async () => {
    const { engine, version, minVersionForMedia, ...kinds } = channelCapabilities
    return { engine, engine_version: version, ...kinds, min_version_for_media: minVersionForMedia }
  },
})

const get = defineOperation({
  id: 'channels.get',
  method: 'GET',
  path: '/channels/{id}',
  summary: 'A channel, and how much of the month is used',
  access: ['channels:read'],
  params: channelParams,
  success: { status: 200, schema: channelDetail },
  run: (ctx, { id }) => getChannel(ctx, id),
})

const remove = defineOperation({
  id: 'channels.delete',
  method: 'DELETE',
  path: '/channels/{id}',
  summary: 'Remove a channel here, and on WhatsApp when asked for',
  access: ['channels:manage'],
  params: channelParams,
  query: deleteChannelQuery,
  success: { status: 200, schema: deletedChannelAnswer },
  errors: [sessionNotWorking, notChannelAdmin, whatsappTooManyRequests],
  run: (ctx, input) => deleteChannel(ctx, input.id, input.delete_on_whatsapp),
})

const post = defineOperation({
  id: 'channels.broadcast',
  method: 'POST',
  path: '/channels/{id}/broadcast',
  summary: 'Post to a channel',
  access: ['channels:manage'],
  params: channelParams,
  body: broadcastBody,
  success: { status: 201, schema: channelPostSchema },
  errors: [
    sessionNotWorking,
    planLimitReached,
    contentRefused,
    channelRemoved,
    idempotencyMismatch,
    converterMissing,
    ...fileErrors,
    ...deliveryErrors,
    uploadFailed,
  ],
  isSend: true,
  run: async (ctx, input) => {
    const { text, media_url: mediaUrl, media_type: mediaType } = input
    const manner = { idempotency: input.idempotency, isAsync: input.respondAsync }
    const made = await broadcast(ctx, { channelId: input.id, text, mediaUrl, mediaType }, manner)
    return new Answer(made.status, made.post)
  },
})

const sync = defineOperation({
  id: 'channels.sync_followers',
  method: 'POST',
  path: '/channels/{id}/sync-followers',
  summary: 'Ask WhatsApp for followers, name, description and role of a channel',
  access: ['channels:manage'],
  params: channelParams,
  success: { status: 200, schema: channelSchema },
  errors: [sessionNotWorking, channelNotFound, whatsappTooManyRequests],
  run: (ctx, { id }) => syncChannel(ctx, id),
})

const posts = defineOperation({
  id: 'channels.posts',
  method: 'GET',
  path: '/channels/{id}/posts',
  summary: 'What was posted to a channel, newest first, with its status',
  access: ['channels:read'],
  params: channelParams,
  query: listPostsQuery,
  success: { status: 200, schema: postListAnswer },
  run: (ctx, input) => listPosts(ctx, input.id, input),
})

/** Channels and what is posted to them. */
export const channelOperations: readonly Operation[] = [
  list,
  create,
  discover,
  importExisting,
  capabilities,
  get,
  remove,
  post,
  sync,
  posts,
]
