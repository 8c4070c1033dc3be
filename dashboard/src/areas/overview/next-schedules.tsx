import { Link } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { Icon } from '../../kit/icon.tsx'
import { ListCard } from './card.tsx'
import { useNextSchedules } from './queries.ts'
import { useText } from './words.ts'

/** What goes out by itself next. */
export function NextSchedules() {
  const t = useText()
  const format = useFormat()
  const { data = [] } = useNextSchedules()
  if (data.length === 0) return null
  const when = format.dates({ weekday: 'short', hour: '2-digit', minute: '2-digit' })
  return (
    <ListCard title={t('next.title')} to="/schedules" more={t('next.all')}>
      <ul className="rows mini">
        {data.map(({ id, name, target_type: target, next_run_at: next }) => (
          <li key={id}>
            <Link to="/schedules/$scheduleId" params={{ scheduleId: id }}>
              <Icon name="schedules" size="s" />
              <div className="cut">
                <b className="cut">
                  <bdi>{name}</bdi>
                </b>
                <p className="cut">{t.of(`next.${target}`)}</p>
              </div>
              <span className="wait">{next === null ? '–' : when.format(new Date(next))}</span>
            </Link>
          </li>
        ))}
      </ul>
    </ListCard>
  )
}
