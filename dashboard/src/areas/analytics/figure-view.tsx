import { type ComponentProps, type ReactNode, useMemo } from 'react'
import type { Cell } from '../../kit/csv.ts'
import type { FigureColumn, Unit } from '../../kit/figure-table.tsx'
import type { Interval } from './period.ts'
import { ComparedFigure, type Course, PeriodTables, StepChart } from './period-parts.tsx'
import { useText } from './words.ts'

type Step = { date: string } & Record<string, Cell>
type Figures<Key extends string> = Readonly<Record<Key, number | null>>
type Tables = ComponentProps<typeof PeriodTables>

/** A line of the chart: which figure, in which colour. */
type Line<Key extends string> = readonly [key: Key, colour: string]

interface FigureViewProps<Key extends string> extends Pick<Tables, 'file' | 'sessions' | 'labels'> {
  interval: Interval
  /** On top, each beside what it was before. */
  figures: readonly (readonly [key: Key, unit: Unit])[]
  totals: Figures<Key>
  were: Figures<Key> | undefined
  /** The chart: its name, its lines, and those of the period before. */
  chart: string
  unit: Unit
  lines: readonly Line<Key>[]
  linesBefore: readonly Line<Key>[]
  steps: readonly Step[]
  stepsBefore: readonly Step[] | undefined
  columns: readonly FigureColumn[]
  /** What has to be known to read the figures. */
  explained?: ReactNode
}

/** Figures of a period, their course beside that of the period before, and the same by step, number and label. */
export function FigureView<Key extends string>(props: FigureViewProps<Key>) {
  const { interval, figures, totals, were, chart, unit, steps, columns, explained, ...rest } = props
  const t = useText()
  return (
    <>
      <dl className="figs six">
        {figures.map(([key, of]) => (
          <ComparedFigure
            key={key}
            label={t.of(`column.${key}`)}
            unit={of}
            now={totals[key]}
            before={were?.[key]}
          />
        ))}
      </dl>
      {explained === undefined ? null : <p className="mute explain">{explained}</p>}
      <StepChart
        title={chart}
        steps={useMemo(() => steps.map(({ date }) => date), [steps])}
        interval={interval}
        courses={useCourses(props)}
        unit={unit}
      />
      <PeriodTables
        file={rest.file}
        columns={columns}
        steps={steps}
        sessions={rest.sessions}
        labels={rest.labels}
      />
    </>
  )
}

const figureOf = (step: Step | undefined, key: string) => {
  const value = step?.[key]
  return typeof value === 'number' ? value : null
}

function useCourses<Key extends string>(props: FigureViewProps<Key>): Course[] {
  const { lines, linesBefore, steps, stepsBefore } = props
  const t = useText()
  return useMemo(() => {
    const now = lines.map(([key, colour]) => ({
      id: key,
      label: t.of(`column.${key}`),
      values: steps.map((step) => figureOf(step, key)),
      colour,
    }))
    if (stepsBefore === undefined) return now
    const before = linesBefore.map(([key, colour]) => ({
      id: `${key}-before`,
      label: t('before_of', { what: t.of(`column.${key}`) }),
      values: steps.map((_, index) => figureOf(stepsBefore[index], key)),
      colour,
      isDashed: true,
    }))
    return [...now, ...before]
  }, [lines, linesBefore, steps, stepsBefore, t])
}
