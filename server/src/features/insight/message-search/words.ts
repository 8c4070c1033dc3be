import { firstCharacters } from '../../../platform/characters.ts'
import { foldForSearch } from '../../leads/detection/fold.service.ts'

const separators = /[^\p{L}\p{M}\p{N}]+/u
/** Scripts that write without spaces: any part of what stands together is found. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const longestWord = 40
/** More signs than this of an ending tell nothing more. */
const longestEnding = 12
const mostWords = 10

/** As every word of a tenant begins, so that a search never meets those of others. */
const tagOf = (tenantId: string): string => tenantId.slice(-8)

function partsOf(text: string): string[] {
  return foldForSearch(text)
    .split(separators)
    .filter((part) => part !== '')
}

/** The words that a text of a tenant is found by. */
export function wordsOf(tenantId: string, text: string): string[] {
  const tag = tagOf(tenantId)
  const words = new Set<string>()
  for (const part of partsOf(text)) {
    if (!unspaced.test(part)) {
      words.add(tag + firstCharacters(part, longestWord))
      continue
    }
    const characters = [...part]
    for (let begin = 0; begin < characters.length; begin += 1)
      words.add(tag + characters.slice(begin, begin + longestEnding).join(''))
  }
  return [...words]
}

/** What PostgreSQL reads as `tsquery`: every typed word as a beginning; undefined for nothing but signs. */
export function queryOf(tenantId: string, typed: string): string | undefined {
  const tag = tagOf(tenantId)
  const words = partsOf(typed)
    .slice(0, mostWords)
    .map((part) => firstCharacters(part, unspaced.test(part) ? longestEnding : longestWord))
    .map((word) => `'${tag}${word}':*`)
  return words.length === 0 ? undefined : words.join(' & ')
}
