import { useMemo } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Chart } from '../../kit/chart.tsx'
import type { ChartData } from '../../kit/chart-data.ts'
import type { Cell } from '../../kit/csv.ts'
import {
  type FigureColumn,
  type FigureRow,
  FigureTable,
  type Unit,
  useValueText,
} from '../../kit/figure-table.tsx'
import { Figure } from '../../kit/figures.tsx'
import { Bdi, Tag } from '../../kit/text-parts.tsx'
import { changeOf, type Interval } from './period.ts'
import { useText } from './words.ts'

/** What the days are of, and until when is counted: no figure is without its zone. */
export function PeriodLine({
  answer: { timezone, from, to, as_of: asOf },
}: {
  answer: { timezone: string; from: string; to: string; as_of: string }
}) {
  const t = useText()
  const format = useFormat()
  const days = format.dates({ timeZone: 'UTC', dateStyle: 'medium' })
  const name = (day: string) => days.format(new Date(`${day}T12:00:00Z`))
  return (
    <p className="mute period-line">
      {t.rich('period.line', {
        from: name(from),
        to: name(to),
        zone: <bdi>{timezone}</bdi>,
        time: format.moment(asOf),
      })}
    </p>
  )
}

/** A figure beside what it was in the period before. */
export function ComparedFigure({
  label,
  unit,
  now,
  before,
}: {
  label: string
  unit: Unit
  now: number | null
  before: number | null | undefined
}) {
  const t = useText()
  const format = useFormat()
  const text = useValueText()
  const change = changeOf(now, before)
  const was = before === undefined ? undefined : t('before', { value: text(before, unit) })
  const share = change === undefined ? undefined : `${change > 0 ? '+' : ''}${format.percent(change)}`
  return (
    <Figure
      label={label}
      value={text(now, unit)}
      detail={
        was === undefined ? undefined : (
          <>
            {was} {share === undefined ? null : <span className="ltr">{share}</span>}
          </>
        )
      }
    />
  )
}

/** A course over the steps of a period. */
export interface Course {
  id: string
  label: string
  values: readonly (number | null)[]
  colour: string
  isDashed?: boolean
}

/** Lines over the steps of a period, with the same as a table. */
export function StepChart({
  title,
  steps,
  interval,
  courses,
  unit,
}: {
  title: string
  steps: readonly string[]
  interval: Interval
  courses: readonly Course[]
  unit: Unit
}) {
  const t = useText()
  const format = useFormat()
  const text = useValueText()
  // Lines are drawn over the number of the step: so each has its name, however many there are.
  const data = useMemo((): ChartData => {
    const names = format.dates(
      interval === 'month'
        ? { timeZone: 'UTC', month: 'short', year: 'numeric' }
        : { timeZone: 'UTC', day: 'numeric', month: 'short' },
    )
    return {
      kind: 'lines',
      at: steps.map((_, index) => index),
      series: courses,
      axis: t(`step.${interval}`),
      nameOf: (index) =>
        steps[index] === undefined ? '' : names.format(new Date(`${steps[index]}T12:00:00Z`)),
      // Half a message is nothing a line stands for.
      format: (value) => (unit === 'count' && !Number.isInteger(value) ? '' : text(value, unit)),
    }
  }, [steps, interval, courses, unit, t, format, text])
  return (
    <section className="card">
      <div className="pad chart-pad">
        <Chart title={title} data={data} height={220} />
      </div>
    </section>
  )
}

interface Named {
  name: string | null
}

/** The tables of a period: by step, by session, by label, each as a file, too. */
export function PeriodTables({
  file,
  columns,
  steps,
  sessions,
  labels,
}: {
  file: string
  columns: readonly FigureColumn[]
  steps: readonly FigureRow[]
  sessions: readonly (Named & { figures: Record<string, Cell> })[]
  labels: readonly (Named & { color: string; figures: Record<string, Cell> })[]
}) {
  const t = useText()
  const rowsOf = (list: readonly (Named & { figures: Record<string, Cell> })[]) =>
    list.map(({ name, figures }) => ({ name: name ?? t('deleted'), ...figures }))
  const colours = new Map(labels.map(({ name, color }) => [name, color]))
  const labelName = (row: FigureRow) => (
    <Tag colour={colours.get(String(row['name']))}>
      <Bdi>{row['name']}</Bdi>
    </Tag>
  )
  const name = { key: 'name', unit: 'text' } as const
  return (
    <>
      <FigureTable
        title={t('by.step')}
        file={`${file}-by-day`}
        keep={t('keep')}
        columns={[{ key: 'date', label: t('column.day'), unit: 'day' }, ...columns]}
        rows={steps}
      />
      <FigureTable
        title={t('by.session')}
        file={`${file}-by-session`}
        keep={t('keep')}
        columns={[{ ...name, label: t('session') }, ...columns]}
        rows={rowsOf(sessions)}
      />
      {labels.length === 0 ? null : (
        <FigureTable
          title={t('by.label')}
          file={`${file}-by-label`}
          keep={t('keep')}
          columns={[{ ...name, label: t('label'), show: labelName }, ...columns]}
          rows={rowsOf(labels)}
        />
      )}
    </>
  )
}
