import { z } from 'zod'
import { idAnswer, messageAnswer } from '../control/answers.ts'
import { type Route, route } from '../route.ts'
import { groupMessageSchema, messageSchema } from './inputs.ts'

const tag = 'Messages'
/** A file of 100 MiB as base64, and what stands around it. */
const maxFileBodyBytes = 150 * 1024 * 1024

/** Operations on messages. */
export const messageRoutes: Route[] = [
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
    run: (simulator, { params, body }) => simulator.sendMessage(params.phone ?? '', body),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/messages',
    operation: 'messages',
    tag,
    summary: 'What the phone shows, oldest first',
    query: { since: 'ISO time or milliseconds' },
    answer: z.array(messageAnswer),
    run: (simulator, { params, query }) =>
      simulator.messages(params.phone ?? '', query.get('since') ?? undefined),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/messages/{id}',
    operation: 'message',
    tag,
    summary: 'One message as it stands on the screen, with its reactions, votes and edits',
    answer: messageAnswer,
    run: (simulator, { params }) => simulator.message(params.phone ?? '', params.id ?? ''),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/messages/{id}/media',
    operation: 'mediaOf',
    tag,
    summary: 'The file of a message, decrypted and checked',
    isBinary: true,
    run: async (simulator, { params }) => {
      const { phone = '', id = '' } = params
      const bytes = await simulator.mediaOf(phone, id)
      return { mimetype: simulator.message(phone, id).media?.mimetype || 'application/octet-stream', bytes }
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
    run: (simulator, { params, body }) => simulator.sendGroupMessage(params.id ?? '', body),
  }),
]
