import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { ApiError } from '../../api/api-error.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import { useFormat } from '../../i18n/format.ts'
import { Glyph } from '../../kit/icon.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { lookOf } from '../../kit/states.tsx'
import { isOver, reasonsOf, stageColours } from './parts.ts'
import { type Job, type Progress, useAnalytics } from './queries.ts'
import { useReasonHint, useReasonWords } from './titles.ts'
import { useText } from './words.ts'

interface CardProps {
  job: Job
  progress: Progress
}

/** From all recipients to those who answered, each step with its share of the one before. */
export function FunnelCard({ progress }: { progress: Progress }) {
  const t = useText()
  const format = useFormat()
  const { total, sent, delivered, read, replied, pending, skipped, failed, read_unknown: unknown } = progress
  const left = [
    pending > 0 ? t('drop.pending', { count: pending }) : '',
    skipped > 0 ? t('drop.skipped', { count: skipped }) : '',
    failed > 0 ? t('drop.failed', { count: failed }) : '',
  ].filter((text) => text !== '')
  const unread = delivered - read
  const steps = [
    { id: 'recipients', count: total, of: 0, colour: 'var(--surface-3)', drop: '' },
    { id: 'sent', count: sent, of: 0, colour: stageColours.sent, drop: format.list(left) },
    {
      id: 'delivered',
      count: delivered,
      of: sent,
      colour: stageColours.delivered,
      drop: sent > delivered ? t('drop.on_way', { count: sent - delivered }) : '',
    },
    {
      id: 'read',
      count: read,
      of: delivered,
      colour: stageColours.read,
      drop: unread > 0 ? t(unknown > 0 ? 'drop.unread_hidden' : 'drop.unread', { count: unread }) : '',
    },
    { id: 'replied', count: replied, of: read, colour: stageColours.replied, drop: '' },
  ]
  return (
    <section className="card" aria-labelledby="h-fun">
      <header>
        <h2 id="h-fun">{t('funnel')}</h2>
        <span className="sp" />
        <span className="mute small">{t('funnel.of')}</span>
      </header>
      <dl className="pad fun">
        {steps.map(({ id, count, of, colour, drop }) => (
          <div key={id} className="fun-step" data-step={id}>
            <dt>{t.of(`step.${id}`)}</dt>
            <div className="t" aria-hidden="true">
              <div
                className={`b ${id === 'recipients' ? 'open' : ''}`}
                style={
                  { '--v': `${(100 * count) / Math.max(total, 1)}%`, '--c': colour } as React.CSSProperties
                }
              />
            </div>
            <dd className="p">
              <b>{format.number(count)}</b> {of === 0 ? null : <small>{format.percent(count / of)}</small>}
            </dd>
            {drop === '' ? null : <dd className="step-note">{drop}</dd>}
          </div>
        ))}
      </dl>
    </section>
  )
}

/** Whether figures are refused because the plan has none. */
export function isOutOfPlan(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403
}

/** Who got nothing, and why; each leads to those people below. */
export function ReasonsCard({ job, progress }: CardProps) {
  const t = useText()
  const format = useFormat()
  const words = useReasonWords()
  const hint = useReasonHint()
  const query = useAnalytics(job.id, isOver(job.status))
  const { skipped, failed } = progress
  const mark = `${skipped} ${failed}`
  // Somebody more was left out or failed: the reasons are fetched at once, so that they add up.
  useEffect(() => {
    if (mark !== '0 0') void invalidatePaths(['/api/v2/analytics/campaigns/{job_id}'])
  }, [mark])
  const count = skipped + failed
  const reasons = query.data === undefined ? [] : reasonsOf(query.data, progress)
  return (
    <section className="card" aria-labelledby="h-out">
      <header>
        <h2 id="h-out">{t('out')}</h2>
        <span className="mute num">{format.number(count)}</span>
      </header>
      {count === 0 ? (
        <p className="pad mute small">{t('out.nobody')}</p>
      ) : isOutOfPlan(query.error) ? (
        <p className="pad mute small">{t('out.plan')}</p>
      ) : query.data === undefined && query.error !== null ? (
        <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ul className="rows mini">
          {reasons.map(({ code, count: number, kind }) => {
            const [shape, tone] = lookOf('recipient', kind)
            return (
              <li key={`${kind} ${code}`}>
                <Link
                  to="/campaigns/$campaignId"
                  params={{ campaignId: job.id }}
                  search={kind === 'failed' ? { stage: 'failed' } : { stage: 'left_out', reason: code }}
                  hash="recipients"
                >
                  <Glyph name={shape} tone={tone} />
                  <div>
                    <b>{words(code)}</b>
                    <p>{hint(code, kind)}</p>
                  </div>
                  <b className="num">{format.number(number)}</b>
                </Link>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}
