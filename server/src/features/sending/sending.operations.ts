import { requireChatId } from '../../engine/ids.ts'
import { Answer, defineOperation, type Operation } from '../../operation.ts'
import { planLimitReached } from '../../platform/errors.ts'
import { messageObject, quotedTooOld } from '../messages/messages.schema.ts'
import {
  idempotencyMismatch,
  messageLost,
  messageRefused,
  notAllowedNumber,
  quotedElsewhere,
} from '../outbox/outbox.schema.ts'
import { submit } from '../outbox/submit.service.ts'
import {
  coldBudgetUsed,
  coldContactRefused,
  reachOutLocked,
  tooManyWaiting,
} from '../send-limits/send-limits.schema.ts'
import { sessionNotWorking } from '../sessions/sessions.schema.ts'
import { sendTextBody } from './sending.schema.ts'

/** What any send may be refused with. */
export const sendErrors = [
  sessionNotWorking,
  notAllowedNumber,
  coldContactRefused,
  coldBudgetUsed,
  reachOutLocked,
  planLimitReached,
  tooManyWaiting,
  quotedElsewhere,
  quotedTooOld,
  idempotencyMismatch,
  messageRefused,
  messageLost,
]

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
  run: async (ctx, input) => {
    const { message, status } = await submit(ctx, {
      sessionId: input.session_id,
      chatId: requireChatId(input.chat_id),
      content: { kind: 'text', text: input.message },
      origin: 'api',
      replyTo: input.reply_to,
      idempotency: input.idempotency,
      isAsync: input.respondAsync,
    })
    return new Answer(status, message)
  },
})

/** Sends; each further kind of content adds one. */
export const sendingOperations: readonly Operation[] = [sendText]
