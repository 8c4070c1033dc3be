import { useFormat } from '../../i18n/format.ts'
import { StateTag } from '../../kit/states.tsx'
import type { Report, Template } from './queries.ts'
import { type Rule, ruleOf } from './rule.ts'
import { useText } from './words.ts'

/** A Sunday, to name the days of the week from. */
const sunday = Date.UTC(2026, 1, 1, 12)
const dayMs = 86_400_000

/** Names of days of the week in the language of the page. */
export function useWeekdays(): (weekday: number) => string {
  const format = useFormat()
  const names = format.dates({ weekday: 'long', timeZone: 'UTC' })
  return (weekday) => names.format(new Date(sunday + weekday * dayMs))
}

/** What a kind of report is called in the language of the page; the server's name where it is not known. */
export function useTemplateWords() {
  const t = useText()
  const known = (key: string, otherwise: string) => {
    const text = t.of(key)
    return text === key ? otherwise : text
  }
  return {
    name: ({ id, name }: Pick<Template, 'id' | 'name'>) => known(`template.${id}`, name),
    about: ({ id, description }: Template) => known(`about.${id}`, description),
  }
}

/** A rule in words, with its zone where that is not the tenant's. */
export function useRuleWords(): (rule: Rule) => string {
  const t = useText()
  const format = useFormat()
  const weekday = useWeekdays()
  return (rule) => {
    const { kind, time, timezone, day } = rule
    const days = format.dates({ dateStyle: 'medium', timeZone: 'UTC' })
    const values = {
      time,
      date: rule.date === '' ? '' : days.format(new Date(`${rule.date}T12:00Z`)),
      day: kind === 'weekly' ? weekday(Number(rule.weekday)) : day,
      // Left to right also among letters that go the other way.
      cron: `\u2066${rule.cron}\u2069`,
    }
    const words = kind === 'monthly' && day === 'L' ? t('rule.last_day', values) : t(`rule.${kind}`, values)
    return timezone === format.timeZone ? words : t('rule.in_zone', { rule: words, zone: timezone })
  }
}

/** When a report comes, in words. */
export function ReportRule({ report }: { report: Report }) {
  const words = useRuleWords()
  return <>{words(ruleOf(report, Date.now()))}</>
}

const jobStates = {
  active: 'running',
  paused: 'paused',
  completed: 'completed',
  cancelled: 'cancelled',
} as const

/** How a report stands. */
export function ReportState({ status }: { status: Report['status'] }) {
  const t = useText()
  return (
    <StateTag kind="job" value={jobStates[status]}>
      {t(`status.${status}`)}
    </StateTag>
  )
}

/** A moment to come, in the tenant's zone; where the report has another, what its clock shows then. */
export function ComingTime({ at, zone }: { at: string; zone: string }) {
  const t = useText()
  const format = useFormat()
  const date = new Date(at)
  const shape = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  } as const
  return (
    <>
      <time dateTime={date.toISOString()} title={format.full(date)}>
        {format.dates(shape).format(date)}
      </time>
      {zone === format.timeZone ? null : (
        <small className="mute">
          {' '}
          {t('there', { time: format.dates({ ...shape, timeZone: zone }).format(date), zone })}
        </small>
      )}
    </>
  )
}
