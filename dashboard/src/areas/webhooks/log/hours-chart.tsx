import { useFormat } from '../../../i18n/format.ts'
import { ErrorNote } from '../../../kit/notes.tsx'
import { useText as useKitText } from '../../../words/words.ts'
import { useDeliveryHours, type Webhook } from '../queries.ts'
import { useText } from '../words.ts'

const width = 420
const height = 46
const gap = 5
const radius = 2
/** Below it a bar would not be seen. */
const least = 1.5

interface Hour {
  hour: string
  delivered: number
  not: number
}

/** What became of the deliveries of each hour of the last day, as bars and as a table. */
export function HoursChart({ webhook }: { webhook: Webhook }) {
  const t = useText()
  const words = useKitText()
  const format = useFormat()
  const query = useDeliveryHours(webhook.id)
  if (query.data === undefined)
    return query.error === null ? (
      <figure className="hours-chart" />
    ) : (
      <ErrorNote error={query.error} title={t('hours.failed')} onRetry={() => void query.refetch()} />
    )
  const hours = query.data.hours.map(({ hour, delivered, failed, pending }) => ({
    hour,
    delivered,
    not: failed + pending,
  }))
  const first = hours[0]
  return (
    <figure className="hours-chart">
      <figcaption className="chart-head">
        <span>{t('hours.title')}</span>
        <span className="legend">
          <span>
            <i style={{ '--c': 'var(--chart-mute)' } as React.CSSProperties} />
            {t('filter.delivered')}
          </span>
          <span>
            <i style={{ '--c': 'var(--bad)' } as React.CSSProperties} />
            {t('hours.not')}
          </span>
        </span>
      </figcaption>
      <Bars hours={hours} />
      <div className="ends ltr mute num">
        <span dir="auto">{first === undefined ? null : format.moment(first.hour)}</span>
        <span dir="auto">{t('hours.now')}</span>
      </div>
      <details className="chart-table">
        <summary>{words('chart.as_table')}</summary>
        <HoursTable hours={hours} />
      </details>
    </figure>
  )
}

function Bars({ hours }: { hours: readonly Hour[] }) {
  const most = Math.max(1, ...hours.map(({ delivered, not }) => delivered + not))
  const slot = width / Math.max(hours.length, 1)
  const scale = (count: number) => (count === 0 ? 0 : Math.max((count / most) * (height - gap), least))
  return (
    <svg className="ltr" viewBox={`0 0 ${width} ${height + 1}`} aria-hidden="true">
      <path className="grid" d={`M0 ${height + 0.5}H${width}`} />
      {hours.map(({ hour, delivered, not }, index) => {
        const well = scale(delivered)
        const bad = scale(not)
        const box = { x: index * slot + 1, width: slot - gap, rx: radius }
        // A line of paper parts what arrived from what did not.
        const between = well > 0 && bad > 0 ? 1 : 0
        return (
          <g key={hour}>
            {well === 0 ? null : <rect {...box} y={height - well} height={well} fill="var(--chart-mute)" />}
            {bad === 0 ? null : (
              <rect {...box} y={height - well - bad - between} height={bad} fill="var(--bad)" />
            )}
          </g>
        )
      })}
    </svg>
  )
}

function HoursTable({ hours }: { hours: readonly Hour[] }) {
  const t = useText()
  const format = useFormat()
  return (
    <table className="table">
      <caption className="sr">{t('hours.title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('hours.hour')}</th>
          <th scope="col" className="n">
            {t('filter.delivered')}
          </th>
          <th scope="col" className="n">
            {t('hours.not')}
          </th>
        </tr>
      </thead>
      <tbody>
        {hours.map(({ hour, delivered, not }) => (
          <tr key={hour}>
            <th scope="row">{format.moment(hour)}</th>
            <td className="n">{format.number(delivered)}</td>
            <td className="n">{format.number(not)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
