import { useMemo } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Chart } from '../../kit/chart.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { Late } from '../../kit/skeleton.tsx'
import { useMinute } from '../../shell/clock.tsx'
import { isOutOfPlan } from './campaign-outcome.tsx'
import { isOver, paceLine, sentInLastHour } from './parts.ts'
import { type Analytics, type Job, type Progress, useAnalytics } from './queries.ts'
import { useText } from './words.ts'

/** How fast messages left, and how it is expected to go on. */
export function PaceCard({ job, progress }: { job: Job; progress: Progress }) {
  const t = useText()
  const query = useAnalytics(job.id, isOver(job.status))
  if (isOutOfPlan(query.error)) return null
  return (
    <section className="card" aria-labelledby="h-pace">
      {query.data === undefined ? (
        <>
          <header>
            <h2 id="h-pace">{t('pace.title')}</h2>
          </header>
          {query.error === null ? (
            <Late>
              <div className="pad">
                <span className="skel pace-skeleton" />
              </div>
            </Late>
          ) : (
            <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
          )}
        </>
      ) : (
        <Pace job={job} progress={progress} figures={query.data} />
      )}
    </section>
  )
}

function Pace({ job, progress, figures }: { job: Job; progress: Progress; figures: Analytics }) {
  const t = useText()
  const format = useFormat()
  const minute = useMinute().getTime()
  const { timing, messages_per_minute: perMinute } = figures
  const hour = sentInLastHour(timing, minute)
  const data = useMemo(() => {
    const line = paceLine(timing, progress, job.started_at, minute)
    const hasExpected = line.expected.some((value) => value !== null)
    return {
      kind: 'lines' as const,
      at: line.at,
      axis: t('pace.when'),
      nameOf: format.planned,
      format: format.number,
      series: [
        { id: 'sent', label: t('pace.sent'), values: line.sent, colour: 'var(--accent-text)' },
        ...(hasExpected
          ? [
              {
                id: 'expected',
                label: t('pace.expected'),
                values: line.expected,
                colour: 'var(--text-3)',
                isDashed: true,
              },
            ]
          : []),
      ],
    }
  }, [timing, progress, job.started_at, minute, t, format])
  return (
    <>
      <header>
        <h2 id="h-pace">{t('pace.title')}</h2>
        <span className="mute small">
          {isOver(job.status) && perMinute !== null
            ? t('pace.per_minute', { count: perMinute })
            : t('pace.hour', { count: hour })}
        </span>
      </header>
      <div className="pad">
        {timing.length === 0 ? (
          <p className="mute small">{t('pace.none')}</p>
        ) : (
          <Chart title={t('pace.chart')} data={data} />
        )}
      </div>
    </>
  )
}
