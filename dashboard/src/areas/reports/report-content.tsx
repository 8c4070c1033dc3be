import { useMemo } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Chart } from '../../kit/chart.tsx'
import type { ChartData } from '../../kit/chart-data.ts'
import { type FigureColumn, FigureTable, useValueText } from '../../kit/figure-table.tsx'
import { Figure } from '../../kit/figures.tsx'
import { Note } from '../../kit/notes.tsx'
import type { Content } from './queries.ts'
import { useText } from './words.ts'

type Series = Content['series'][number]
type TableColumn = Content['tables'][number]['columns'][number]

const shownOnPhones = 3

/** A phone has room for the first column and for two that count or measure, others where there are no such. */
function forPhones(columns: readonly TableColumn[]): FigureColumn[] {
  const isFigure = ({ unit }: TableColumn) => unit === 'count' || unit === 'rate' || unit === 'seconds'
  const [first, ...rest] = columns
  const kept = new Set(
    [first, ...rest.filter(isFigure), ...rest.filter((column) => !isFigure(column))].slice(0, shownOnPhones),
  )
  return columns.map((column) => (kept.has(column) ? column : { ...column, hides: 'lo' }))
}

/** Titles of a report in the language of the page: the server writes English; what has no word here stays as it is. */
function useLabels(): (text: string) => string {
  const t = useText()
  return (text) => {
    const key = `label.${
      text
        .toLowerCase()
        .match(/[a-z0-9]+/g)
        ?.join('_') ?? ''
    }`
    const known = t.of(key)
    return known === key ? text : known
  }
}

/** What a report says: figures, courses and tables, whichever there are. */
export function ReportContent({ content, file }: { content: Content; file: string }) {
  const t = useText()
  const format = useFormat()
  const text = useValueText()
  const words = useLabels()
  const { period, timezone } = content
  const moments = format.dates({ dateStyle: 'medium', timeStyle: 'short' })
  return (
    <div className="stack report-content">
      <p className="mute">
        {t.rich('content.period', {
          from: moments.format(new Date(period.from)),
          to: moments.format(new Date(period.to)),
          days: period.days,
        })}{' '}
        {t('content.zone', { zone: format.timeZone })}{' '}
        {timezone === format.timeZone ? null : t('content.other_zone', { zone: timezone })}
      </p>
      {content.has_data ? null : (
        <Note tone="info" title={t('content.none')}>
          {t('content.none_text')}
        </Note>
      )}
      <dl className="report-figures">
        {content.figures.map(({ key, label, unit, value }) => (
          <Figure key={key} label={<bdi>{words(label)}</bdi>} value={<bdi>{text(value, unit)}</bdi>} />
        ))}
      </dl>
      {content.series
        .filter(({ points }) => points.some(({ value }) => value > 0))
        .map((series) => (
          <SeriesChart key={series.key} series={{ ...series, title: words(series.title) }} />
        ))}
      {content.tables.map(({ key, title, columns, rows, total }) =>
        rows.length === 0 ? (
          <section key={key} className="card">
            <header>
              <h2>{words(title)}</h2>
            </header>
            <p className="pad mute">{t('content.no_rows')}</p>
          </section>
        ) : (
          <FigureTable
            key={key}
            title={words(title)}
            file={`${file}-${key}`}
            keep={t('keep')}
            columns={forPhones(columns.map((column) => ({ ...column, label: words(column.label) })))}
            rows={rows}
          >
            {total > rows.length ? (
              <span className="mute">{t('content.first_rows', { count: rows.length, total })}</span>
            ) : null}
          </FigureTable>
        ),
      )}
      {content.notes.map((note) => (
        <p key={note} className="mute">
          <bdi>{words(note)}</bdi>
        </p>
      ))}
    </div>
  )
}

/** A course by hours or days of the report's zone, which its text names. */
function SeriesChart({ series: { title, interval, points } }: { series: Series }) {
  const t = useText()
  const format = useFormat()
  const data = useMemo((): ChartData => {
    const names = format.dates(
      interval === 'hour'
        ? { timeZone: 'UTC', weekday: 'short', hour: '2-digit', minute: '2-digit' }
        : { timeZone: 'UTC', day: 'numeric', month: 'short' },
    )
    // The text is the clock of the report's zone already: read as UTC and written as UTC, no zone changes it.
    const nameOf = (index: number) => {
      const at = points[index]?.at
      return at === undefined ? '' : names.format(new Date(`${at}${at.includes('T') ? '' : 'T12:00'}:00Z`))
    }
    return {
      kind: 'bars',
      at: points.map((_, index) => index),
      series: [
        { id: 'value', label: title, values: points.map(({ value }) => value), colour: 'var(--ramp-2)' },
      ],
      axis: t(`interval.${interval}`),
      nameOf,
      // Half a message is nothing a line stands for.
      format: (value) => (Number.isInteger(value) ? format.number(value) : ''),
    }
  }, [title, interval, points, t, format])
  return (
    <section className="card">
      <div className="pad report-chart">
        <Chart title={title} data={data} height={160} legend={<span />} />
      </div>
    </section>
  )
}
