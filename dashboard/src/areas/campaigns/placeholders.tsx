import { Fragment, type ReactNode } from 'react'

/** A placeholder of a template: its name, and what stands there when it is missing. */
export interface Placeholder {
  name: string
  fallback: string | undefined
}

const placeholderForm = /(?<!\\)\{\{\s{0,20}([^{}|]{1,100}?)\s{0,20}(?:\|([^{}]{0,1000}))?\}\}/gu

/** The placeholders of a text, in their order. */
export function placeholdersOf(text: string): Placeholder[] {
  return [...text.matchAll(placeholderForm)].map(([, name = '', fallback]) => ({
    name: name.trim().toLowerCase(),
    fallback,
  }))
}

/** A template with its placeholders as small boxes. */
export function TemplateText({ text }: { text: string }) {
  const parts: ReactNode[] = []
  let end = 0
  for (const match of text.matchAll(placeholderForm)) {
    parts.push(text.slice(end, match.index))
    parts.push(<span className="ph">{(match[1] ?? '').trim()}</span>)
    end = match.index + match[0].length
  }
  parts.push(text.slice(end))
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name
  return parts.map((part, index) => <Fragment key={index}>{part}</Fragment>)
}
