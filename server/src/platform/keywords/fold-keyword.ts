import { createFolding, latinTwins } from '../fold-text.ts'

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

/** So much of a word is folded at once, so that long ones are not folded again and again. */
const pieceLength = 250
const graphemes = new Intl.Segmenter()

/** The words of a text, long ones in pieces that end where a character ends: folding does not reach beyond them. */
function* piecesOf(text: string): Generator<{ piece: string; at: number; isLast: boolean }> {
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    let from = 0
    while (word.length - from > pieceLength) {
      const rest = word.slice(from, from + 2 * pieceLength)
      const length = graphemes.segment(rest).containing(pieceLength)?.index || pieceLength
      yield { piece: rest.slice(0, length), at: index + from, isLast: false }
      from += length
    }
    yield { piece: word.slice(from), at: index + from, isLast: true }
  }
}

/** The first unit with which a folded piece is longer than `foldedPlace`. */
function findUnit(piece: string, foldedPlace: number): number {
  let [low, high] = [0, piece.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (foldKeyword(piece.slice(0, middle + 1)).length > foldedPlace) high = middle
    else low = middle + 1
  }
  return low
}

/** Which characters of a text places in its folded form come from; the places in their order. */
export function findSourcePlaces(text: string, foldedPlaces: readonly number[]): number[] {
  const found: number[] = []
  let folded = 0
  let isWithinWord = false
  let [unit, characters] = [0, 0]
  for (const { piece, at, isLast } of piecesOf(text)) {
    if (found.length === foldedPlaces.length) break
    const { length } = foldKeyword(piece)
    for (;;) {
      const place = foldedPlaces[found.length]
      if (place === undefined || place >= folded + length) break
      const next = at + findUnit(piece, place - folded)
      characters += [...text.slice(unit, next)].length
      unit = next
      found.push(characters)
    }
    isWithinWord ||= length > 0
    folded += length
    if (!isLast) continue
    // A space stands behind every word that leaves something.
    if (isWithinWord) folded += 1
    isWithinWord = false
  }
  return [...found, ...foldedPlaces.slice(found.length).map(() => 0)]
}
