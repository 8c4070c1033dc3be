import { defineOperation, type Operation } from '../../../operation.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { aiGate, consentMissing } from '../providers/providers.schema.ts'
import {
  changeReplyChat,
  changeReplySettings,
  getReplyChat,
  getReplySettings,
} from './reply-settings.service.ts'
import {
  changeReplyChatBody,
  changeReplySettingsBody,
  replyChatParams,
  replyChatSchema,
  replySessionParams,
  replySettingsSchema,
} from './reply-turns.schema.ts'

const gates = [planFeatureMissing, consentMissing]

const getSettings = defineOperation({
  id: 'auto_replies.get',
  method: 'GET',
  path: '/ai/auto-replies/{session_id}',
  summary: 'How a session answers by itself; off unless somebody set it up',
  access: ['ai:read'],
  gate: aiGate,
  params: replySessionParams,
  success: { status: 200, schema: replySettingsSchema },
  errors: gates,
  run: (ctx, { session_id }) => getReplySettings(ctx, session_id),
})

const changeSettings = defineOperation({
  id: 'auto_replies.change',
  method: 'PATCH',
  path: '/ai/auto-replies/{session_id}',
  summary: 'Change how a session answers by itself; what is not given stays',
  access: ['ai:manage', 'messages:send'],
  gate: aiGate,
  params: replySessionParams,
  body: changeReplySettingsBody,
  success: { status: 200, schema: replySettingsSchema },
  errors: gates,
  run: (ctx, { session_id, ...changes }) => changeReplySettings(ctx, session_id, changes),
})

const getChat = defineOperation({
  id: 'auto_replies.get_chat',
  method: 'GET',
  path: '/ai/auto-replies/{session_id}/chats/{chat_id}',
  summary: 'Where automatic answers to a chat stand, and why the last message got none',
  access: ['ai:read'],
  gate: aiGate,
  params: replyChatParams,
  success: { status: 200, schema: replyChatSchema },
  errors: gates,
  run: (ctx, { session_id, chat_id }) => getReplyChat(ctx, session_id, chat_id),
})

const changeChat = defineOperation({
  id: 'auto_replies.change_chat',
  method: 'PATCH',
  path: '/ai/auto-replies/{session_id}/chats/{chat_id}',
  summary: 'Give a chat a mode of its own, hand it over to a person, or let the machine go on',
  access: ['ai:manage', 'messages:send'],
  gate: aiGate,
  params: replyChatParams,
  body: changeReplyChatBody,
  success: { status: 200, schema: replyChatSchema },
  errors: gates,
  run: (ctx, { session_id, chat_id, ...change }) => changeReplyChat(ctx, session_id, chat_id, change),
})

/** Answers by themselves. */
export const replyTurnsOperations: readonly Operation[] = [getSettings, changeSettings, getChat, changeChat]
