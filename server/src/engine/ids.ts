import { AppError, defineError } from '../platform/errors.ts'

/**
 * A chat as the product names it: `<digits>@c.us`, `<id>@g.us` or `<id>@newsletter`.
 * Engine-specific forms (`@s.whatsapp.net`, `@lid`) never leave the engine (contract section 3).
 */
export type ChatId = string

export const invalidChatId = defineError('invalid_chat_id', 422, 'Not a WhatsApp chat id or phone number')

const separators = /[\s\-.()]/g

/** Digits of a phone given as digits, `+E.164` or `<digits>@c.us`; undefined when it is none (7 to 15 digits). */
export function parsePhone(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/@c\.us$/, '')
    .replace(separators, '')
    .replace(/^\+/, '')
  return /^[1-9]\d{6,14}$/.test(bare) ? bare : undefined
}

/** The canonical chat id of what a caller wrote; undefined when it is none. */
export function parseChatId(text: string): ChatId | undefined {
  const trimmed = text.trim()
  if (/^\d[\d-]{4,40}@g\.us$/.test(trimmed) || /^\d{5,30}@newsletter$/.test(trimmed)) return trimmed
  const phone = parsePhone(trimmed)
  return phone === undefined ? undefined : `${phone}@c.us`
}

/** As parseChatId, but refuses with 422. */
export function requireChatId(text: string): ChatId {
  const chatId = parseChatId(text)
  if (chatId === undefined) throw new AppError(invalidChatId, { message: `chat_id: ${invalidChatId.text}` })
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
