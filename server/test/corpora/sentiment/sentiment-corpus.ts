/** What customers write in one language, by what they feel about it. */
export interface SentimentTexts {
  language: string
  positive: readonly string[]
  neutral: readonly string[]
  negative: readonly string[]
}
