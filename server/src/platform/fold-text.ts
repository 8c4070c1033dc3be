/** Which differences of writing are overlooked beside case and compatibility forms, such as full width. */
export interface FoldingRules {
  /** Signs that are left out while every letter stands apart from its marks (NFKD): accents, invisible signs. */
  marks?: RegExp
  /** The letters stay apart from the marks that are left, as a database folds them; else they come together (NFKC). */
  isDecomposed?: boolean
  /** Signs that are left out of the lower-case text. */
  dropped?: RegExp
  /** What is written in place of other letters or sequences; in lower case, the longest first. */
  letters?: Readonly<Record<string, string>>
  /**
   * White space: `single` makes one space of each run of it and none at the ends; `lines` makes one space of each run
   * within a line and leaves ends and line breaks; `kept` leaves it as it is, the default.
   */
  spaces?: 'single' | 'lines' | 'kept'
}

/**
 * Letters of Latin scripts that no decomposition takes apart, as people write them who have none of them: in lower
 * case.
 */
export const latinTwins: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
}

/** No language writes so many marks on a letter; putting them into their order takes the square of their number. */
const endlessMarks = /(\p{M}{32})\p{M}+/gu

const mostMarks = 32
/** Whether a UTF-16 unit may belong to a mark: 1 no, 2 yes or half of a pair; 0 is not known yet. */
const unitKinds = new Uint8Array(65_536)

function kindOfUnit(unit: number): number {
  const isHalf = unit >= 0xd800 && unit <= 0xdfff
  const kind = isHalf || /\p{M}/u.test(String.fromCharCode(unit)) ? 2 : 1
  unitKinds[unit] = kind
  return kind
}

/** Cuts endless marks off; the pattern itself looks at each letter for ten times as long. */
function withoutEndlessMarks(text: string): string {
  let run = 0
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    run = (unitKinds[unit] || kindOfUnit(unit)) === 2 ? run + 1 : 0
    if (run > mostMarks) return text.replace(endlessMarks, '$1')
  }
  return text
}

/** Beyond this a text needs the steps for marks and forms: most texts do not. */
const beyondPlain = /[^\n\x20-\x7e]/
const plainSigns = ['\n', ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))]

type Step = (text: string) => string

/** For any text, and for a plain one, whose white space is spaces and line breaks. */
const spacers: Record<NonNullable<FoldingRules['spaces']>, { any: Step; plain: Step }> = {
  single: {
    any: (text) => text.replace(/\s{2,}|[^\S ]/g, ' ').trim(),
    plain: (text) => text.replace(/[ \n]{2,}|\n/g, ' ').trim(),
  },
  lines: {
    any: (text) => text.replace(/[^\S\n]{2,}|[^\S\n ]/g, ' '),
    plain: (text) => text.replace(/ {2,}/g, ' '),
  },
  kept: { any: (text) => text, plain: (text) => text },
}

function unicodeOf(letters: string): string {
  return Array.from(letters, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`).join('')
}

function dropper(dropped: RegExp | undefined): Step {
  return dropped === undefined ? (text) => text : (text) => text.replace(dropped, '')
}

function replacer(letters: readonly (readonly [string, string])[]): Step {
  if (letters.length === 0) return (text) => text
  const byLetter = new Map(letters)
  const pattern = new RegExp(letters.map(([letter]) => unicodeOf(letter)).join('|'), 'gu')
  return (text) => text.replace(pattern, (letter) => byLetter.get(letter) ?? letter)
}

/**
 * Makes a function that brings texts to the form in which they are compared. The steps are the same for all and have
 * this order: letters apart from their marks, without `marks`, together again, lower case, without `dropped`, `letters`
 * replaced, `spaces`.
 */
export function createFolding(rules: FoldingRules): (text: string) => string {
  const { marks, dropped, spaces = 'kept', isDecomposed = false } = rules
  const letters = Object.entries(rules.letters ?? {})
  const space = spacers[spaces]
  const drop = dropper(dropped)
  const replace = replacer(letters)
  // Of plain text no more is looked for than what can be in it.
  const dropPlain = dropper(plainSigns.some((sign) => drop(sign) !== sign) ? dropped : undefined)
  const replacePlain = replacer(letters.filter(([letter]) => !beyondPlain.test(letter)))
  return (text) => {
    if (!beyondPlain.test(text)) return space.plain(replacePlain(dropPlain(text.toLowerCase())))
    let folded = withoutEndlessMarks(text).normalize('NFKD')
    if (marks !== undefined) folded = folded.replace(marks, '')
    if (!isDecomposed) folded = folded.normalize('NFC')
    return space.any(replace(drop(folded.toLowerCase())))
  }
}
