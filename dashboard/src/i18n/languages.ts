/** The languages there are catalogues for; each by its own name. */
export const languages = {
  en: { name: 'English', tag: 'en-GB', direction: 'ltr' },
  es: { name: 'Español', tag: 'es', direction: 'ltr' },
  pt: { name: 'Português', tag: 'pt-PT', direction: 'ltr' },
  he: { name: 'עברית', tag: 'he', direction: 'rtl' },
  zh: { name: '中文', tag: 'zh-CN', direction: 'ltr' },
} as const

/** A language of the product. */
export type Language = keyof typeof languages

/** All of them, in the order of the menu. */
export const languageCodes = Object.keys(languages) as Language[]

const storageKey = 'moltflow.language'

function known(tag: string | null): Language | undefined {
  const code = tag?.toLowerCase().split('-')[0]
  return languageCodes.find((language) => language === code)
}

/** What was chosen, else the first of the browser's that there is, else English. */
export function preferredLanguage(): Language {
  const chosen = known(localStorage.getItem(storageKey))
  return chosen ?? navigator.languages.map(known).find((language) => language !== undefined) ?? 'en'
}

/** Keeps the choice and tells the document, for fonts, hyphenation and direction. */
export function applyLanguage(language: Language): void {
  localStorage.setItem(storageKey, language)
  document.documentElement.lang = language
  document.documentElement.dir = languages[language].direction
}
