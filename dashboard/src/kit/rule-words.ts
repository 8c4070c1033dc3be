import { useFormat } from '../i18n/format.ts'
import { useText } from '../words/words.ts'
import type { Rule } from './rule.ts'

/** A Sunday, to name the days of the week from. */
const sunday = Date.UTC(2026, 1, 1, 12)
const dayMs = 86_400_000

/** What a zone is called: its place. */
export const placeOf = (zone: string) => zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone

/** Names of days of the week in the language of the page. */
export function useWeekdays(style: 'long' | 'short' = 'long'): (weekday: number) => string {
  const format = useFormat()
  const names = format.dates({ weekday: style, timeZone: 'UTC' })
  return (weekday) => names.format(new Date(sunday + weekday * dayMs))
}

/** Whether days follow each other, so that naming the first and the last says it. */
const isSpan = (days: readonly number[]) =>
  days.length > 2 && (days.at(-1) ?? 0) - (days[0] ?? 0) === days.length - 1

/** A rule in words: "Every Monday at 09:00". The zone is named where it is not the tenant's. */
export function useRuleWords(): (rule: Rule) => string {
  const t = useText()
  const format = useFormat()
  const weekday = useWeekdays()
  return (rule) => {
    const { kind, time, timezone } = rule
    const values = {
      time,
      date:
        rule.date === ''
          ? ''
          : format.dates({ dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${rule.date}T12:00Z`)),
      days: format.list(rule.weekdays.map(weekday)),
      day: rule.day,
      // Left to right also among letters that go the other way.
      cron: `\u2066${rule.cron}\u2069`,
      first: weekday(rule.weekdays[0] ?? 0),
      last: weekday(rule.weekdays.at(-1) ?? 0),
    }
    const words =
      kind === 'monthly' && rule.day === 'L'
        ? t('rule.last_day', values)
        : kind === 'weekly' && isSpan(rule.weekdays)
          ? t('rule.span', values)
          : t(`rule.${kind}`, values)
    return timezone === format.timeZone ? words : t('rule.in_zone', { rule: words, place: placeOf(timezone) })
  }
}
