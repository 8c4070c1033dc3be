import { Link, useNavigate } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { useLanguage } from '../../i18n/language-context.tsx'
import { Button, IconButton } from '../../kit/button.tsx'
import { Glyph } from '../../kit/icon.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { placeOf } from '../../kit/rule-words.ts'
import { useMinute } from '../../shell/clock.tsx'
import {
  addDays,
  addMonths,
  type Day,
  type DayRuns,
  firstWeekday,
  groupRuns,
  sheetOf,
  spanOf,
} from './calendar-days.ts'
import { useCalendar } from './queries.ts'
import { runLooks, runStatusOf } from './schedule-state.tsx'
import { useText } from './words.ts'

const shownInMonth = 3

/** A week or a month of runs, in the tenant's zone. */
export function CalendarView({ view, at }: { view: 'week' | 'month'; at: Day | undefined }) {
  const t = useText()
  const format = useFormat()
  const { tag } = useLanguage()
  const navigate = useNavigate()
  const today = format.dayKey(useMinute())
  const day = at ?? today
  const days = sheetOf(view, day, firstWeekday(tag))
  const { from, to } = spanOf(days, format.timeZone)
  const query = useCalendar(from, to)
  const go = (next: Day | undefined) =>
    void navigate({ to: '/schedules', search: { view, ...(next === undefined ? {} : { at: next }) } })
  const step = (by: number) => go(view === 'week' ? addDays(day, 7 * by) : addMonths(day, by))
  const names = format.dates({ month: 'long', year: 'numeric', timeZone: 'UTC' })
  const shown = view === 'month' ? day : (days[3] ?? day)
  return (
    <>
      <div className="calendar-head">
        <IconButton
          icon="back"
          look="line"
          label={t(`previous.${view}`)}
          onClick={() => step(-1)}
          className="flip"
        />
        <IconButton
          icon="right"
          look="line"
          label={t(`next.${view}`)}
          onClick={() => step(1)}
          className="flip"
        />
        <Button look="quiet" onClick={() => go(undefined)}>
          {t('today')}
        </Button>
        <h2 aria-live="polite">{names.format(new Date(`${shown}T12:00Z`))}</h2>
        <span className="mute small">{t('zone', { place: placeOf(format.timeZone) })}</span>
      </div>
      <Loaded query={query} title={t('calendar.failed')}>
        {({ entries, is_complete: isComplete }) => (
          <section className="scroll calendar-scroll" aria-label={t('calendar')}>
            {isComplete ? null : <p className="pad mute small">{t('calendar.cut')}</p>}
            <Sheet
              view={view}
              days={days}
              month={view === 'month' ? day.slice(0, 7) : undefined}
              today={today}
              runs={groupRuns(entries, format.dayKey)}
            />
          </section>
        )}
      </Loaded>
    </>
  )
}

interface SheetProps {
  view: 'week' | 'month'
  days: readonly Day[]
  month: string | undefined
  today: Day
  runs: ReadonlyMap<Day, DayRuns[]>
}

function Sheet({ view, days, month, today, runs }: SheetProps) {
  const t = useText()
  const format = useFormat()
  const weekday = format.dates({ weekday: 'short', timeZone: 'UTC' })
  const dayName = format.dates({ weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
  const date = (day: Day) => new Date(`${day}T12:00Z`)
  return (
    <ol className={`calendar ${view}`}>
      {days.slice(0, 7).map((day) => (
        <li key={`head ${day}`} className="calendar-weekday" aria-hidden="true">
          {weekday.format(date(day))}
        </li>
      ))}
      {days.map((day) => {
        const list = runs.get(day) ?? []
        const most = view === 'month' ? shownInMonth : list.length
        return (
          <li
            key={day}
            data-day={day}
            aria-current={day === today ? 'date' : undefined}
            className={`calendar-day ${month !== undefined && !day.startsWith(month) ? 'other' : ''} ${list.length === 0 ? 'empty-day' : ''}`}
          >
            <span className="sr">{dayName.format(date(day))}</span>
            <span className="calendar-number num" aria-hidden="true">
              <span className="desk-only">{format.number(Number(day.slice(8)))}</span>
              <span className="phone-only">{dayName.format(date(day))}</span>
            </span>
            {list.slice(0, most).map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
            {list.length > most ? (
              <Link className="calendar-more" to="/schedules" search={{ view: 'week', at: day }}>
                {t('more', { count: list.length - most })}
              </Link>
            ) : null}
          </li>
        )
      })}
    </ol>
  )
}

function Entry({ entry: { id, first, more } }: { entry: DayRuns }) {
  const t = useText()
  const format = useFormat()
  const status = runStatusOf(first.status)
  const [shape, tone] = runLooks[status]
  const words = t(`run.${status}`)
  const inside = (
    <>
      <Glyph name={shape} tone={tone} />
      <span className="sr">{words}</span>
      <time dateTime={first.at}>{format.clock(first.at)}</time>
      <bdi className="cut">{first.name ?? t('report')}</bdi>
      {more === 0 ? null : <small className="mute">{t('times_more', { count: more })}</small>}
    </>
  )
  return first.kind === 'report' ? (
    <Link className="calendar-run report" to="/reports" title={words}>
      {inside}
    </Link>
  ) : (
    <Link className="calendar-run" to="/schedules/$scheduleId" params={{ scheduleId: id }} title={words}>
      {inside}
    </Link>
  )
}
