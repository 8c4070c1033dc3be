import { defineOperation, type Operation } from '../../../operation.ts'
import { idParams } from '../../../wire.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import { inboxAnswer, inboxChat, inboxQuery } from './inbox.schema.ts'
import { getInboxChat, listInbox } from './inbox.service.ts'

const list = defineOperation({
  id: 'chats.list',
  method: 'GET',
  path: '/chats',
  summary: 'List the chats of all sessions, the most recent first, with lead and opt-out',
  access: ['messages:read'],
  query: inboxQuery,
  success: { status: 200, schema: inboxAnswer },
  errors: [chatHistoryClosed],
  run: (ctx, input) => listInbox(ctx, input),
})

const get = defineOperation({
  id: 'chats.get',
  method: 'GET',
  path: '/chats/{id}',
  summary: 'Get a chat as the list shows it',
  access: ['messages:read'],
  params: idParams,
  success: { status: 200, schema: inboxChat },
  errors: [chatHistoryClosed],
  run: (ctx, { id }) => getInboxChat(ctx, id),
})

/** Looking through conversations. */
export const inboxOperations: readonly Operation[] = [list, get]
