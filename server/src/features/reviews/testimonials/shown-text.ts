import { detect } from '../../safety/detectors/detectors.service.ts'
import type { NameStyle } from './widgets.tables.ts'

const contactData = new Set(['phone_numbers', 'emails', 'bank_accounts', 'credit_cards'] as const)
const blank = '…'

/** A text without numbers and addresses by which somebody is reached, or paid. */
export function withoutContactData(text: string): string {
  let shown = ''
  let at = 0
  for (const { start, end } of detect(text, contactData)) {
    if (start < at) continue
    shown += text.slice(at, start) + blank
    at = end
  }
  return shown + text.slice(at)
}

const graphemes = new Intl.Segmenter()
const firstOf = (word: string) => graphemes.segment(word).containing(0)?.segment ?? ''

/** As much of a name as a page may show; many people are called by their number, which is no name. */
export function shownName(name: string | null, style: NameStyle): string | null {
  const plain = name === null ? '' : withoutContactData(name).trim()
  if (plain === '' || plain === blank || style === 'none' || /^[\d\s+()./-]+$/.test(plain)) return null
  const words = plain.split(/\s+/)
  if (style === 'full') return plain
  if (style === 'first') return words[0] ?? null
  return words.map((word) => `${firstOf(word)}.`).join(' ')
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text as it may stand in HTML, in an attribute too. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? sign)
}
