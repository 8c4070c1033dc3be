import { useFormat } from '../../i18n/format.ts'
import { Shares } from '../../kit/figures.tsx'
import { StateTag } from '../../kit/states.tsx'
import { barOrder, isOver, stageColours, stageCounts } from './parts.ts'
import { type Job, type Progress, useLists, useSessions } from './queries.ts'
import { useSecond } from './use-progress.ts'
import { useText } from './words.ts'

/** The sentence, then the bar, then figures that add up. */
export function ProgressCard({ job, progress }: { job: Job; progress: Progress }) {
  const t = useText()
  const format = useFormat()
  const counts = stageCounts(progress)
  const shares = barOrder.map((id) => ({
    id,
    count: counts[id],
    words: t(`stage.${id}`),
    colour: stageColours[id],
  }))
  return (
    <section className="card" aria-labelledby="h-live">
      <div className="pad stack live-progress">
        <div>
          <span className="phone-only">
            <StateTag kind="job" value={progress.status} loud />
          </span>
          <h2 id="h-live" className="lede">
            <Sentence progress={progress} />
          </h2>
          <p className="soft">
            <Background job={job} />
          </p>
          <Ending job={job} progress={progress} />
        </div>
        <Shares tall total={progress.total} shares={shares} label={t('column.progress')} />
        <dl className="legend">
          {shares.map(({ id, count, words, colour }) => (
            <div key={id} data-stage={id}>
              <dt>
                <i
                  className={id === 'waiting' ? 'open' : ''}
                  style={{ '--c': colour } as React.CSSProperties}
                />
                {words}
              </dt>
              <dd className="num">{format.number(count)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  )
}

function Sentence({ progress }: { progress: Progress }) {
  const t = useText()
  const format = useFormat()
  const { status, sent, total, waits_for: waits, next_send_at: next } = progress
  const now = useSecond(status === 'running' && next !== null)
  const values = { sent: format.number(sent), total: format.number(total) }
  if (status !== 'running') return t(`sentence.${status}`, values)
  const done = t('sentence.running', values)
  if (waits !== null && waits !== undefined) {
    const until =
      next === null ? t(`waits.${waits}`) : t(`waits_until.${waits}`, { when: format.planned(next) })
    return `${done} ${until}`
  }
  if (next === null) return done
  const left = Date.parse(next) - now
  return `${done} ${left <= 1000 ? t('sentence.now') : t('sentence.next', { left: format.duration(left) })}`
}

/** The list's name, whether or not it is among the newest. */
export function useListName(id: string | null): string | undefined {
  const { data } = useLists()
  return data?.groups.find((list) => list.id === id)?.name
}

function Background({ job }: { job: Job }) {
  const t = useText()
  const format = useFormat()
  const { data: sessions = [] } = useSessions()
  const list = useListName(job.custom_group_id)
  const values = {
    session: <bdi>{sessions.find(({ id }) => id === job.session_id)?.name ?? '–'}</bdi>,
    list: <bdi>{list ?? t('list_gone')}</bdi>,
    when: format.planned(job.started_at ?? job.created_at),
  }
  return (
    <>
      {t.rich('background', values)} {isOver(job.status) ? null : t('pace')}
    </>
  )
}

function Ending({ job, progress }: { job: Job; progress: Progress }) {
  const t = useText()
  const format = useFormat()
  const { expected_end_at: end, error } = progress
  const { quiet_hours: quiet, send_before: before, completed_at: completed } = job
  const sentences = [
    ...(end === null ? [] : [t('end.about', { when: format.planned(end) })]),
    ...(completed === null ? [] : [t('end.was', { when: format.planned(completed) })]),
    ...(quiet === null || isOver(job.status) ? [] : [t('quiet', { start: quiet.start, end: quiet.end })]),
    ...(before === null || isOver(job.status) ? [] : [t('before', { when: format.planned(before) })]),
  ]
  return (
    <>
      {sentences.length === 0 ? null : <p className="soft">{sentences.join(' ')}</p>}
      {error === null ? null : (
        <p className="warn" role="status">
          {t.rich('job_error', { error: <bdi>{error}</bdi> })}
        </p>
      )}
    </>
  )
}
