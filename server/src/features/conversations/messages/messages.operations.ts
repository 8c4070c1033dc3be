import { defineOperation, type Operation } from '../../../operation.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import {
  chatParams,
  messageListAnswer,
  messageListQuery,
  messageObject,
  messageParams,
} from './messages.schema.ts'
import { getMessage, listChatMessages } from './messages.service.ts'

const ofChat = defineOperation({
  id: 'messages.list',
  method: 'GET',
  path: '/messages/chat/{session_id}/{chat_id}',
  summary: 'List the messages of a chat',
  access: ['messages:read'],
  params: chatParams,
  query: messageListQuery,
  success: { status: 200, schema: messageListAnswer },
  errors: [chatHistoryClosed],
  run: (ctx, input) => listChatMessages(ctx, input),
})

const get = defineOperation({
  id: 'messages.get',
  method: 'GET',
  path: '/messages/{message_id}',
  summary: 'Get a message',
  access: ['messages:read'],
  params: messageParams,
  success: { status: 200, schema: messageObject },
  errors: [chatHistoryClosed],
  run: (ctx, input) => getMessage(ctx, input.message_id),
})

/** Reading messages; sending is the outbox's. */
export const messageOperations: readonly Operation[] = [ofChat, get]
