import { firstCharacters } from '../../../platform/characters.ts'
import { readPhonePart } from '../../../platform/phone-text.ts'
import { foldForSearch } from '../detection/fold.service.ts'

// The same as in `lead_words` of migration 0020, so that both sides find the same words.
const separators =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they separate words as well
  /[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u3020\u3030]+/u
const longestWord = 60
const mostWords = 10

/** Digits as people write numbers, without what only separates or says "abroad" or "within the country". */
function digitsOf(search: string): string | undefined {
  const digits = readPhonePart(search)
  if (!/^\d{2,}$/.test(digits)) return undefined
  return digits.replace(/^00?/, '') || undefined
}

/** The query for what a person of a tenant typed: every word as a beginning, or all digits as one number; undefined for nothing but signs. */
export function searchQuery(tenantId: string, search: string): string | undefined {
  // As `lead_words` begins every word of the tenant.
  const tag = tenantId.slice(-8)
  const words = foldForSearch(search)
    .split(separators)
    .filter((word) => word !== '')
    .slice(0, mostWords)
    .map((word) => `'${tag}${firstCharacters(word, longestWord)}':*`)
  const digits = digitsOf(search)
  if (words.length === 0) return undefined
  const ofWords = words.join(' & ')
  return digits === undefined ? ofWords : `(${ofWords}) | '${tag}${digits}':*`
}
