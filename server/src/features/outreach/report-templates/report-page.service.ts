import { type LocalClock, openClock } from './local-clock.ts'
import type { ReportContent, ReportSeries, ReportTable } from './report-content.schema.ts'
import { plainText, showValue } from './report-values.ts'

/** What the page may do: nothing but look as it does. Sent as a header, too. */
export const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'"

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function encode(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? sign)
}

const style = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5c6776;--line:#d9dee5;--bar:#0b8a5f;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#9aa6b5;--line:#39424e;--bar:#3ecb95;--paper:#161b22}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p,caption{color:var(--soft)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:1rem;margin:1.5rem 0}
dt{color:var(--soft);font-size:.85rem}dd{margin:0;font-size:1.4rem;font-weight:600}
table{border-collapse:collapse;width:100%}th,td{text-align:start;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
.n{text-align:end;font-variant-numeric:tabular-nums}svg{width:100%;height:7rem}rect{fill:var(--bar)}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--bar:#555;--paper:#fff}body{margin:0;max-width:none}tr,svg,dl div{break-inside:avoid}thead{display:table-header-group}}
`

function tableOf({ title, columns, rows, total }: ReportTable, clock: LocalClock): string {
  const side = (unit: string) => (['count', 'rate', 'seconds'].includes(unit) ? ' class="n"' : '')
  const heads = columns.map(({ label, unit }) => `<th scope="col"${side(unit)}>${encode(label)}</th>`)
  const lines = rows.map((row) => {
    const cells = columns.map(({ key, unit }) => {
      const shown = encode(showValue(row[key] ?? null, unit, clock))
      return `<td${side(unit)}>${unit === 'text' ? `<bdi>${shown}</bdi>` : shown}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  const empty = rows.length === 0 ? '<p>Nothing to show.</p>' : ''
  const more =
    total > rows.length ? `<p>The first ${rows.length} of ${total.toLocaleString('en-US')}.</p>` : ''
  const body =
    rows.length === 0
      ? ''
      : `<table><thead><tr>${heads.join('')}</tr></thead><tbody>${lines.join('\n')}</tbody></table>`
  return `<section><h2>${encode(title)}</h2>${body}${empty}${more}</section>`
}

/** Bars of equal width; what each stands for is read by pointing at it, and by screen readers. */
function chartOf({ title, interval, points }: ReportSeries): string {
  const top = Math.max(...points.map(({ value }) => value), 0)
  if (top === 0) return ''
  const bars = points.map(({ at, value }, index) => {
    const height = Math.round((value / top) * 1000) / 10
    const place = `x="${index + 0.1}" y="${Math.round((100 - height) * 10) / 10}" width="0.8" height="${height}"`
    return `<rect ${place}><title>${encode(at.replace('T', ' '))}: ${value}</title></rect>`
  })
  const first = points[0]?.at.replace('T', ' ') ?? ''
  const last = points.at(-1)?.at.replace('T', ' ') ?? ''
  const words = `${title} by ${interval}, ${first} to ${last}, at most ${top.toLocaleString('en-US')}`
  return `<section><h2>${encode(title)}</h2><svg role="img" aria-label="${encode(words)}" viewBox="0 0 ${points.length} 100" preserveAspectRatio="none">${bars.join('')}</svg><p>By ${interval}, ${encode(first)} to ${encode(last)}; at most ${top.toLocaleString('en-US')}.</p></section>`
}

/** A report as a page that stands for itself: nothing is loaded, nothing runs, and it can be printed. */
export function renderPage(content: ReportContent, name: string): string {
  const clock = openClock(content.timezone)
  const { from, to } = content.period
  const title = encode(plainText(name, 255))
  const period = `${clock.clock(Date.parse(from))} to ${clock.clock(Date.parse(to))} (${content.timezone})`
  const figures = content.figures.map(
    ({ label, value, unit }) =>
      `<div><dt>${encode(label)}</dt><dd>${encode(showValue(value, unit, clock))}</dd></div>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<header><h1><bdi>${title}</bdi></h1><p>${encode(content.title)}<br>${encode(period)}</p></header>
<dl>${figures.join('\n')}</dl>
${content.series.map(chartOf).join('\n')}
${content.tables.map((table) => tableOf(table, clock)).join('\n')}
${content.notes.map((note) => `<p>${encode(note)}</p>`).join('\n')}
<footer><p>Made ${encode(clock.clock(Date.parse(content.generated_at)))}.</p></footer>
</body>
</html>
`
}
