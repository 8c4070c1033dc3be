import { useFormat } from '../../i18n/format.ts'
import { ruleOf } from '../../kit/rule.ts'
import { useRuleWords } from '../../kit/rule-words.ts'
import { StateTag } from '../../kit/states.tsx'
import type { Report, Template } from './queries.ts'
import { useText } from './words.ts'

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
