import type { Lead } from './queries.ts'
import { useText } from './words.ts'

const bars = [0, 1, 2, 3, 4]
const mostScore = 10

/** The score that counts: of the model once it has looked, else of the signals. */
export const scoreOf = ({
  lead_score: model,
  signal_score: signals,
}: Pick<Lead, 'lead_score' | 'signal_score'>) => (model > 0 ? model : signals)

/** A score of ten as five rising bars and its figure. */
export function Score({ value }: { value: number }) {
  const t = useText()
  return (
    <span className="score">
      <svg viewBox="0 0 30 12" aria-hidden="true">
        {bars.map((bar) => {
          const height = 4 + 2 * bar
          const share = Math.min(Math.max((value / mostScore) * bars.length - bar, 0), 1)
          const place = { x: bar * 6, y: 12 - height, height, rx: 1.2 }
          return (
            <g key={bar}>
              <rect {...place} width={4.5} fill="var(--surface-3)" stroke="var(--line)" strokeWidth={0.6} />
              {share === 0 ? null : <rect {...place} width={4.5 * share} fill="var(--accent-text)" />}
            </g>
          )
        })}
      </svg>
      <span className="sr">{t('score')} </span>
      <span className="num">{value}</span>
    </span>
  )
}
