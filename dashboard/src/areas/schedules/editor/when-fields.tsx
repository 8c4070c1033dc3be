import { useMemo } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Combobox } from '../../../kit/combobox.tsx'
import { Checkbox, FieldGroup, Select, TextField } from '../../../kit/field.tsx'
import { Segments } from '../../../kit/filters.tsx'
import { useReason } from '../../../kit/notes.tsx'
import { useRule } from '../queries.ts'
import { isWhole, kinds, type Rule, toRuleBody } from '../rule.ts'
import { Planned, placeOf, useRuleWords, useWeekdays } from '../rule-words.tsx'
import { useText } from '../words.ts'
import type { EditorFields } from './target-fields.tsx'

/** Days of the week from Monday on. */
const weekdays = [1, 2, 3, 4, 5, 6, 0]
const monthDays = Array.from({ length: 31 }, (_, index) => String(index + 1))

/** How often, and when; said in words, with the next runs as the server counts them. */
export function WhenFields({ fields, onChange, problem }: EditorFields) {
  const t = useText()
  const { rule } = fields
  const set = (part: Partial<Rule>) => onChange({ rule: { ...rule, ...part } })
  const zones = useMemo(
    () => Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, label: zone })),
    [],
  )
  const options = zones.some(({ value }) => value === rule.timezone)
    ? zones
    : [{ value: rule.timezone, label: rule.timezone }, ...zones]
  return (
    <section className="card" aria-labelledby="h-when">
      <header>
        <h2 id="h-when">{t('section.when')}</h2>
      </header>
      <div className="pad stack">
        <div className="tools">
          <Segments
            label={t('field.kind')}
            value={rule.kind}
            onChange={(kind) => set({ kind })}
            options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
          />
        </div>
        <RuleParts rule={rule} set={set} problem={problem} />
        <Combobox
          label={t('field.zone')}
          value={rule.timezone}
          error={problem('timezone')}
          onChange={(timezone) => timezone !== undefined && set({ timezone })}
          options={options}
        />
        <NextRuns rule={rule} />
      </div>
    </section>
  )
}

interface PartsProps {
  rule: Rule
  set(part: Partial<Rule>): void
  problem(field: string): string | undefined
}

function RuleParts({ rule, set, problem }: PartsProps) {
  const t = useText()
  const weekday = useWeekdays()
  const { kind } = rule
  if (kind === 'cron')
    return (
      <TextField
        label={t('field.cron')}
        hint={t('field.cron_hint')}
        className="ltr mono"
        spellCheck={false}
        value={rule.cron}
        error={problem('cron_expression')}
        onChange={(event) => set({ cron: event.target.value })}
      />
    )
  const toggle = (day: number) =>
    set({
      weekdays: rule.weekdays.includes(day)
        ? rule.weekdays.filter((known) => known !== day)
        : [...rule.weekdays, day].toSorted((a, b) => a - b),
    })
  return (
    <>
      {kind === 'weekly' ? (
        <FieldGroup legend={t('field.weekdays')}>
          <div className="weekday-row">
            {weekdays.map((day) => (
              <Checkbox
                key={day}
                label={weekday(day)}
                checked={rule.weekdays.includes(day)}
                onChange={() => toggle(day)}
              />
            ))}
          </div>
        </FieldGroup>
      ) : null}
      <div className="time-row">
        {kind === 'once' ? (
          <TextField
            label={t('field.date')}
            type="date"
            value={rule.date}
            error={problem('scheduled_time')}
            onChange={(event) => set({ date: event.target.value })}
          />
        ) : null}
        {kind === 'monthly' ? (
          <Select
            label={t('field.day')}
            value={rule.day}
            onChange={(event) => set({ day: event.target.value })}
            options={[
              ...monthDays.map((value) => ({ value, label: value })),
              { value: 'L', label: t('last_day') },
            ]}
          />
        ) : null}
        <TextField
          label={t('field.time')}
          type="time"
          value={rule.time}
          error={problem('cron_expression')}
          onChange={(event) => set({ time: event.target.value })}
        />
      </div>
    </>
  )
}

/** The rule in words, then its next five runs in the tenant's zone. */
function NextRuns({ rule }: { rule: Rule }) {
  const t = useText()
  const format = useFormat()
  const words = useRuleWords()
  const reason = useReason()
  const whole = isWhole(rule)
  const query = useRule(toRuleBody(rule), whole)
  if (!whole) return null
  return (
    <div className="next-box" role="status">
      <b>{words(rule)}</b>
      {query.error === null ? (
        query.data === undefined ? null : (
          <>
            <p className="mute small">{t('times_in', { place: placeOf(format.timeZone) })}</p>
            <ol className="next-runs">
              {query.data.next_runs.map((at) => (
                <li key={at}>
                  <Planned at={at} zone={rule.timezone} />
                  <span className="mute">{format.ago(at)}</span>
                </li>
              ))}
            </ol>
          </>
        )
      ) : (
        <p className="bad small">{reason(query.error)}</p>
      )}
    </div>
  )
}
