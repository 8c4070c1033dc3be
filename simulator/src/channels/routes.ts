import { z } from 'zod'
import { channelAnswer, newChannelAnswer, newPostAnswer, postAnswer } from '../groups/answers.ts'
import { parse } from '../parsing.ts'
import { type Route, route } from '../route.ts'
import {
  channelChangesSchema,
  channelSchema,
  followerSchema,
  postReactionSchema,
  postSchema,
  viewSchema,
} from './inputs.ts'

const tag = 'Channels'
const maxPostBytes = 140 * 1024 * 1024

/** Operations on channels and their posts. */
export const channelRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/channels',
    operation: 'createChannel',
    tag,
    summary: 'Creates a channel',
    status: 201,
    body: channelSchema,
    answer: newChannelAnswer,
    run: (simulator, { body }) => simulator.channels.create(body),
  }),
  route({
    method: 'GET',
    path: '/channels',
    operation: 'channels',
    tag,
    summary: 'All channels',
    answer: z.array(channelAnswer),
    run: (simulator) => simulator.channels.list(),
  }),
  route({
    method: 'GET',
    path: '/channels/{id}',
    operation: 'channel',
    tag,
    summary: 'A channel and who follows it',
    answer: channelAnswer,
    run: (simulator, { params }) => simulator.channels.describe(params.id ?? ''),
  }),
  route({
    method: 'DELETE',
    path: '/channels/{id}',
    operation: 'deleteChannel',
    tag,
    summary: 'Deletes a channel',
    run: (simulator, { params }) => simulator.channels.delete(params.id ?? ''),
  }),
  route({
    method: 'POST',
    path: '/channels/{id}/settings',
    operation: 'changeChannel',
    tag,
    summary: 'Changes what is given; followers are told of name and description',
    body: channelChangesSchema,
    answer: channelAnswer,
    run: (simulator, { params, body }) => simulator.channels.change(params.id ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/channels/{id}/followers',
    operation: 'changeChannelFollower',
    tag,
    summary: 'Somebody follows, follows no more, becomes an admin or ceases to be one',
    body: followerSchema,
    answer: channelAnswer,
    run: (simulator, { params, body }) => simulator.channels.changeFollower(params.id ?? '', body),
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
    run: (simulator, { params, body }) => simulator.channels.post(params.id ?? '', body),
  }),
  route({
    method: 'GET',
    path: '/channels/{id}/posts',
    operation: 'posts',
    tag,
    summary: 'The posts, oldest first, with what became of them',
    answer: z.array(postAnswer),
    run: (simulator, { params }) => simulator.channels.posts(params.id ?? ''),
  }),
  route({
    method: 'GET',
    path: '/channels/{id}/posts/{post}/media',
    operation: 'postMedia',
    tag,
    summary: 'The file of a post',
    isBinary: true,
    run: (simulator, { params }) => ({
      mimetype: 'application/octet-stream',
      bytes: simulator.channels.mediaOf(params.id ?? '', params.post ?? ''),
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
    run: (simulator, { params, body }) => {
      const { phone, emoji } = parse(postReactionSchema, body)
      return simulator.channels.react(phone, params.id ?? '', params.post ?? '', emoji)
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
    run: (simulator, { params, body }) =>
      simulator.channels.view(parse(viewSchema, body).phone, params.id ?? '', params.post ?? ''),
  }),
]
