import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../words/words.ts'
import type { Today } from './queries.ts'
import { useText as useOwnText } from './words.ts'

const width = 760
const top = 18
const bottom = 118
const start = 40
const barWidth = 12
const hoursPerDay = 24

/** The highest line of the grid: a round number above what is shown. */
function ceilingOf(hours: Today['hours']): number {
  const most = Math.max(
    4,
    ...hours.flatMap(({ received, sent, usual_received: usual }) => [received, sent, usual]),
  )
  const step = 10 ** Math.floor(Math.log10(most))
  return Math.ceil(most / step) * step
}

/** All hours of a day; those of which nothing is known are empty. */
function everyHour({ hours }: Today): Today['hours'] {
  const known = new Map(hours.map((entry) => [entry.hour, entry]))
  return Array.from(
    { length: hoursPerDay },
    (_, hour) => known.get(hour) ?? { hour, received: 0, sent: 0, usual_received: 0 },
  )
}

/** Messages by hour of the tenant's day, with a usual day as a line, and the same as a table. */
export function HourBars({ today }: { today: Today }) {
  const words = useText()
  const format = useFormat()
  const hours = everyHour(today)
  const ceiling = ceilingOf(hours)
  const slot = (width - start) / hoursPerDay
  const y = (count: number) => bottom - ((bottom - top) * count) / ceiling
  const x = (hour: number) => start + hour * slot
  const usual = hours.map(({ hour, usual_received: count }) => `${x(hour) + slot / 2} ${y(count)}`)
  return (
    <>
      <svg className="hours ltr" viewBox={`0 0 ${width} 140`} aria-hidden="true">
        {[0, ceiling / 2, ceiling].map((line) => (
          <g key={line}>
            <path className="grid" d={`M${start} ${y(line)}H${width}`} />
            <text className="axis" x={start - 6} y={y(line) + 4} textAnchor="end">
              {format.number(line)}
            </text>
          </g>
        ))}
        {hours.map(({ hour, received, sent }) => (
          <g key={hour}>
            <Bar x={x(hour) + slot / 2 - barWidth} y={y(received)} colour="var(--ramp-2)" />
            <Bar x={x(hour) + slot / 2 + 1} y={y(sent)} colour="var(--chart-mute)" />
          </g>
        ))}
        {today.usual.received === 0 ? null : <path className="usual" d={`M${usual.join('L')}`} />}
        {hours
          .filter(({ hour }) => hour % 3 === 0)
          .map(({ hour }) => (
            <text key={hour} className="axis" x={x(hour) + slot / 2} y={bottom + 18} textAnchor="middle">
              {String(hour).padStart(2, '0')}
            </text>
          ))}
      </svg>
      <details className="chart-table">
        <summary>{words('chart.as_table')}</summary>
        <HourTable hours={hours} />
      </details>
    </>
  )
}

function Bar({ x, y, colour }: { x: number; y: number; colour: string }) {
  if (y >= bottom) return null
  return <rect x={x} y={y} width={barWidth - 1} height={bottom - y} rx="2" fill={colour} />
}

function HourTable({ hours }: { hours: Today['hours'] }) {
  const t = useOwnText()
  const format = useFormat()
  return (
    <table className="table">
      <caption className="sr">{t('today.by_hour')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('today.hour')}</th>
          <th scope="col" className="n">
            {t('today.received')}
          </th>
          <th scope="col" className="n">
            {t('today.sent')}
          </th>
          <th scope="col" className="n">
            {t('today.usual_line')}
          </th>
        </tr>
      </thead>
      <tbody>
        {hours.map(({ hour, received, sent, usual_received: usual }) => (
          <tr key={hour}>
            <th scope="row" className="ltr">{`${String(hour).padStart(2, '0')}:00`}</th>
            <td className="n">{format.number(received)}</td>
            <td className="n">{format.number(sent)}</td>
            <td className="n">{format.number(usual)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
