import { createFolding } from '../../../platform/fold-text.ts'
import type { Finding, ScannedText } from './detectors.schema.ts'
import { phraseIndex } from './injection-phrases.ts'
import { matchesOf } from './matches.ts'

/** Writing that looks like Latin letters and is not: the usual way around a list of words. */
const lookAlikes: Readonly<Record<string, string>> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ѕ: 's',
  ј: 'j',
  ԁ: 'd',
  ɡ: 'g',
  ո: 'n',
  ο: 'o',
  α: 'a',
  ρ: 'p',
  ν: 'v',
  ı: 'i',
}

/** Invisible signs, accents, and the signs over and under Arabic letters. */
const marks =
  /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|[\ufe00-\ufe0f]|[\u{e0000}-\u{e007f}]|[\u0300-\u036f\u064b-\u0655]/gu

const fold = createFolding({
  marks,
  letters: {
    // NFKD takes the Thai AM apart for good.
    '\u0e4d\u0e32': '\u0e33',
    // No decomposition makes these plain.
    ı: 'i',
    ł: 'l',
    ø: 'o',
    đ: 'd',
    æ: 'a',
    '’': "'",
    '‘': "'",
    '`': "'",
    '´': "'",
  },
  spaces: 'lines',
})

/** Words with dots, lines or hyphens in or between them, three times or more. */
const brokenWords = /(?:\p{L}[._*~|-]\p{L}[^\n]{0,24}){3}/u

/** Without such no letters stand apart: a quick look, for few texts have them. */
const singleSigns = /[ ._*-][^\s._*-][ ._*-][^\s._*-][ ._*-]/

/** A word with digits or signs for some of its letters; addresses, keys and passwords are longer or have other signs. */
const digitsAsLetters =
  /(?<![^\s"'([{<*_-])[a-z013457@$]{0,14}[a-z][013457@$][a-z][a-z013457@$]{0,14}(?=[\s"')\]}>*_,;:!?-]|\.(?![a-z])|$)/

/** The other spellings that a folded text may hide behind. */
function* disguises(folded: string): Generator<string> {
  const mixed = /[a-z][\u0370-\u058f\u0131\u0261]|[\u0370-\u058f\u0131\u0261][a-z]/.test(folded)
  if (mixed) yield folded.replaceAll(/[\u0131\u0261\u0370-\u058f]/g, (sign) => lookAlikes[sign] ?? sign)
  if (digitsAsLetters.test(folded)) {
    // A one stands for either letter.
    for (const one of folded.includes('1') ? 'li' : 'l') {
      const letters = `o${one}eastas`
      yield folded.replaceAll(/[013457@$]/g, (sign) => letters['013457@$'.indexOf(sign)] ?? sign)
    }
  }
  if (singleSigns.test(folded) && /(?:(?<![\p{L}])\p{L}[ ._*-]){6,}/u.test(folded)) {
    // Letters apart: single spaces go, wider gaps were the words' borders.
    yield folded.replaceAll(/(?<=(?<![\p{L}])\p{L})[._*-](?=\p{L}(?![\p{L}]))/gu, '')
    yield joinLetters(folded)
  }
  if (brokenWords.test(folded)) yield folded.replaceAll(/[^\p{L}\p{N}]+/gu, '')
}

/** "i g n o r e   a l l" becomes words again where the gaps between words are wider or marked. */
function joinLetters(folded: string): string {
  return folded.replaceAll(/(?<![\p{L}])(?:\p{L}[ ._*-]){5,}\p{L}(?![\p{L}])/gu, (run) =>
    run.replaceAll(/[ ._*-]/g, ''),
  )
}

const base64Run = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,4000}={0,2}/g
const hexRun = /(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}[ :]?){20,2000}(?![0-9a-fA-F])/g

/** Hexadecimal digits in groups, more of them than a number of a card has. */
const hexGroups = /(?<![^\s:])[0-9a-f]{2,16}(?:[ :][0-9a-f]{2,16}){4}/i

function* decodings(
  text: string,
  longestWord: number,
): Generator<{ decoded: string; start: number; end: number }> {
  for (const match of longestWord < 24 ? [] : matchesOf(base64Run, text)) {
    const decoded = Buffer.from(match[0], 'base64').toString('utf8')
    if (isReadable(decoded)) yield { decoded, start: match.index, end: match.index + match[0].length }
  }
  if (longestWord >= 40 || hexGroups.test(text)) {
    for (const match of matchesOf(hexRun, text)) {
      const decoded = Buffer.from(match[0].replaceAll(/[ :]/g, ''), 'hex').toString('utf8')
      if (isReadable(decoded)) yield { decoded, start: match.index, end: match.index + match[0].length }
    }
  }
  if (/(?:%[0-9a-f]{2}[^%]{0,12}){3}/i.test(text)) {
    const decoded = text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
    )
    yield { decoded, start: 0, end: text.length }
  }
}

function isReadable(text: string): boolean {
  // What is no text decodes to signs that stand for nothing.
  if (/^(?:[^\ufffd]*\ufffd){4}/.test(text.slice(0, 24))) return false
  const strange = text.match(/[^\p{L}\p{N}\p{P}\p{S}\s]|\ufffd/gu)?.length ?? 0
  return text.length >= 16 && strange <= text.length / 20 && /\s/.test(text)
}

/** Somebody writes about such phrases and quotes one: an article, a warning, a lesson. */
function isQuoted(folded: string, match: RegExpExecArray): boolean {
  const before = folded.slice(Math.max(0, match.index - 90), match.index)
  const after = folded.slice(match.index + match[0].length, match.index + match[0].length + 60)
  const isInQuotes =
    /["'“”«„『「][^"'“”«»„『「\n]{0,30}$/.test(before) && /^[^"'“”«»『「\n]{0,40}["'”“»』」]/.test(after)
  if (!isInQuotes) return false
  return /phrase|called|attack|inject|example|such as|like the|known as|article|paper|talk|lesson|warn|trick|technique|ataque|ejemplo|frase|exemple|attaque|beispiel|angriff|satz|esempio|attacco|пример|атак|фраз|攻击|例|공격|예시/.test(
    folded,
  )
}

/** The first phrase that is said and not quoted. */
function findPhrase(folded: string): RegExpExecArray | undefined {
  return phraseIndex.find(folded, (match) => !isQuoted(folded, match))
}

function isDisguised(folded: string): boolean {
  for (const spelling of disguises(folded)) if (findPhrase(spelling) !== undefined) return true
  return false
}

/** Attempts to turn a language model, also spelled in other ways or encoded. */
export function findInjection({ text, longestWord }: ScannedText, into: Finding[]): void {
  const folded = fold(text)
  const phrase = findPhrase(folded)
  if (phrase !== undefined) {
    // Folding moves offsets when it removes characters; then all of the text is named.
    const isInPlace = folded.length === text.length
    const start = isInPlace ? phrase.index : 0
    into.push({ kind: 'injection', start, end: isInPlace ? start + phrase[0].length : text.length })
  } else if (isDisguised(folded)) {
    into.push({ kind: 'injection', start: 0, end: text.length })
  } else {
    for (const { decoded, start, end } of decodings(text, longestWord)) {
      if (phraseIndex.find(fold(decoded), () => true) === undefined) continue
      into.push({ kind: 'injection', start, end })
      return
    }
  }
}
