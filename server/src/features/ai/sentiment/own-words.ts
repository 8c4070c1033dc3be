/**
 * Words of one language beside the translated list, as customers write them to a business. Separated by commas; a star
 * stands for any ending, words with spaces are found one after another.
 */
export interface OwnWords {
  good: string
  /** Polite rather than pleased: they add a little. */
  mild: string
  /** Say nothing here, whatever the translated list thinks: greetings, names of days, what is asked for. */
  none: string
  bad: string
  /** Turn what follows around. */
  before: string
  /** Turn around what stands before them. */
  after: string
  /** What comes after them counts more. */
  but: string
}
