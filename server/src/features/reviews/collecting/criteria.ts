import { compileKeywords, type KeywordMatcher } from '../../../platform/keywords/keywords.ts'
import type { CollectorRow } from '../collectors/collectors.service.ts'
import type { Candidate } from './candidates.store.ts'

/** What is known of a message's text before anybody is asked how it sounds. */
export interface ReadText {
  /** ISO 639-1; null when nothing says which. */
  language: string | null
  /** Words that speak well; null in a language that has no lists of words. */
  positiveWords: number | null
}

/** What a collector asks of messages, ready to be asked of many. */
export interface Criteria {
  collector: CollectorRow
  include: KeywordMatcher | undefined
  exclude: KeywordMatcher
}

/** Makes the keywords of a collector ready. */
export function compileCriteria(collector: CollectorRow): Criteria {
  const { includeKeywords, excludeKeywords } = collector
  return {
    collector,
    include: includeKeywords.length === 0 ? undefined : compileKeywords(includeKeywords, 'start'),
    exclude: compileKeywords(excludeKeywords, 'start'),
  }
}

/** Whether a collector takes from the chat at all. */
function isFromSource(
  { sourceType, selectedChatIds }: CollectorRow,
  { kind, waChatId }: Pick<Candidate, 'kind' | 'waChatId'>,
): boolean {
  if (sourceType === 'selected') return selectedChatIds.includes(waChatId)
  return sourceType === 'all' || (sourceType === 'groups') === (kind === 'group')
}

/** Whether everything but the score speaks for a message. */
export function isPossible(
  { collector, include, exclude }: Criteria,
  candidate: Pick<Candidate, 'kind' | 'waChatId' | 'text'>,
  { language, positiveWords }: ReadText,
): boolean {
  const { languages, minPositiveWords } = collector
  if (!isFromSource(collector, candidate)) return false
  if (languages.length > 0 && (language === null || !languages.includes(language))) return false
  if (positiveWords !== null && positiveWords < minPositiveWords) return false
  if (include !== undefined && include.find(candidate.text) === undefined) return false
  return exclude.find(candidate.text) === undefined
}
