import { type ReactNode, useEffect } from 'react'
import { useLanguage } from '../i18n/language-context.tsx'
import { type Language, languageCodes, languages } from '../i18n/languages.ts'
import { Mark } from '../kit/icon.tsx'
import { useText } from '../words/words.ts'

/** A page for whoever is not signed in: the mark, one card, the language. */
export function Door({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  const t = useText()
  const { language, choose } = useLanguage()
  useEffect(() => {
    document.title = `${title} · MoltFlow`
  }, [title])
  return (
    <div className="door">
      <main className="door-card" id="main">
        <div className="brand">
          <Mark />
          <b>MoltFlow</b>
        </div>
        <h1>{title}</h1>
        {lead === undefined ? null : <p className="soft">{lead}</p>}
        {children}
      </main>
      <label className="door-language">
        <span className="sr">{t('language')}</span>
        <select
          className="input select"
          value={language}
          onChange={(event) => choose(event.target.value as Language)}
        >
          {languageCodes.map((code) => (
            <option key={code} value={code} lang={code}>
              {languages[code].name}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}
