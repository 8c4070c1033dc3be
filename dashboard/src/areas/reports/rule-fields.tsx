import { useMemo } from 'react'
import { Combobox } from '../../kit/combobox.tsx'
import { Select, TextField } from '../../kit/field.tsx'
import { useWeekdays } from './report-words.tsx'
import { kinds, type Rule } from './rule.ts'
import { useText } from './words.ts'

const weekdays = [1, 2, 3, 4, 5, 6, 0]
const monthDays = Array.from({ length: 31 }, (_, index) => String(index + 1))

interface RuleFieldsProps {
  rule: Rule
  onChange(rule: Rule): void
  problem(field: string): string | undefined
}

/** How often a report comes, and by which clock. */
export function RuleFields({ rule, onChange, problem }: RuleFieldsProps) {
  const t = useText()
  const set = (part: Partial<Rule>) => onChange({ ...rule, ...part })
  const zones = useMemo(() => {
    const known = Intl.supportedValuesOf('timeZone')
    const all = known.includes(rule.timezone) ? known : [rule.timezone, ...known]
    return all.map((value) => ({ value, label: value }))
  }, [rule.timezone])
  return (
    <>
      <Select
        label={t('field.kind')}
        value={rule.kind}
        error={problem('schedule_type')}
        onChange={(event) => set({ kind: kinds.find((kind) => kind === event.target.value) ?? 'weekly' })}
        options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
      />
      <RuleParts rule={rule} set={set} problem={problem} />
      <Combobox
        label={t('field.zone')}
        value={rule.timezone}
        error={problem('timezone')}
        onChange={(timezone) => timezone !== undefined && set({ timezone })}
        options={zones}
      />
    </>
  )
}

function RuleParts({
  rule,
  set,
  problem,
}: {
  rule: Rule
  set(part: Partial<Rule>): void
  problem(field: string): string | undefined
}) {
  const t = useText()
  const weekday = useWeekdays()
  const { kind } = rule
  if (kind === 'now') return null
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
  return (
    <div className="report-pair">
      {kind === 'once' ? (
        <TextField
          label={t('field.date')}
          type="date"
          value={rule.date}
          error={problem('scheduled_time')}
          onChange={(event) => set({ date: event.target.value })}
        />
      ) : null}
      {kind === 'weekly' ? (
        <Select
          label={t('field.weekday')}
          value={rule.weekday}
          onChange={(event) => set({ weekday: event.target.value })}
          options={weekdays.map((day) => ({ value: String(day), label: weekday(day) }))}
        />
      ) : null}
      {kind === 'monthly' ? (
        <Select
          label={t('field.day')}
          value={rule.day}
          onChange={(event) => set({ day: event.target.value })}
          options={[
            ...monthDays.map((value) => ({ value, label: value })),
            { value: 'L', label: t('field.last_day') },
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
  )
}
