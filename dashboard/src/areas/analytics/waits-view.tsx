import { useMemo } from 'react'
import type { FigureColumn } from '../../kit/figure-table.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty } from '../../kit/notes.tsx'
import type { ViewProps } from './analytics-page.tsx'
import { ComparedFigure, type Course, PeriodLine, PeriodTables, StepChart } from './period-parts.tsx'
import { useWaits, type Waits } from './queries.ts'
import { useText } from './words.ts'

type Step = Pick<Waits['totals'], 'first_reply' | 'reply'>

const flat = ({ first_reply: first, reply }: Step) => ({
  first_count: first.count,
  first_median: first.median_seconds,
  first_average: first.average_seconds,
  first_p90: first.p90_seconds,
  count: reply.count,
  median: reply.median_seconds,
  average: reply.average_seconds,
  p90: reply.p90_seconds,
})

const figures = [
  ['first_median', 'seconds'],
  ['first_p90', 'seconds'],
  ['first_count', 'count'],
  ['median', 'seconds'],
  ['p90', 'seconds'],
  ['count', 'count'],
] as const

/** How long people waited for answers. */
export function WaitsView({ ask, before }: ViewProps) {
  const t = useText()
  const query = useWaits(ask)
  const earlier = useWaits(before ?? ask, before !== undefined)
  return (
    <Loaded query={query} title={t('failed')}>
      {(waits) => (
        <>
          <PeriodLine answer={waits} />
          {waits.totals.reply.count === 0 ? (
            <Empty title={t('waits.none')}>{t('waits.none_text')}</Empty>
          ) : (
            <Shown waits={waits} before={before === undefined ? undefined : earlier.data} />
          )}
        </>
      )}
    </Loaded>
  )
}

function Shown({ waits, before }: { waits: Waits; before: Waits | undefined }) {
  const t = useText()
  const courses = useMemo((): Course[] => {
    const course = (id: 'first_median' | 'median', colour: string) => ({
      id,
      label: t(`column.${id}`),
      values: waits.series.map((step) => flat(step)[id]),
      colour,
    })
    const earlier = {
      id: 'before',
      label: t('before_of', { what: t('column.first_median') }),
      values: waits.series.map((_, index) => before?.series[index]?.first_reply.median_seconds ?? null),
      colour: 'var(--text-3)',
      isDashed: true,
    }
    return [
      course('first_median', 'var(--ramp-2)'),
      course('median', 'var(--ramp-4)'),
      ...(before === undefined ? [] : [earlier]),
    ]
  }, [waits, before, t])
  const steps = useMemo(() => waits.series.map(({ date }) => date), [waits])
  const totals = flat(waits.totals)
  const were = before === undefined ? undefined : flat(before.totals)
  const columns: FigureColumn[] = [
    { key: 'first_count', label: t('column.first_count'), unit: 'count', hides: 'lo' },
    { key: 'first_median', label: t('column.first_median'), unit: 'seconds' },
    { key: 'first_average', label: t('column.first_average'), unit: 'seconds', hides: 'lo2' },
    { key: 'first_p90', label: t('column.first_p90'), unit: 'seconds', hides: 'lo' },
    { key: 'count', label: t('column.count'), unit: 'count', hides: 'lo' },
    { key: 'median', label: t('column.median'), unit: 'seconds' },
    { key: 'average', label: t('column.average'), unit: 'seconds', hides: 'lo2' },
    { key: 'p90', label: t('column.p90'), unit: 'seconds', hides: 'lo' },
  ]
  return (
    <>
      <dl className="figs six">
        {figures.map(([key, unit]) => (
          <ComparedFigure
            key={key}
            label={t(`column.${key}`)}
            unit={unit}
            now={totals[key]}
            before={were?.[key]}
          />
        ))}
      </dl>
      <p className="mute explain">{t('waits.explained')}</p>
      <StepChart
        title={t('waits.chart')}
        steps={steps}
        interval={waits.interval}
        courses={courses}
        unit="seconds"
      />
      <PeriodTables
        file={`waits-${waits.from}-${waits.to}`}
        columns={columns}
        steps={waits.series.map((step) => ({ date: step.date, ...flat(step) }))}
        sessions={waits.by_session.map((entry) => ({ name: entry.name, figures: flat(entry) }))}
        labels={waits.by_label.map((entry) => ({
          name: entry.name,
          color: entry.color,
          figures: flat(entry),
        }))}
      />
    </>
  )
}
