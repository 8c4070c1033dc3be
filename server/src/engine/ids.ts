import { AppError, defineError } from '../platform/errors.ts'
import { plainCharacters, readPhoneText } from '../platform/phone-text.ts'

/**
 * A chat as the product names it: `<digits>@c.us`, `<id>@g.us` or `<id>@newsletter`.
 * Engine-specific forms (`@s.whatsapp.net`, `@lid`) never leave the engine (contract section 3).
 */
export type ChatId = string

export const invalidChatId = defineError('invalid_chat_id', 422, 'Not a WhatsApp chat id or phone number')

/**
 * Digits of a phone given as digits, `+E.164`, `<digits>@c.us`, a `tel:` URI or as address books write it; undefined when
 * it is none (7 to 15 digits). The one reader of phones: every door that takes one asks here.
 */
export function parsePhone(text: string): string | undefined {
  // Nearly all calls are about chats of WhatsApp, whose ids need no reading.
  const plain = /^([1-9]\d{6,14})(?:@c\.us)?$/.exec(text)?.[1]
  if (plain !== undefined || text.endsWith('@g.us') || text.endsWith('@newsletter')) return plain
  return readPhoneText(text)
}

/** The canonical chat id of what a caller wrote; undefined when it is none. */
export function parseChatId(text: string): ChatId | undefined {
  const trimmed = text.length > 200 ? '' : plainCharacters(text).trim()
  if (/^\d[\d-]{4,40}@g\.us$/.test(trimmed) || /^\d{5,30}@newsletter$/.test(trimmed)) return trimmed
  const phone = parsePhone(text)
  return phone === undefined ? undefined : `${phone}@c.us`
}

/** As parseChatId, but refuses with 422. */
export function requireChatId(text: string): ChatId {
  const chatId = parseChatId(text)
  if (chatId === undefined) {
    const details = { errors: [{ field: 'chat_id', message: invalidChatId.text }] }
    throw new AppError(invalidChatId, { message: `chat_id: ${invalidChatId.text}`, details })
  }
  return chatId
}

/** What kind of chat an id names. */
export function chatKind(chatId: ChatId): 'person' | 'group' | 'channel' {
  if (chatId.endsWith('@g.us')) return 'group'
  return chatId.endsWith('@newsletter') ? 'channel' : 'person'
}

/** `+E.164` of a person's chat id or of bare digits; null for groups, channels and unknown numbers. */
export function phoneOf(chatId: ChatId | null): string | null {
  if (chatId === null) return null
  const phone = parsePhone(chatId)
  return phone === undefined ? null : `+${phone}`
}
