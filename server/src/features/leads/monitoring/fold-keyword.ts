import { createFolding, latinTwins } from '../../../platform/fold-text.ts'

/**
 * Marks that only decorate a letter: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel signs and hamza.
 * In other scripts (Thai, Devanagari, kana) marks are letters of their own and stay, as do those of й and ї, which are
 * letters of their own beside и and і.
 */
const decorations =
  /(?!(?<=[иИ])\u0306|(?<=[іІ])\u0308)(?=[\p{sc=Zinh}\p{sc=Cyrl}\p{sc=Grek}\p{sc=Hebr}\p{sc=Arab}])(?!\p{scx=Hira})\p{M}/gu

function digitTwins(...zeros: number[]): Record<string, string> {
  const digits = zeros.flatMap((zero) =>
    Array.from({ length: 10 }, (_, digit) => [String.fromCharCode(zero + digit), String(digit)] as const),
  )
  return Object.fromEntries(digits)
}

/** Letters that people write interchangeably and that no decomposition brings together. */
const twins: Readonly<Record<string, string>> = {
  ...latinTwins,
  ς: 'σ',
  // Hebrew letters at the end of a word: within another one they have their other form.
  ך: 'כ',
  ם: 'מ',
  ן: 'נ',
  ף: 'פ',
  ץ: 'צ',
  // Arabic: final ta marbuta and alef maksura, alef wasla, and the letters of Persian and Urdu keyboards.
  ة: 'ه',
  ى: 'ي',
  ٱ: 'ا',
  ی: 'ي',
  ک: 'ك',
  ہ: 'ه',
  ھ: 'ه',
  // Digits of Arabic, Persian and Indian keyboards.
  ...digitTwins(0x660, 0x6f0, 0x966),
  '’': "'",
  '‘': "'",
  '‛': "'",
  '′': "'",
  ʼ: "'",
  ʹ: "'",
  '׳': "'",
  '״': '"',
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  '־': '-',
  // Tatweel only stretches a word.
  ـ: '',
}

/** Accents typed for an apostrophe, which would be taken for the accent of a space. */
const looseAccents = /[´`]/g
/** Whole sentences in one sign: eighteen times as long when they are taken apart. */
const sentences = /[\ufdfa\ufdfb]/g

const fold = createFolding({
  marks: decorations,
  dropped: /\p{Cf}/gu,
  letters: twins,
  spaces: 'single',
})

/**
 * Text as keywords are compared: without case, accents, invisible characters and differences of width, with single
 * spaces. All four i of Turkish are one, since nobody types them reliably.
 */
export function foldKeyword(text: string): string {
  return fold(text.replace(looseAccents, "'").replace(sentences, ' '))
}
