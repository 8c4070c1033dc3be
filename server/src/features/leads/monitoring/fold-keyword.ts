import { createFolding } from '../../../platform/fold-text.ts'

/**
 * Marks that only decorate a letter: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel signs and hamza.
 * In other scripts (Thai, Devanagari, kana) marks are letters of their own and stay, as do those of й and ї, which are
 * letters of their own beside и and і.
 */
const decorations =
  /(?!(?<=[иИ])\u0306|(?<=[іІ])\u0308)(?=[\p{sc=Zinh}\p{sc=Cyrl}\p{sc=Grek}\p{sc=Hebr}\p{sc=Arab}])(?!\p{scx=Hira})\p{M}/gu

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

/**
 * Text as keywords are compared: without case, accents, invisible characters and differences of width, with single
 * spaces. All four i of Turkish are one, since nobody types them reliably.
 */
export const foldKeyword = createFolding({
  marks: decorations,
  dropped: /\p{Cf}/gu,
  letters: twins,
  spaces: 'single',
})
