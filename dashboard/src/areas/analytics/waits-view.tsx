import { useMemo } from 'react'
import type { FigureColumn } from '../../kit/figure-table.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty } from '../../kit/notes.tsx'
import type { ViewProps } from './analytics-page.tsx'
import { FigureView } from './figure-view.tsx'
import { PeriodLine } from './period-parts.tsx'
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

const lines = [
  ['first_median', 'var(--ramp-2)'],
  ['median', 'var(--ramp-4)'],
] as const
const linesBefore = [['first_median', 'var(--text-3)']] as const

/** The steps with their figures side by side. */
const useSteps = (waits: Waits | undefined) =>
  useMemo(() => waits?.series.map((step) => ({ date: step.date, ...flat(step) })), [waits])

function Shown({ waits, before }: { waits: Waits; before: Waits | undefined }) {
  const t = useText()
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
    <FigureView
      interval={waits.interval}
      figures={figures}
      totals={flat(waits.totals)}
      were={before === undefined ? undefined : flat(before.totals)}
      explained={t('waits.explained')}
      chart={t('waits.chart')}
      unit="seconds"
      lines={lines}
      linesBefore={linesBefore}
      steps={useSteps(waits) ?? []}
      stepsBefore={useSteps(before)}
      columns={columns}
      file={`waits-${waits.from}-${waits.to}`}
      sessions={waits.by_session.map((entry) => ({ name: entry.name, figures: flat(entry) }))}
      labels={waits.by_label.map(({ name, color, ...entry }) => ({ name, color, figures: flat(entry) }))}
    />
  )
}
