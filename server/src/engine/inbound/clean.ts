import { toStorable } from '../../platform/storable-text.ts'

/** What a sender may write is anything; this is what may be stored: no NUL, no half characters, no more than `max`. */
export function cleanText(text: unknown, max = 65_536): string {
  if (typeof text !== 'string' || text === '') return ''
  const cut = text.length > max ? text.slice(0, max) : text
  return toStorable(cut)
}

/** As cleanText, null when nothing is left. */
export function cleanOrNull(text: unknown, max = 1000): string | null {
  const clean = cleanText(text, max)
  return clean === '' ? null : clean
}

/** Whether an id can be one of a message: whoever writes chooses it, and it is looked up and stored as it is. */
export function isMessageId(id: unknown): id is string {
  return typeof id === 'string' && /^[\x21-\x7e]{1,255}$/.test(id)
}

const mimetypePattern = /^[\w.+-]{1,100}\/[\w.+-]{1,100}(?:;[\x20-\x7e]{0,200})?$/

/** A media type that may stand in a header. */
export function cleanMimetype(text: unknown): string {
  return typeof text === 'string' && mimetypePattern.test(text) ? text : 'application/octet-stream'
}

/** A whole number from 0 up, from what protobuf has for one; null for anything else. */
export function cleanCount(value: unknown, max = Number.MAX_SAFE_INTEGER): number | null {
  if (value === null || value === undefined) return null
  const number = Number(value)
  return Number.isSafeInteger(number) && number >= 0 && number <= max ? number : null
}

/** A date from seconds of the epoch; the epoch itself for nonsense. */
export function dateOfSeconds(seconds: unknown): Date {
  const count = cleanCount(seconds, 32_503_680_000)
  return new Date((count ?? 0) * 1000)
}
