import { useFormat } from '../../i18n/format.ts'
import { type TimelineEntry, useTimeline } from './queries.ts'
import { useText } from './words.ts'

const dayMs = 24 * 3_600_000
const width = 240
const height = 22

type Kind = 'working' | 'limited' | 'moving' | 'waiting' | 'failed' | 'off'

/** Bars grow when something is wrong: low is working, half is limited or connecting, full is down. */
const looks: Record<Kind, { top: number; fill: string }> = {
  working: { top: 14, fill: 'var(--ok)' },
  limited: { top: 8, fill: 'var(--warn)' },
  moving: { top: 8, fill: 'var(--info)' },
  waiting: { top: 8, fill: 'var(--warn)' },
  failed: { top: 2, fill: 'var(--bad)' },
  off: { top: 19, fill: 'var(--chart-mute)' },
}

function kindOf({ status, reason }: Pick<TimelineEntry, 'status' | 'reason'>): Kind {
  if (status === 'failed') return 'failed'
  if (status === 'qr_code') return 'waiting'
  if (status === 'starting' || reason === 'deaf') return 'moving'
  if (status === 'stopped') return 'off'
  return reason === 'reach_out_locked' || reason === 'message_capped' ? 'limited' : 'working'
}

/** A stretch of the day in one state. */
export interface Stretch {
  kind: Kind
  fromMs: number
  untilMs: number
}

/** The states of the last day, oldest first; what lay before the first entry is off. */
export function stretchesOf(entries: readonly TimelineEntry[], nowMs: number): Stretch[] {
  const beginMs = nowMs - dayMs
  const oldestFirst = entries.toReversed()
  const stretches: Stretch[] = []
  const add = (kind: Kind, fromMs: number, untilMs: number) => {
    if (untilMs <= beginMs || untilMs <= fromMs) return
    const last = stretches.at(-1)
    if (last?.kind === kind) last.untilMs = untilMs
    else stretches.push({ kind, fromMs: Math.max(fromMs, beginMs), untilMs })
  }
  const firstMs = Date.parse(oldestFirst[0]?.at ?? new Date(nowMs).toISOString())
  add('off', beginMs, firstMs)
  oldestFirst.forEach((entry, index) => {
    const next = oldestFirst[index + 1]
    add(kindOf(entry), Date.parse(entry.at), next === undefined ? nowMs : Date.parse(next.at))
  })
  return stretches
}

/** The last 24 hours of a session as a bar. */
export function Ribbon({ sessionId }: { sessionId: string }) {
  const t = useText()
  const format = useFormat()
  const { data } = useTimeline(sessionId)
  if (data === undefined) return null
  const nowMs = Date.now()
  const stretches = stretchesOf(data.entries, nowMs)
  const words = stretches.map(({ kind, fromMs }) =>
    t('ribbon.stretch', { state: t(`ribbon.${kind}`), time: format.moment(fromMs) }),
  )
  const at = (ms: number) => ((ms - (nowMs - dayMs)) / dayMs) * width
  return (
    <svg
      className="ribbon"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('ribbon.label', { states: format.list(words) })}
    >
      {stretches.map(({ kind, fromMs, untilMs }) => (
        <rect
          key={fromMs}
          x={at(fromMs)}
          y={looks[kind].top}
          width={Math.max(at(untilMs) - at(fromMs) - 1, 1)}
          height={height - looks[kind].top}
          rx="1.5"
          fill={looks[kind].fill}
        />
      ))}
    </svg>
  )
}
