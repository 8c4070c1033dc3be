import { createHash } from 'node:crypto'
import { escapeHtml } from './shown-text.ts'

/** A review on a page. */
export interface ShownReview {
  name: string | null
  text: string
  /** As in `detected_language`. */
  language: string
  /** `2026-02-11`. */
  date: string
}

const style = `:root{color-scheme:light dark}body{margin:0;padding:.5rem;font:16px/1.5 system-ui,sans-serif}
ul{list-style:none;margin:0;padding:0;display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr))}
li{border:1px solid #8884;border-radius:.75rem;padding:1rem}blockquote{margin:0 0 .75rem;white-space:pre-line;overflow-wrap:anywhere}
p{margin:0;opacity:.75;font-size:.9rem}`

const styleHash = createHash('sha256').update(style).digest('base64')

/** What the page may do: look as it does. Nothing is loaded and nothing runs. */
export const reviewPagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`

/** The beginning of a page of reviews. */
export const pageHead = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Reviews</title>
<style>${style}</style>
</head>
<body>
<ul>
`

/** Its end. */
export const pageEnd = `</ul>
</body>
</html>
`

/** One review of a page; every value is escaped. */
export function renderReview({ name, text, language, date }: ShownReview): string {
  const lang = language === 'und' ? '' : ` lang="${escapeHtml(language)}"`
  const by = name === null ? '' : `<bdi>${escapeHtml(name)}</bdi>, `
  const day = escapeHtml(date)
  return `<li><blockquote${lang} dir="auto">${escapeHtml(text)}</blockquote><p>${by}<time datetime="${day}">${day}</time></p></li>\n`
}
