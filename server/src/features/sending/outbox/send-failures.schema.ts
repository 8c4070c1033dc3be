import { whatsappTooManyRequests } from '../../../engine/engine-errors.ts'
import { type AppError, defineError, type ErrorDefinition } from '../../../platform/errors.ts'
import { reachOutLocked } from '../limits/send-limits.schema.ts'

export const recipientNotOnWhatsapp = defineError(
  'recipient_not_on_whatsapp',
  400,
  'The number is not on WhatsApp; the message was not sent',
)
export const notDeliverable = defineError(
  'not_deliverable',
  400,
  'WhatsApp cannot deliver this message: the chat does not exist for this account, or does not take such a message',
)
export const notAllowedInChat = defineError(
  'not_allowed_in_chat',
  403,
  'WhatsApp does not let this account write in this chat: it is not a member, only admins may write, or it is blocked',
)
export const whatsappFault = defineError(
  'whatsapp_fault',
  503,
  'WhatsApp had a fault of its own and did not take the message; send it again in a moment',
)
export const messageRefused = defineError('message_refused', 500, 'WhatsApp refused the message')
export const messageLost = defineError(
  'message_lost',
  500,
  'WhatsApp gave no answer; the message may not have arrived',
)
export const uploadFailed = defineError(
  'upload_failed',
  503,
  'The file could not be brought to WhatsApp, though it was tried for half an hour; the message was not sent',
)

/** What a message that WhatsApp or the engine did not take may be answered with. */
export const deliveryErrors: readonly ErrorDefinition[] = [
  recipientNotOnWhatsapp,
  notDeliverable,
  notAllowedInChat,
  reachOutLocked,
  whatsappTooManyRequests,
  whatsappFault,
  messageRefused,
  messageLost,
]

/** One explained reason: the error it is answered with, and a sentence that says more than the error's own. */
type Explanation = readonly [ErrorDefinition, string?]

const capped: Explanation = [
  reachOutLocked,
  'WhatsApp lets this account start no more new conversations for now: its quota is used up; replies still work',
]
const noChannelKind: Explanation = [notDeliverable, 'Channels do not show this kind of message']

/**
 * Reasons in the engine's words, and codes of WhatsApp's acks (`NACK_REASONS` and `SERVER_ERROR_CODES` of Baileys 7; those
 * below 430 have the meaning they have in XMPP). What is missing here nobody can explain: 479 and 487 to 493 call the
 * stanza malformed, which is no fault of the caller.
 */
const explanations: Readonly<Record<string, Explanation>> = {
  recipient_not_on_whatsapp: [recipientNotOnWhatsapp],
  not_deliverable: [notDeliverable],
  not_allowed_in_chat: [notAllowedInChat],
  not_for_channels: noChannelKind,
  nothing_to_forward: [notDeliverable, 'The message holds nothing to forward'],
  view_once_not_forwardable: [notDeliverable, 'A message that is shown once cannot be forwarded'],
  channel_file_not_forwardable: [notDeliverable, 'A file of a channel cannot be forwarded'],
  upload_failed: [uploadFailed],
  upload_not_allowed: [uploadFailed],
  upload_not_understood: [uploadFailed],
  file_unreadable: [uploadFailed],
  no_answer: [messageLost],
  expired: [messageLost, 'The message waited too long to be sent'],
  ack_400: [notDeliverable],
  ack_401: [notAllowedInChat],
  ack_403: [notAllowedInChat],
  ack_404: [notDeliverable],
  ack_405: [notDeliverable],
  ack_406: [notDeliverable],
  ack_410: [notDeliverable],
  ack_413: [notDeliverable, 'WhatsApp finds the message too large'],
  ack_420: [whatsappTooManyRequests],
  ack_429: [whatsappTooManyRequests],
  ack_463: [reachOutLocked],
  ack_475: capped,
  ack_495: [notDeliverable, 'WhatsApp no longer knows the message that this one is about'],
  ack_499: [notDeliverable, 'The message that this one is about was taken back'],
  ack_500: [whatsappFault],
  ack_503: [whatsappFault],
  ack_550: [notDeliverable, 'WhatsApp lets no admin take back messages of others in this group'],
  ack_551: [notDeliverable],
  ack_552: [whatsappFault],
}

/** What the caller of a send that failed gets; `code` is what WhatsApp or the engine said. */
export function failureOf(code: string | null, messageId?: string): AppError {
  const details = { ...(messageId === undefined ? {} : { message_id: messageId }), error: code }
  if (code === null) return messageLost.create({ details })
  const known = Object.hasOwn(explanations, code) ? explanations[code] : undefined
  if (known === undefined) {
    return messageRefused.create({ message: `${messageRefused.text} (${code})`, details })
  }
  const [definition, sentence] = known
  return definition.create(sentence === undefined ? { details } : { message: sentence, details })
}
