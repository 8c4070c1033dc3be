import { useFormat } from '../../i18n/format.ts'
import { ruleOf } from '../../kit/rule.ts'
import { placeOf, useRuleWords } from '../../kit/rule-words.ts'
import type { Schedule } from './queries.ts'
import { useText } from './words.ts'

/** When a schedule runs, in words. */
export function ScheduleWords({ schedule }: { schedule: Schedule }) {
  const words = useRuleWords()
  return <>{words(ruleOf(schedule, Date.now()))}</>
}

/** A moment to come in the tenant's zone; where the schedule has another, what its clock shows then. */
export function Planned({ at, zone }: { at: string; zone?: string }) {
  const t = useText()
  const format = useFormat()
  const date = new Date(at)
  const other =
    zone === undefined || zone === format.timeZone
      ? undefined
      : format.dates({ hour: '2-digit', minute: '2-digit', timeZone: zone }).format(date)
  return (
    <>
      <time dateTime={date.toISOString()} title={format.full(date)}>
        {format.planned(date)}
      </time>
      {other === undefined ? null : (
        <small className="mute"> {t('there', { time: other, place: placeOf(zone ?? '') })}</small>
      )}
    </>
  )
}
