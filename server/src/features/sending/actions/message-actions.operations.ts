import { defineOperation, type Operation } from '../../../operation.ts'
import { deletedAnswer } from '../../../wire.ts'
import { chatParams, messageObject, messageParams } from '../../conversations/messages/messages.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { deliveryErrors } from '../outbox/send-failures.schema.ts'
import { readChat, showTyping, unreadChat } from './chat-marks.service.ts'
import {
  editBody,
  messageGone,
  notEditable,
  notInChannels,
  notSentYet,
  notUnsendable,
  reactBody,
  readAnswer,
  readBody,
  typingAnswer,
  typingBody,
  unreadAnswer,
} from './message-actions.schema.ts'
import { edit, react, star, unsend } from './message-actions.service.ts'

const errors = [sessionNotWorking, notSentYet, messageGone, ...deliveryErrors]

const reactOperation = defineOperation({
  id: 'messages.react',
  method: 'POST',
  path: '/messages/{message_id}/react',
  summary: 'React to a message, or take the reaction back',
  access: ['messages:send'],
  params: messageParams,
  body: reactBody,
  success: { status: 200, schema: messageObject },
  errors,
  run: (ctx, input) => react(ctx, input.message_id, input.emoji),
})

const editOperation = defineOperation({
  id: 'messages.edit',
  method: 'PATCH',
  path: '/messages/{message_id}',
  summary: 'Give an own text a new wording',
  access: ['messages:send'],
  params: messageParams,
  body: editBody,
  success: { status: 200, schema: messageObject },
  errors: [...errors, notEditable],
  run: (ctx, input) => edit(ctx, input.message_id, input),
})

const unsendOperation = defineOperation({
  id: 'messages.unsend',
  method: 'DELETE',
  path: '/messages/{message_id}',
  summary: 'Take an own message back for everyone',
  access: ['messages:send'],
  params: messageParams,
  success: { status: 200, schema: deletedAnswer },
  errors: [...errors, notUnsendable],
  run: (ctx, input) => unsend(ctx, input.message_id),
})

const starOperation = defineOperation({
  id: 'messages.star',
  method: 'POST',
  path: '/messages/{message_id}/star',
  summary: 'Star a message',
  access: ['messages:send'],
  params: messageParams,
  success: { status: 200, schema: messageObject },
  errors,
  run: (ctx, input) => star(ctx, input.message_id, true),
})

const unstarOperation = defineOperation({
  id: 'messages.unstar',
  method: 'DELETE',
  path: '/messages/{message_id}/star',
  summary: 'Take the star of a message away',
  access: ['messages:send'],
  params: messageParams,
  success: { status: 200, schema: messageObject },
  errors,
  run: (ctx, input) => star(ctx, input.message_id, false),
})

const readOperation = defineOperation({
  id: 'messages.read',
  method: 'POST',
  path: '/messages/chat/{session_id}/{chat_id}/read',
  summary: 'Mark messages of a chat as read',
  access: ['messages:send'],
  params: chatParams,
  body: readBody,
  success: { status: 200, schema: readAnswer },
  errors: [sessionNotWorking],
  run: (ctx, input) => readChat(ctx, input),
})

const unreadOperation = defineOperation({
  id: 'messages.unread',
  method: 'POST',
  path: '/messages/chat/{session_id}/{chat_id}/unread',
  summary: 'Mark a chat as unread, here and on the account’s devices',
  access: ['messages:send'],
  params: chatParams,
  success: { status: 200, schema: unreadAnswer },
  errors: [sessionNotWorking],
  run: (ctx, input) => unreadChat(ctx, input),
})

const typingOperation = defineOperation({
  id: 'messages.typing',
  method: 'POST',
  path: '/messages/chat/{session_id}/{chat_id}/typing',
  summary: 'Show typing or recording in a chat',
  access: ['messages:send'],
  params: chatParams,
  body: typingBody,
  success: { status: 200, schema: typingAnswer },
  errors: [sessionNotWorking, notInChannels],
  run: (ctx, input) => showTyping(ctx, input),
})

/** What can be done to messages and in chats beside sending. */
export const messageActionOperations: readonly Operation[] = [
  reactOperation,
  editOperation,
  unsendOperation,
  starOperation,
  unstarOperation,
  readOperation,
  unreadOperation,
  typingOperation,
]
