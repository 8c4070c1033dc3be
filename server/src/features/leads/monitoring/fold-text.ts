/**
 * Marks that only decorate a letter: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel signs and hamza.
 * In other scripts (Thai, Devanagari, kana) marks are letters of their own and stay.
 */
const decorations = /(?=[\p{sc=Zinh}\p{sc=Cyrl}\p{sc=Grek}\p{sc=Hebr}\p{sc=Arab}])(?!\p{scx=Hira})\p{M}/gu

/** Letters that people write interchangeably and that no decomposition brings together. */
const twins: Readonly<Record<string, string>> = {
  ß: 'ss',
  ς: 'σ',
  ı: 'i',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  ħ: 'h',
  æ: 'ae',
  œ: 'oe',
  // Arabic: final ta marbuta and alef maksura, and the letters of Persian and Urdu keyboards.
  ة: 'ه',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  '’': "'",
  '‘': "'",
  ʼ: "'",
  '׳': "'",
  '״': '"',
  '“': '"',
  '”': '"',
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-',
  '־': '-',
  // Tatweel only stretches a word.
  ـ: '',
}
const twinLetters = new RegExp(`[${Object.keys(twins).join('')}]`, 'g')

/** Latin text without accents needs none of the rest: it is most of what comes. */
const plain = /^[\x20-\x7E]*$/

/**
 * Text as keywords are compared: without case, accents, invisible characters and differences of width, with single
 * spaces. Й and ї stay apart from и and і, since they are letters of their own; all four i of Turkish are one, since
 * nobody types them reliably.
 */
export function foldText(text: string): string {
  if (plain.test(text)) return text.toLowerCase().replace(/ {2,}/g, ' ').trim()
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/и\u0306/g, 'й')
    .replace(/і\u0308/g, 'ї')
    .replace(decorations, '')
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .replace(twinLetters, (letter) => twins[letter] ?? letter)
    .replace(/\s+/g, ' ')
    .trim()
}
