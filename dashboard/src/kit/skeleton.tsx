import { type ReactNode, useEffect, useState } from 'react'
import { useText } from '../words/words.ts'

const patienceMs = 200

/** Nothing for 200 ms, then the shape of what comes. */
export function Late({ children }: { children: ReactNode }) {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patienceMs)
    return () => clearTimeout(timer)
  }, [])
  return isLate ? children : null
}

const widths = [32, 18, 41, 27, 36, 22]

/** Rows to come, each with a picture when `avatar`. */
export function SkeletonRows({ rows = 6, avatar }: { rows?: number; avatar?: boolean }) {
  const t = useText()
  return (
    <Late>
      <div className="pad stack skeletons" role="status" aria-label={t('loading')}>
        {Array.from({ length: rows }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows that are not there yet have no name
          <div key={index} className="skel-row">
            {avatar ? <span className="skel round" /> : null}
            <span className="skel-lines">
              <span className="skel" style={{ inlineSize: `${widths[index % widths.length]}%` }} />
              <span
                className="skel"
                style={{ inlineSize: `${30 + (widths[(index + 2) % widths.length] ?? 0)}%` }}
              />
            </span>
          </div>
        ))}
      </div>
    </Late>
  )
}
