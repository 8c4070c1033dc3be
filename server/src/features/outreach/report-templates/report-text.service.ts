import { countCharacters } from '../../../platform/characters.ts'
import { type LocalClock, openClock } from './local-clock.ts'
import type { ReportContent, ReportSeries, ReportTable } from './report-content.schema.ts'
import { plainText, showValue } from './report-values.ts'

/** What WhatsApp takes is 4,096; the report stays below. */
const longestText = 4_000
/** Rows of a table that are read on a phone. */
const mostRows = 10
const levels = '▁▂▃▄▅▆▇█'

const looksAlike: Readonly<Record<string, string>> = { '*': '∗', _: '＿', '~': '∼', '`': "'" }

/** Without the signs that WhatsApp makes bold, italic or struck out of: a name is no formatting. */
function unformatted(text: string): string {
  return text.replaceAll(/[*_~`]/g, (sign) => looksAlike[sign] ?? sign)
}

function lineOf({ columns }: ReportTable, row: ReportTable['rows'][number], clock: LocalClock): string {
  const parts = columns.flatMap(({ key, label, unit }) => {
    const value = row[key] ?? null
    if (value === null) return []
    const shown = unformatted(showValue(value, unit, clock))
    return [unit === 'text' || unit === 'phone' ? shown : `${label.toLowerCase()} ${shown}`]
  })
  return `• ${parts.join(' · ')}`
}

function tableLines(table: ReportTable, clock: LocalClock): string[] {
  if (table.rows.length === 0) return []
  const lines = table.rows.slice(0, mostRows).map((row) => lineOf(table, row, clock))
  const more = table.total - lines.length
  return [
    '',
    `*${table.title}*`,
    ...lines,
    ...(more > 0 ? [`… and ${more.toLocaleString('en-US')} more`] : []),
  ]
}

/** A course as a row of bars, with the moment of the highest. */
function seriesLines({ title, points }: ReportSeries): string[] {
  const top = points.reduce((most, point) => (point.value > most.value ? point : most), { at: '', value: 0 })
  if (top.value === 0) return []
  const bars = points
    .map(({ value }) => levels[Math.ceil((value / top.value) * (levels.length - 1))])
    .join('')
  const most = `most ${top.value.toLocaleString('en-US')} at ${top.at.replace('T', ' ')}`
  return [points.length > 31 ? `${title}: ${most}` : `${title}: ${most}\n${bars}`]
}

/** A report as one WhatsApp message, below 4,096 characters, with its moments in the report's zone. */
export function renderText(content: ReportContent, name: string): string {
  const clock = openClock(content.timezone)
  const { from, to } = content.period
  const shownName = unformatted(plainText(name, 100))
  const series = content.series.flatMap(seriesLines)
  const lines = [
    `*${content.title}*`,
    ...(shownName === content.title ? [] : [shownName]),
    `${clock.clock(Date.parse(from))} to ${clock.clock(Date.parse(to))} (${content.timezone})`,
    '',
    ...content.figures.map(
      ({ label, value, unit }) => `${label}: *${unformatted(showValue(value, unit, clock))}*`,
    ),
    ...(series.length > 0 ? ['', ...series] : []),
    ...content.tables.flatMap((table) => tableLines(table, clock)),
    ...(content.notes.length > 0 ? ['', ...content.notes.map(unformatted)] : []),
  ]
  let [text, count] = ['', 0]
  for (const line of lines) {
    count += countCharacters(line) + 1
    if (count > longestText) return `${text}… the rest is in the dashboard`
    text += `${line}\n`
  }
  return text.trimEnd()
}
