import { groupMessageSchema, messageSchema } from '../inputs/messages.ts'
import { type Route, route } from './route.ts'

const tag = 'Messages'

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
    run: (simulator, { params, body }) => simulator.sendMessage(params.phone ?? '', body),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/messages',
    operation: 'messages',
    tag,
    summary: 'What the phone shows, oldest first',
    query: { since: 'ISO time or milliseconds' },
    run: (simulator, { params, query }) =>
      simulator.messages(params.phone ?? '', query.get('since') ?? undefined),
  }),
  route({
    method: 'POST',
    path: '/groups/{id}/messages',
    operation: 'sendGroupMessage',
    tag,
    summary: 'A member writes into a group',
    status: 201,
    body: groupMessageSchema,
    run: (simulator, { params, body }) => simulator.sendGroupMessage(params.id ?? '', body),
  }),
]
