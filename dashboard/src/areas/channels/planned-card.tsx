import { Link } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { usePlanned } from './queries.ts'
import { useText } from './words.ts'

/** Posts that leave by themselves. */
export function PlannedCard({ channelId }: { channelId: string }) {
  const t = useText()
  const format = useFormat()
  const { data } = usePlanned()
  const planned = (data?.messages ?? []).filter((schedule) => schedule.channel_id === channelId)
  return (
    <section className="card" aria-labelledby="h-planned">
      <header>
        <h2 id="h-planned">{t('planned')}</h2>
        <span className="sp" />
        <Link className="btn quiet" to="/schedules/new" search={{ channel: channelId }}>
          {t('post.plan')}
        </Link>
      </header>
      {planned.length === 0 ? (
        <p className="pad mute small">{t('planned.none')}</p>
      ) : (
        <ul className="rows planned-list">
          {planned.map(({ id, name, next_run_at: next }) => (
            <li key={id}>
              <Link to="/schedules/$scheduleId" params={{ scheduleId: id }}>
                <b>
                  <bdi>{name}</bdi>
                </b>
                {next === null ? null : (
                  <time dateTime={next} title={format.full(next)}>
                    {format.planned(next)}
                  </time>
                )}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
