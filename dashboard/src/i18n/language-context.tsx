import { createContext, type ReactNode, startTransition, use, useState } from 'react'
import { applyLanguage, type Language, languages, preferredLanguage } from './languages.ts'

interface LanguageChoice {
  language: Language
  /** For `Intl`: English dates are written as in Britain, with 24 hours. */
  tag: string
  choose(language: Language): void
}

const LanguageContext = createContext<LanguageChoice | undefined>(undefined)

/** Gives everything below the language that was chosen; the page stays as it is until the new words are there. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => {
    const preferred = preferredLanguage()
    document.documentElement.lang = preferred
    document.documentElement.dir = languages[preferred].direction
    return preferred
  })
  const choose = (next: Language) => {
    applyLanguage(next)
    startTransition(() => setLanguage(next))
  }
  return (
    <LanguageContext value={{ language, tag: languages[language].tag, choose }}>{children}</LanguageContext>
  )
}

/** The language of the page. */
export function useLanguage(): LanguageChoice {
  const choice = use(LanguageContext)
  if (choice === undefined) throw new Error('there is no LanguageProvider above')
  return choice
}
