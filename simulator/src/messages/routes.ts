import { z } from 'zod'
import { idAnswer } from '../answer-fields.ts'
import { maxFileBodyBytes } from '../content/inputs.ts'
import { type Route, routesOf } from '../route.ts'
import { messageAnswer } from './answers.ts'
import type { MessagesFacade } from './facade.ts'
import { broadcastSchema, groupMessageSchema, messageSchema } from './inputs.ts'

const route = routesOf<MessagesFacade>()

const tag = 'Messages'

/** Operations on messages. */
export const messageRoutes: Route<MessagesFacade>[] = [
  route({
    method: 'POST',
    path: '/accounts/{phone}/messages',
    operation: 'sendMessage',
    tag,
    summary: 'Somebody writes on the phone, to a person or a group',
    status: 201,
    body: messageSchema,
    maxBodyBytes: maxFileBodyBytes,
    answer: idAnswer,
    run: (messages, { params, body }) => messages.send(params.phone ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/broadcasts',
    operation: 'sendBroadcast',
    tag,
    summary: 'Somebody writes to several people at once, through a broadcast list',
    status: 201,
    body: broadcastSchema,
    maxBodyBytes: maxFileBodyBytes,
    answer: idAnswer,
    run: (messages, { params, body }) => messages.broadcast(params.phone ?? '', body),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/messages',
    operation: 'messages',
    tag,
    summary: 'What the phone shows, oldest first',
    query: { since: 'ISO time or milliseconds' },
    answer: z.array(messageAnswer),
    run: (messages, { params, query }) => messages.list(params.phone ?? '', query.get('since') ?? undefined),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/messages/{id}',
    operation: 'message',
    tag,
    summary: 'One message as it stands on the screen, with its reactions, votes and edits',
    answer: messageAnswer,
    run: (messages, { params }) => messages.message(params.phone ?? '', params.id ?? ''),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/messages/{id}/media',
    operation: 'mediaOf',
    tag,
    summary: 'The file of a message, decrypted and checked',
    isBinary: true,
    run: async (messages, { params }) => {
      const { phone = '', id = '' } = params
      const bytes = await messages.mediaOf(phone, id)
      return { mimetype: messages.message(phone, id).media?.mimetype || 'application/octet-stream', bytes }
    },
  }),
  route({
    method: 'POST',
    path: '/groups/{id}/messages',
    operation: 'sendGroupMessage',
    tag,
    summary: 'A member writes into a group',
    status: 201,
    body: groupMessageSchema,
    maxBodyBytes: maxFileBodyBytes,
    answer: idAnswer,
    run: (messages, { params, body }) => messages.sendToGroup(params.id ?? '', body),
  }),
]
