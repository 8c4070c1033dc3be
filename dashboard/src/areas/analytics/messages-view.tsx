import type { FigureColumn } from '../../kit/figure-table.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty } from '../../kit/notes.tsx'
import type { ViewProps } from './analytics-page.tsx'
import { FigureView } from './figure-view.tsx'
import { PeriodLine } from './period-parts.tsx'
import { useVolumes, type Volumes } from './queries.ts'
import { useText } from './words.ts'

const figures = [
  ['received', 'count'],
  ['sent', 'count'],
  ['failed', 'count'],
  ['delivery_rate', 'rate'],
  ['read_rate', 'rate'],
  ['reply_rate', 'rate'],
] as const

/** How much was written, and what became of it. */
export function MessagesView({ ask, before }: ViewProps) {
  const t = useText()
  const query = useVolumes(ask)
  const earlier = useVolumes(before ?? ask, before !== undefined)
  return (
    <Loaded query={query} title={t('failed')}>
      {(volumes) => (
        <>
          <PeriodLine answer={volumes} />
          {volumes.totals.received + volumes.totals.sent + volumes.totals.failed === 0 ? (
            <Empty title={t('messages.none')}>{t('messages.none_text')}</Empty>
          ) : (
            <Shown volumes={volumes} before={before === undefined ? undefined : earlier.data} />
          )}
        </>
      )}
    </Loaded>
  )
}

const lines = [
  ['received', 'var(--ramp-2)'],
  ['sent', 'var(--ramp-4)'],
] as const
const linesBefore = [
  ['received', 'var(--text-3)'],
  ['sent', 'var(--chart-mute)'],
] as const

function Shown({ volumes, before }: { volumes: Volumes; before: Volumes | undefined }) {
  const t = useText()
  const columns: FigureColumn[] = [
    { key: 'received', label: t('column.received'), unit: 'count' },
    { key: 'sent', label: t('column.sent'), unit: 'count' },
    { key: 'group_received', label: t('column.group_received'), unit: 'count', hides: 'lo2' },
    { key: 'group_sent', label: t('column.group_sent'), unit: 'count', hides: 'lo2' },
    { key: 'failed', label: t('column.failed'), unit: 'count', hides: 'lo' },
    { key: 'delivered', label: t('column.delivered'), unit: 'count', hides: 'lo' },
    { key: 'read', label: t('column.read'), unit: 'count', hides: 'lo' },
    { key: 'replied', label: t('column.replied'), unit: 'count', hides: 'lo' },
    { key: 'delivery_rate', label: t('column.delivery_rate'), unit: 'rate', hides: 'lo2' },
    { key: 'read_rate', label: t('column.read_rate'), unit: 'rate', hides: 'lo2' },
    { key: 'reply_rate', label: t('column.reply_rate'), unit: 'rate', hides: 'lo2' },
  ]
  return (
    <FigureView
      interval={volumes.interval}
      figures={figures}
      totals={volumes.totals}
      were={before?.totals}
      chart={t('messages.chart')}
      unit="count"
      lines={lines}
      linesBefore={linesBefore}
      steps={volumes.series}
      stepsBefore={before?.series}
      columns={columns}
      file={`messages-${volumes.from}-${volumes.to}`}
      sessions={volumes.by_session.map(({ name, session_id: _id, ...rest }) => ({ name, figures: rest }))}
      labels={volumes.by_label.map(({ name, color, label_id: _id, ...rest }) => ({
        name,
        color,
        figures: rest,
      }))}
    />
  )
}
