import type { Context } from '../../../context.ts'
import type { OutboundContent } from '../../../engine/content.ts'
import { requireChatId } from '../../../engine/ids.ts'
import { Answer, defineOperation, type Operation, type RequestHints } from '../../../operation.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { messageObject, messageParams, quotedTooOld } from '../../conversations/messages/messages.schema.ts'
import { requireMessage } from '../../conversations/messages/messages.service.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { coldBudgetUsed, coldContactRefused, tooManyWaiting } from '../limits/send-limits.schema.ts'
import { idempotencyMismatch, notAllowedNumber, originOf, quotedElsewhere } from '../outbox/outbox.schema.ts'
import { deliveryErrors, uploadFailed } from '../outbox/send-failures.schema.ts'
import { submit } from '../outbox/submit.service.ts'
import { readForwarded } from './forwarding.ts'
import {
  forwardBody,
  mentionsOf,
  notForwardable,
  replyBody,
  sendLocationBody,
  sendPollBody,
  sendTextBody,
  sendVcardBody,
} from './sending.schema.ts'
import { readVcards, writeVcard } from './vcards.ts'

/** What any send may be refused with. */
export const sendErrors = [
  sessionNotWorking,
  notAllowedNumber,
  coldContactRefused,
  coldBudgetUsed,
  planLimitReached,
  tooManyWaiting,
  quotedElsewhere,
  quotedTooOld,
  idempotencyMismatch,
  ...deliveryErrors,
  uploadFailed,
]

/** Parts of a request that every send has. */
interface SendInput extends RequestHints {
  session_id: string
  chat_id: string
  reply_to?: string | undefined
}

/** Sends what an operation was asked to send and answers as the caller wishes. */
async function send(ctx: Context, input: SendInput, content: OutboundContent): Promise<Answer> {
  const { message, status } = await submit(ctx, {
    sessionId: input.session_id,
    chatId: requireChatId(input.chat_id),
    content,
    origin: originOf(input),
    replyTo: input.reply_to,
    idempotency: input.idempotency,
    isAsync: input.respondAsync,
  })
  return new Answer(status, message)
}

const sendText = defineOperation({
  id: 'messages.send',
  method: 'POST',
  path: '/messages/send',
  summary: 'Send a text message',
  access: ['messages:send'],
  body: sendTextBody,
  success: { status: 201, schema: messageObject },
  errors: sendErrors,
  isSend: true,
  run: (ctx, input) => send(ctx, input, { kind: 'text', text: input.message, ...mentionsOf(input) }),
})

const sendPoll = defineOperation({
  id: 'messages.send_poll',
  method: 'POST',
  path: '/messages/send/poll',
  summary: 'Send a poll',
  access: ['messages:send'],
  body: sendPollBody,
  success: { status: 201, schema: messageObject },
  errors: sendErrors,
  isSend: true,
  run: (ctx, input) => {
    const { title, options, allow_multiple: allowMultiple } = input
    return send(ctx, input, { kind: 'poll', title, options, allowMultiple })
  },
})

const sendLocation = defineOperation({
  id: 'messages.send_location',
  method: 'POST',
  path: '/messages/send/location',
  summary: 'Send a place',
  access: ['messages:send'],
  body: sendLocationBody,
  success: { status: 201, schema: messageObject },
  errors: sendErrors,
  isSend: true,
  run: (ctx, input) => {
    const { latitude, longitude, name, address } = input
    return send(ctx, input, {
      kind: 'location',
      latitude,
      longitude,
      ...(name === undefined ? {} : { name }),
      ...(address === undefined ? {} : { address }),
    })
  },
})

const sendVcard = defineOperation({
  id: 'messages.send_vcard',
  method: 'POST',
  path: '/messages/send/vcard',
  summary: "Send people's contact cards",
  access: ['messages:send'],
  body: sendVcardBody,
  success: { status: 201, schema: messageObject },
  errors: sendErrors,
  isSend: true,
  run: (ctx, input) => {
    const vcards =
      input.vcard === undefined ? (input.contacts ?? []).map(writeVcard) : readVcards(input.vcard)
    return send(ctx, input, { kind: 'vcard', vcards })
  },
})

const reply = defineOperation({
  id: 'messages.reply',
  method: 'POST',
  path: '/messages/{message_id}/reply',
  summary: 'Answer a message, quoting it',
  access: ['messages:send'],
  params: messageParams,
  body: replyBody,
  success: { status: 201, schema: messageObject },
  errors: sendErrors,
  isSend: true,
  run: async (ctx, input) => {
    const quoted = await requireMessage(ctx, input.message_id)
    const target = { session_id: quoted.sessionId, chat_id: quoted.waChatId, reply_to: quoted.id }
    return send(ctx, { ...input, ...target }, { kind: 'text', text: input.message, ...mentionsOf(input) })
  },
})

const forward = defineOperation({
  id: 'messages.forward',
  method: 'POST',
  path: '/messages/{message_id}/forward',
  summary: 'Send a message once more, to another chat',
  access: ['messages:send'],
  params: messageParams,
  body: forwardBody,
  success: { status: 201, schema: messageObject },
  errors: [...sendErrors, notForwardable],
  isSend: true,
  run: async (ctx, input) => {
    const chatId = requireChatId(input.chat_id)
    const { message, status } = await submit(ctx, {
      chatId,
      ...(await readForwarded(ctx, input.message_id)),
      origin: originOf(input),
      idempotency: input.idempotency,
      isAsync: input.respondAsync,
    })
    return new Answer(status, message)
  },
})

/** Sends of contents that need no file. */
export const sendingOperations: readonly Operation[] = [
  sendText,
  sendPoll,
  sendLocation,
  sendVcard,
  reply,
  forward,
]
