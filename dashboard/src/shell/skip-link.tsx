import { useText } from '../words/words.ts'

/** The first stop of the Tab key: over the side, into the page. */
export function SkipLink() {
  const t = useText()
  return (
    // biome-ignore lint/a11y/useValidAnchor: it goes to the page's content, also where that is no target of a URL
    <a
      className="skip"
      href="#main"
      onClick={(event) => {
        event.preventDefault()
        document.querySelector<HTMLElement>('#main')?.focus()
      }}
    >
      {t('skip')}
    </a>
  )
}
