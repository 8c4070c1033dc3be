import { matchesOf } from './matches.ts'

/** What the detectors know, in the words of the policy's switches. */
export const detectorKinds = [
  'injection',
  'api_keys',
  'passwords',
  'tokens',
  'private_keys',
  'ssn',
  'credit_cards',
  'bank_accounts',
  'emails',
  'phone_numbers',
  'urls',
] as const

/** One of them. */
export type DetectorKind = (typeof detectorKinds)[number]

/** A range of a text, in UTF-16 units. */
export interface Finding {
  kind: DetectorKind
  start: number
  end: number
}

/** A text with what every detector wants to know of it, found out in one pass. */
export interface ScannedText {
  /** As it came, with digits of other scripts written in ASCII; every offset is the same as in the original. */
  readonly text: string
  readonly digits: number
  readonly hasAt: boolean
  readonly hasDot: boolean
  /** Units of the longest run without white space: nothing secret is shorter than a word. */
  readonly longestWord: number
  /** The runs without white space of 15 units and more: no key is shorter, and none has a space in it. */
  readonly longWords: readonly TextRange[]
}

/** A part of a text, in UTF-16 units. */
export interface TextRange {
  start: number
  end: number
}

const longWord = /(?<!\S)\S{15,}/g

/** Whether a UTF-16 unit is white space that people type. */
export const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 160

/** First code units of the decimal digits of scripts that people type in. */
const digitZeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10]

function foldDigits(text: string): string {
  return text.replaceAll(
    /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff10-\uff19]/g,
    (digit) => {
      const code = digit.charCodeAt(0)
      const zero = digitZeros.findLast((first) => code >= first) ?? code
      return String(code - zero)
    },
  )
}

/** Looks at a text once. */
export function scanText(original: string): ScannedText {
  let text = original
  let digits = 0
  let hasAt = false
  let hasDot = false
  let isForeign = false
  let word = 0
  let longestWord = 0
  for (let index = 0; index < original.length; index += 1) {
    const code = original.charCodeAt(index)
    if (isSpace(code)) word = 0
    else {
      word += 1
      if (word > longestWord) longestWord = word
    }
    if (code >= 48 && code <= 57) digits += 1
    else if (code === 64) hasAt = true
    else if (code === 46) hasDot = true
    else if (code >= 0x0660) isForeign = true
  }
  if (isForeign) {
    text = foldDigits(original)
    if (text !== original) digits = text.replaceAll(/\D/g, '').length
  }
  const longWords = matchesOf(longWord, text).map(({ 0: { length }, index }) => ({
    start: index,
    end: index + length,
  }))
  return { text, digits, hasAt, hasDot, longestWord, longWords }
}

/** The lower-cased words around a range that say what a number is; the range itself is a bar. */
export function contextOf(text: string, start: number, end: number, before = 48, after = 24): string {
  return `${text.slice(Math.max(0, start - before), start)} ¦ ${text.slice(end, end + after)}`.toLowerCase()
}

/** Numbers that are named as something public are no secret, whatever their check digit says. */
const harmlessName =
  /(?:\border|\btracking|\btrack\b|\binvoice|\breceipt|\bticket|\bbooking|\breservation|\bserial\b|\bimei|\bisbn|\bean\b|\bgtin|\bupc\b|\bsku\b|\bpart (?:no|number)|\bref(?:erence)?\b|\bcase (?:no|number)|\bparcel|\bshipment|\bbatch|\blot (?:no|number)|\bversion|\bbuild\b|\bcommit|\bmodel\b|pedido|factura|fatura|bestellung|bestellnummer|rechnung|sendung|commande|facture|\bcolis|ordine|fattura|bestelling|factuur|zam[oó]wieni|faktur|заказ|накладн|订单|注文|주문)[^\n¦]{0,24}¦/

/** Whether a number is called an order, an invoice, a serial number or the like. */
export function isNamedHarmless(context: string): boolean {
  return harmlessName.test(context)
}
