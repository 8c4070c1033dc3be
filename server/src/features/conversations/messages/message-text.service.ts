import { toStorable } from '../../../platform/storable-text.ts'

/** Stored message text is at most this long (contract section 3). */
export const previewLength = 500

const graphemes = new Intl.Segmenter()

/** Text as PostgreSQL can keep it: no NUL, no half of a surrogate pair; senders choose these bytes, not we. */
export function storableText(text: string): string {
  return toStorable(text)
}

/** The part of a text that is kept: whole characters as people see them, never half an emoji. */
export function previewOf(text: string): string {
  if (text.length <= previewLength) return text
  // The character that the limit falls into begins at most some dozens of units before it.
  const cut = graphemes.segment(text.slice(0, previewLength + 100)).containing(previewLength)
  if (cut !== undefined && cut.index > 0) return text.slice(0, cut.index)
  return text.slice(0, previewLength).toWellFormed()
}
