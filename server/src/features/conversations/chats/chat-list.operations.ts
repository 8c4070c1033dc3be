import { defineOperation, type Operation } from '../../../operation.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import { chatListAnswer, chatListParams, chatListQuery } from './chat-list.schema.ts'
import { listSessionChats } from './chat-list.service.ts'

const chats = defineOperation({
  id: 'messages.list_chats',
  method: 'GET',
  path: '/messages/chats/{session_id}',
  summary: 'List the chats of a session',
  access: ['messages:read'],
  params: chatListParams,
  query: chatListQuery,
  success: { status: 200, schema: chatListAnswer },
  errors: [chatHistoryClosed],
  run: (ctx, input) => listSessionChats(ctx, input),
})

/** Listing conversations. */
export const chatListOperations: readonly Operation[] = [chats]
