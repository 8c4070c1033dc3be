/** One line or row of bars. */
export interface ChartSeries {
  id: string
  label: string
  values: readonly (number | null)[]
  /** A token, such as `var(--ramp-2)`. */
  colour: string
  isDashed?: boolean
}

/** What a chart draws. */
export interface ChartData {
  kind: 'lines' | 'bars'
  /** Moments in milliseconds, in order. */
  at: readonly number[]
  series: readonly ChartSeries[]
  /** Name of the axis of moments: "Day". */
  axis: string
  /** A moment in the tenant's zone. */
  nameOf(moment: number): string
  format(value: number): string
}

/** Places of values without a neighbour: no line leads to them, so they are drawn as dots. */
export function withoutNeighbours(values: ArrayLike<number | null | undefined>): number[] {
  const isThere = (index: number) => values[index] !== null && values[index] !== undefined
  return Array.from(values, (_, index) => index).filter(
    (at) => isThere(at) && !isThere(at - 1) && !isThere(at + 1),
  )
}
