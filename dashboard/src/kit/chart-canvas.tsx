import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { type ChartData, withoutNeighbours } from './chart-data.ts'

/** A colour of the page as the canvas can draw it: tokens are resolved for the theme that is on. */
function resolve(element: Element, colour: string): string {
  const probe = document.createElement('i')
  probe.style.color = colour
  element.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

const lonePoints = (chart: UPlot, series: number) => withoutNeighbours(chart.data[series] ?? [])

function draw(element: HTMLElement, data: ChartData, height: number): UPlot {
  const colour = (token: string) => resolve(element, token)
  const axis = {
    stroke: colour('var(--text-3)'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    grid: { stroke: colour('var(--line)'), width: 1 },
    ticks: { show: false },
  }
  const bars = UPlot.paths.bars?.({ size: [0.7, 40], radius: 0.15 })
  const options: UPlot.Options = {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { x: { time: false }, y: { range: (_chart, _min, max) => [0, Math.max(max * 1.1, 1)] } },
    axes: [
      { ...axis, grid: { show: false }, space: 90, values: (_chart, splits) => splits.map(data.nameOf) },
      { ...axis, size: 44, values: (_chart, splits) => splits.map(data.format) },
    ],
    series: [
      {},
      ...data.series.map(({ label, colour: token, isDashed }) => ({
        label,
        stroke: colour(token),
        width: data.kind === 'bars' ? 0 : 2,
        ...(data.kind === 'bars'
          ? { fill: colour(token), ...(bars === undefined ? {} : { paths: bars }) }
          : {}),
        ...(isDashed ? { dash: [4, 4] } : {}),
        points: { show: data.kind === 'lines', size: 6, fill: colour(token), filter: lonePoints },
      })),
    ],
  }
  return new UPlot(options, [[...data.at], ...data.series.map(({ values }) => [...values])], element)
}

/** Draws with uPlot, again when the width or the theme changes. */
export function ChartCanvas({ data, height }: { data: ChartData; height: number }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (element === null) return undefined
    let chart = draw(element, data, height)
    const redraw = () => {
      chart.destroy()
      chart = draw(element, data, height)
    }
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    const themed = new MutationObserver(redraw)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    resized.observe(element)
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    scheme.addEventListener('change', redraw)
    return () => {
      resized.disconnect()
      themed.disconnect()
      scheme.removeEventListener('change', redraw)
      chart.destroy()
    }
  }, [data, height])
  return <div ref={place} />
}
