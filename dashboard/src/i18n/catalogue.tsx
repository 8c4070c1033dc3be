import { type I18n, type Messages, setupI18n } from '@lingui/core'
import { Fragment, type ReactNode, use, useMemo } from 'react'
import { useLanguage } from './language-context.tsx'
import { type Language, languages } from './languages.ts'

/** What may stand in the place of a placeholder. */
export type Values = Readonly<Record<string, string | number>>

/** Keys and ICU texts of one language. */
export type Words = Readonly<Record<string, string>>

/** Wraps what stands between tags of a message: `{ b: (text) => <b>{text}</b> }` for `<b>so</b>`. */
type Wrappers = Readonly<Record<string, (content: ReactNode) => ReactNode>>

/** The words of a catalogue in the language of the page. */
export interface Text<Key extends string> {
  (key: Key, values?: Values): string
  /** A message with tags, or with elements in place of placeholders. */
  rich(key: Key, values: Readonly<Record<string, ReactNode>>, wrappers?: Wrappers): ReactNode
  /** For keys that are made at run time, such as states of the API: the key itself where there is none. */
  of(key: string, values?: Values): string
}

interface Catalogue<Key extends string> {
  useText(): Text<Key>
  /** Fetches the words ahead, for the route that is about to be shown. */
  load(language: Language): Promise<unknown>
}

type Loader = () => Promise<unknown>

/**
 * A catalogue of JSON files by language, fetched when they are first needed. English is the type of the keys: the other
 * languages are named as types, so that a key that one of them lacks is an error of the type check.
 */
export function defineCatalogue<
  English extends Words,
  _Others extends readonly Record<keyof English, string>[],
>(files: Record<string, Loader>): Catalogue<Extract<keyof English, string>> {
  type Key = Extract<keyof English, string>
  const loaded = new Map<Language, Promise<I18n>>()

  function load(language: Language): Promise<I18n> {
    let promise = loaded.get(language)
    if (promise === undefined) {
      promise = fetchWords(files, language)
      loaded.set(language, promise)
      promise.catch(() => loaded.delete(language))
    }
    return promise
  }

  return { useText: () => useWords<Key>(load), load }
}

function useWords<Key extends string>(load: (language: Language) => Promise<I18n>): Text<Key> {
  const { language } = useLanguage()
  const i18n = use(load(language))
  return useMemo(() => createText<Key>(i18n), [i18n])
}

async function fetchWords(files: Record<string, Loader>, language: Language): Promise<I18n> {
  const file = files[`./messages/${language}.json`]
  if (file === undefined) throw new Error(`no words in ${language}`)
  const { default: messages } = (await file()) as { default: Messages }
  return setupI18n({ locale: languages[language].tag, messages: { [languages[language].tag]: messages } })
}

const openMark = '\ue000'
const closeMark = '\ue001'
const placeholder = new RegExp(`${openMark}(\\w+)${closeMark}`)
const tag = /<(\w+)>(.*?)<\/\1>/s

function createText<Key extends string>(i18n: I18n): Text<Key> {
  const text = (key: string, values: Values = {}) => i18n._(key, values)
  const rich: Text<Key>['rich'] = (key, values, wrappers = {}) => {
    const marked = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === 'number' ? value : `${openMark}${name}${closeMark}`,
      ]),
    )
    return compose(text(key, marked), values, wrappers)
  }
  return Object.assign(text, { rich, of: text })
}

/** Elements in place of marks and tags; texts of people cannot make any, because they are put in last. */
function compose(
  message: string,
  values: Readonly<Record<string, ReactNode>>,
  wrappers: Wrappers,
): ReactNode {
  const inner = tag.exec(message)
  if (inner !== null) {
    const [whole, name = '', content = ''] = inner
    const wrap = wrappers[name] ?? ((children: ReactNode) => children)
    const before = message.slice(0, inner.index)
    const after = message.slice(inner.index + whole.length)
    return (
      <>
        {compose(before, values, wrappers)}
        {wrap(compose(content, values, wrappers))}
        {compose(after, values, wrappers)}
      </>
    )
  }
  const parts = message.split(placeholder)
  return parts.map((part, index) => {
    // Of a split by one group, the odd parts are what the group caught.
    const isName = index % 2 === 1
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence have no other name
    return <Fragment key={index}>{isName ? values[part] : part}</Fragment>
  })
}
