import { useMemo } from 'react'
import { timeZones } from '../i18n/time-zones.ts'
import { useText } from '../words/words.ts'
import { Combobox } from './combobox.tsx'
import { Checkbox, FieldGroup, Select, TextField } from './field.tsx'
import type { Rule } from './rule.ts'
import { useWeekdays } from './rule-words.ts'

/** Days of the week from Monday on. */
const weekdays = [1, 2, 3, 4, 5, 6, 0]
const monthDays = Array.from({ length: 31 }, (_, index) => String(index + 1))

interface RuleFieldsProps {
  rule: Rule
  onChange(rule: Rule): void
  problem(field: string): string | undefined
}

/** When something runs, and by which clock; how often is chosen above. */
export function RuleFields({ rule, onChange, problem }: RuleFieldsProps) {
  const t = useText()
  const set = (part: Partial<Rule>) => onChange({ ...rule, ...part })
  const zones = useMemo(() => {
    const known = timeZones
    const all = known.includes(rule.timezone) ? known : [rule.timezone, ...known]
    return all.map((value) => ({ value, label: value }))
  }, [rule.timezone])
  return (
    <>
      <RuleParts rule={rule} set={set} problem={problem} />
      <Combobox
        label={t('rule_field.zone')}
        value={rule.timezone}
        error={problem('timezone')}
        onChange={(timezone) => timezone !== undefined && set({ timezone })}
        options={zones}
      />
    </>
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
  if (kind === 'now') return null
  if (kind === 'cron')
    return (
      <TextField
        label={t('rule_field.cron')}
        hint={t('rule_field.cron_hint')}
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
        <FieldGroup legend={t('rule_field.weekdays')}>
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
            label={t('rule_field.date')}
            type="date"
            value={rule.date}
            error={problem('scheduled_time')}
            onChange={(event) => set({ date: event.target.value })}
          />
        ) : null}
        {kind === 'monthly' ? (
          <Select
            label={t('rule_field.day')}
            value={rule.day}
            onChange={(event) => set({ day: event.target.value })}
            options={[
              ...monthDays.map((value) => ({ value, label: value })),
              { value: 'L', label: t('rule_field.last_day') },
            ]}
          />
        ) : null}
        <TextField
          label={t('rule_field.time')}
          type="time"
          value={rule.time}
          error={problem('cron_expression')}
          onChange={(event) => set({ time: event.target.value })}
        />
      </div>
    </>
  )
}
