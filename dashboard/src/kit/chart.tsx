import { lazy, type ReactNode, Suspense } from 'react'
import { useText } from '../words/words.ts'
import type { ChartData } from './chart-data.ts'
import { Late } from './skeleton.tsx'

// Charts and their library come only when a page has one.
const Canvas = lazy(() => import('./chart-canvas.tsx').then((module) => ({ default: module.ChartCanvas })))

/** A chart over time with its figures as a table, for whoever reads rather than looks. */
export function Chart({
  title,
  data,
  height = 180,
  legend,
}: {
  title: string
  data: ChartData
  height?: number
  legend?: ReactNode
}) {
  const t = useText()
  return (
    <figure className="chart">
      <figcaption className="chart-head">
        <span>{title}</span>
        {legend ?? (
          <span className="legend">
            {data.series.map(({ id, label, colour, isDashed }) => (
              <span key={id}>
                <i className={isDashed ? 'ln' : ''} style={{ '--c': colour } as React.CSSProperties} />
                {label}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <div className="ltr chart-canvas" style={{ blockSize: height }} aria-hidden="true">
        <Suspense
          fallback={
            <Late>
              <span className="skel chart-skeleton" />
            </Late>
          }
        >
          <Canvas data={data} height={height} />
        </Suspense>
      </div>
      <details className="chart-table">
        <summary>{t('chart.as_table')}</summary>
        <ChartTable title={title} data={data} />
      </details>
    </figure>
  )
}

function ChartTable({ title, data }: { title: string; data: ChartData }) {
  return (
    <table className="table">
      <caption className="sr">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{data.axis}</th>
          {data.series.map(({ id, label }) => (
            <th key={id} scope="col" className="n">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.at.map((moment, index) => (
          <tr key={moment}>
            <th scope="row">{data.nameOf(moment)}</th>
            {data.series.map(({ id, values }) => (
              <td key={id} className="n">
                {values[index] === null || values[index] === undefined ? '–' : data.format(values[index])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
