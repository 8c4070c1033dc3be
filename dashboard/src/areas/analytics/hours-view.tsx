import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { type FigureColumn, FigureTable } from '../../kit/figure-table.tsx'
import { Segments } from '../../kit/filters.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty } from '../../kit/notes.tsx'
import type { ViewProps } from './analytics-page.tsx'
import { Pick } from './filter-bar.tsx'
import { type Hours, useHours } from './queries.ts'
import { useText } from './words.ts'

const spans = [30, 90, 180]
const metrics = ['reply_rate', 'read_rate', 'sent'] as const
type Metric = (typeof metrics)[number]
type Cell = Hours['cells'][number]

const weekdays = [1, 2, 3, 4, 5, 6, 7]
const hours = Array.from({ length: 24 }, (_, hour) => hour)
const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`
/** A Sunday; 1 is Monday. */
const sunday = Date.UTC(2026, 1, 1, 12)

/** Names of the days of the week. */
function useWeekdays(): (weekday: number) => string {
  const format = useFormat()
  const names = format.dates({ timeZone: 'UTC', weekday: 'long' })
  return (weekday) => names.format(new Date(sunday + weekday * 86_400_000))
}

/** When messages are read and answered, by the hour of the week in which they were sent. */
export function HoursView({ ask }: ViewProps) {
  const t = useText()
  const { timeZone } = useFormat()
  const [days, setDays] = useState(90)
  const [source, setSource] = useState<'all' | 'campaigns'>('all')
  const query = useHours({
    timezone: timeZone,
    days,
    source,
    ...(ask.session_id === undefined ? {} : { session_id: ask.session_id }),
  })
  return (
    <>
      <div className="tools">
        <Segments
          label={t('period')}
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
          options={spans.map((value) => ({ value: String(value), label: t('span', { days: value }) }))}
        />
        <Pick
          label={t('hours.source')}
          value={source}
          onChange={(value) => setSource(value === 'campaigns' ? 'campaigns' : 'all')}
          options={[
            ['all', t('hours.all')],
            ['campaigns', t('hours.campaigns')],
          ]}
        />
      </div>
      <Loaded query={query} title={t('failed')}>
        {(answer) =>
          answer.sample_size === 0 ? (
            <Empty title={t('hours.none')}>{t('hours.none_text')}</Empty>
          ) : (
            <Shown answer={answer} />
          )
        }
      </Loaded>
    </>
  )
}

function Shown({ answer }: { answer: Hours }) {
  const t = useText()
  const [metric, setMetric] = useState<Metric>('reply_rate')
  const weekday = useWeekdays()
  const columns: FigureColumn[] = [
    { key: 'day', label: t('column.weekday'), unit: 'text' },
    { key: 'clock', label: t('column.hour'), unit: 'text' },
    { key: 'sent', label: t('column.sent'), unit: 'count' },
    { key: 'read', label: t('column.read'), unit: 'count', hides: 'lo' },
    { key: 'replied', label: t('column.replied'), unit: 'count', hides: 'lo' },
    { key: 'read_rate', label: t('column.read_rate'), unit: 'rate', hides: 'lo' },
    { key: 'reply_rate', label: t('column.reply_rate'), unit: 'rate', hides: 'lo' },
  ]
  const rows = answer.cells
    .filter(({ sent }) => sent > 0)
    .map((cell) => ({ ...cell, day: weekday(cell.weekday), clock: clock(cell.hour) }))
  return (
    <>
      <p className="mute period-line">
        {t.rich('hours.line', { zone: <bdi>{answer.timezone}</bdi>, count: answer.sample_size })}
      </p>
      <section className="card" aria-labelledby="h-hours">
        <header>
          <h2 id="h-hours">{t('hours.title')}</h2>
          <span className="sp" />
          <Segments
            label={t('hours.metric')}
            value={metric}
            onChange={(next) => setMetric(next)}
            options={metrics.map((value) => ({ value, label: t(`column.${value}`) }))}
          />
        </header>
        <HeatMap cells={answer.cells} metric={metric} />
        <Best best={answer.best} />
      </section>
      <FigureTable
        title={t('hours.table')}
        file={`hours-${answer.days}-days`}
        keep={t('keep')}
        columns={columns}
        rows={rows}
      />
    </>
  )
}

/** The best hours in words; none where too little was sent to say so. */
function Best({ best }: { best: Hours['best'] }) {
  const t = useText()
  const format = useFormat()
  const weekday = useWeekdays()
  if (best.length === 0) return <p className="pad mute">{t('hours.no_best')}</p>
  return (
    <div className="pad">
      <p className="soft">{t('hours.best')}</p>
      <ul className="best">
        {best.map(({ weekday: day, hour, score }) => (
          <li key={`${day}-${hour}`}>
            {t('hours.best_one', { day: weekday(day), hour: clock(hour), share: format.percent(score) })}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Paper to purple: how strong a cell is among the others, in four steps; 0 is none. */
function strengthOf(value: number | null, top: number): number {
  if (value === null || value === 0 || top === 0) return 0
  return Math.max(1, Math.ceil((4 * value) / top))
}

function HeatMap({ cells, metric }: { cells: readonly Cell[]; metric: Metric }) {
  const t = useText()
  const format = useFormat()
  const weekday = useWeekdays()
  const top = Math.max(...cells.map((cell) => cell[metric] ?? 0), 0)
  const known = new Map(cells.map((cell) => [cell.weekday * 24 + cell.hour, cell]))
  const text = (value: number) => (metric === 'sent' ? format.number(value) : format.percent(value))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className="heat-scroll" tabIndex={0} aria-label={t('hours.title')}>
      <table className="heat">
        <caption className="sr">{t(`column.${metric}`)}</caption>
        <thead>
          <tr>
            <td />
            {hours.map((hour) => (
              <th key={hour} scope="col">
                {String(hour).padStart(2, '0')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weekdays.map((day) => (
            <tr key={day}>
              <th scope="row">{weekday(day)}</th>
              {hours.map((hour) => {
                const cell = known.get(day * 24 + hour)
                const value = cell?.[metric] ?? null
                const words =
                  cell === undefined || cell.sent === 0
                    ? t('hours.nothing')
                    : t('hours.cell', { value: text(value ?? 0), count: cell.sent })
                return (
                  <td
                    key={hour}
                    className={`h${strengthOf(value, top)}`}
                    title={`${weekday(day)} ${clock(hour)}: ${words}`}
                  >
                    <span className="sr">{words}</span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
