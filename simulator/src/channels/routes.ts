import { z } from 'zod'
import { parse } from '../parsing.ts'
import { type Route, routesOf } from '../route.ts'
import { channelAnswer, newChannelAnswer, newPostAnswer, postAnswer } from './answers.ts'
import type { ChannelsFacade } from './facade.ts'
import {
  channelChangesSchema,
  channelSchema,
  followerSchema,
  postReactionSchema,
  postSchema,
  viewSchema,
} from './inputs.ts'

const route = routesOf<ChannelsFacade>()

const tag = 'Channels'
const maxPostBytes = 140 * 1024 * 1024

/** Operations on channels and their posts. */
export const channelRoutes: Route<ChannelsFacade>[] = [
  route({
    method: 'POST',
    path: '/channels',
    operation: 'createChannel',
    tag,
    summary: 'Creates a channel',
    status: 201,
    body: channelSchema,
    answer: newChannelAnswer,
    run: (channels, { body }) => channels.create(body),
  }),
  route({
    method: 'GET',
    path: '/channels',
    operation: 'channels',
    tag,
    summary: 'All channels',
    answer: z.array(channelAnswer),
    run: (channels) => channels.list(),
  }),
  route({
    method: 'GET',
    path: '/channels/{id}',
    operation: 'channel',
    tag,
    summary: 'A channel and who follows it',
    answer: channelAnswer,
    run: (channels, { params }) => channels.describe(params.id ?? ''),
  }),
  route({
    method: 'DELETE',
    path: '/channels/{id}',
    operation: 'deleteChannel',
    tag,
    summary: 'Deletes a channel',
    run: (channels, { params }) => channels.delete(params.id ?? ''),
  }),
  route({
    method: 'POST',
    path: '/channels/{id}/settings',
    operation: 'changeChannel',
    tag,
    summary: 'Changes what is given; followers are told of name and description',
    body: channelChangesSchema,
    answer: channelAnswer,
    run: (channels, { params, body }) => channels.change(params.id ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/channels/{id}/followers',
    operation: 'changeChannelFollower',
    tag,
    summary: 'Somebody follows, follows no more, becomes an admin or ceases to be one',
    body: followerSchema,
    answer: channelAnswer,
    run: (channels, { params, body }) => channels.changeFollower(params.id ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/channels/{id}/posts',
    operation: 'post',
    tag,
    summary: 'The owner or an admin writes a post on the phone, edits one or takes one back',
    status: 201,
    body: postSchema,
    maxBodyBytes: maxPostBytes,
    answer: newPostAnswer,
    run: (channels, { params, body }) => channels.post(params.id ?? '', body),
  }),
  route({
    method: 'GET',
    path: '/channels/{id}/posts',
    operation: 'posts',
    tag,
    summary: 'The posts, oldest first, with what became of them',
    answer: z.array(postAnswer),
    run: (channels, { params }) => channels.posts(params.id ?? ''),
  }),
  route({
    method: 'GET',
    path: '/channels/{id}/posts/{post}/media',
    operation: 'postMedia',
    tag,
    summary: 'The file of a post',
    isBinary: true,
    run: (channels, { params }) => ({
      mimetype: 'application/octet-stream',
      bytes: channels.mediaOf(params.id ?? '', params.post ?? ''),
    }),
  }),
  route({
    method: 'POST',
    path: '/channels/{id}/posts/{post}/reactions',
    operation: 'reactToPost',
    tag,
    summary: 'Somebody reacts to a post; an empty emoji takes the reaction back',
    body: postReactionSchema,
    answer: postAnswer,
    run: (channels, { params, body }) => {
      const { phone, emoji } = parse(postReactionSchema, body)
      return channels.react(phone, params.id ?? '', params.post ?? '', emoji)
    },
  }),
  route({
    method: 'POST',
    path: '/channels/{id}/posts/{post}/views',
    operation: 'viewPost',
    tag,
    summary: 'Somebody sees a post',
    body: viewSchema,
    answer: postAnswer,
    run: (channels, { params, body }) =>
      channels.view(parse(viewSchema, body).phone, params.id ?? '', params.post ?? ''),
  }),
]
