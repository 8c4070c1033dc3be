import { detectLanguage, loadLanguageDetector } from '../../../platform/text-language.ts'
import { guessLanguage } from './guess-language.ts'

/** Tells what language a text is in, as ISO 639-1; null when nothing says so. */
export type LanguageTeller = (text: string) => string | null

/**
 * Loads what tells languages: its table takes some 90 MB, so nobody has it who collects nothing. What it finds too
 * short is looked up in the lists of words.
 */
export async function loadLanguageTeller(): Promise<LanguageTeller> {
  const detector = await loadLanguageDetector()
  return (text) => detectLanguage(detector, text) ?? guessLanguage(text)
}
