import type { ReactNode } from 'react'
import { useFormat } from '../i18n/format.ts'

/** A part of a whole, in its colour; `words` tell it to whoever does not see it. */
export interface Share {
  id: string
  count: number
  words: string
  colour: string
}

const styleOf = (values: Record<string, string>) => values as React.CSSProperties

/** Parts that add up: the bar of progress and its legend in one sentence for screen readers. */
export function Shares({
  total,
  shares,
  label,
  tall,
}: {
  total: number
  shares: readonly Share[]
  label: string
  tall?: boolean
}) {
  const format = useFormat()
  const words = shares.map(({ count, words }) => `${format.number(count)} ${words}`)
  return (
    <div className={tall ? 'prog' : 'bar'} role="img" aria-label={`${label}: ${format.list(words)}`}>
      {shares
        .filter(({ count }) => count > 0)
        .map(({ id, count, colour }) => (
          <i key={id} style={styleOf({ '--v': `${(100 * count) / Math.max(total, 1)}%`, '--c': colour })} />
        ))}
    </div>
  )
}

/** How far something is, in percent; moves in steps. */
export function Progress({ value, label }: { value: number; label: string }) {
  const percent = Math.round(Math.min(Math.max(value, 0), 1) * 100)
  return (
    <div
      className="bar"
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={styleOf({ '--v': `${percent}%` })} />
    </div>
  )
}

/** How much of a limit is used. Without a limit there is no bar. */
export function Meter({ used, limit, label }: { used: number; limit: number | null; label: string }) {
  const format = useFormat()
  const share = limit === null || limit === 0 ? 0 : Math.min(used / limit, 1)
  const text = limit === null ? format.number(used) : `${format.number(used)} / ${format.number(limit)}`
  const tone = share >= 1 ? 'var(--bad)' : share >= 0.8 ? 'var(--warn)' : 'var(--accent)'
  return (
    <div className="meter">
      <div className="meter-words">
        <span>{label}</span>
        <span className="num ltr">{text}</span>
      </div>
      {limit === null ? null : (
        // biome-ignore lint/a11y/useSemanticElements: the element of this name cannot be drawn in our tones
        <div
          className="bar"
          role="meter"
          aria-label={label}
          aria-valuenow={used}
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuetext={text}
        >
          <i style={styleOf({ '--v': `${share * 100}%`, '--c': tone })} />
        </div>
      )}
    </div>
  )
}

/** A step of a funnel. */
export interface FunnelStep {
  id: string
  label: ReactNode
  count: number
  colour?: string
}

/** From many to few, each step with its share of the first. */
export function Funnel({ steps }: { steps: readonly FunnelStep[] }) {
  const format = useFormat()
  const first = Math.max(steps[0]?.count ?? 0, 1)
  return (
    <dl className="fun">
      {steps.map(({ id, label, count, colour = 'var(--ramp-2)' }) => (
        <div key={id} className="fun-step">
          <dt>{label}</dt>
          <div className="t" aria-hidden="true">
            <div className="b" style={styleOf({ '--v': `${(100 * count) / first}%`, '--c': colour })} />
          </div>
          <dd className="p">
            {format.number(count)} <small>{format.percent(count / first)}</small>
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** A figure with its name, and what it is compared with. */
export function Figure({ label, value, detail }: { label: ReactNode; value: ReactNode; detail?: ReactNode }) {
  return (
    <div className="fig">
      <dt>{label}</dt>
      <dd>
        {value}
        {detail === undefined ? null : <span className="d"> {detail}</span>}
      </dd>
    </div>
  )
}
