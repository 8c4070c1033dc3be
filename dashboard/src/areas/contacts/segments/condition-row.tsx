import { useLanguage } from '../../../i18n/language-context.tsx'
import { IconButton } from '../../../kit/button.tsx'
import { Checkbox, FieldGroup, Select, TextField } from '../../../kit/field.tsx'
import { type Filter, useLabels, useListChoices, useMonitoredGroups, useSessions } from '../queries.ts'
import { useText } from '../words.ts'
import { type ConditionKind, isUnfinished } from './conditions.ts'

interface ConditionRowProps {
  kind: ConditionKind
  filter: Filter
  onChange(filter: Filter): void
  onRemove(): void
}

const statuses = ['new', 'contacted', 'qualified', 'converted', 'lost'] as const
const languageCodes = [
  'ar',
  'de',
  'en',
  'es',
  'fr',
  'he',
  'hi',
  'id',
  'it',
  'nl',
  'pl',
  'pt',
  'ru',
  'tr',
  'uk',
  'zh',
]

/** One condition: what must hold, and with which values. */
export function ConditionRow({ kind, filter, onChange, onRemove }: ConditionRowProps) {
  const t = useText()
  return (
    <li className="condition">
      <div>
        <FieldGroup legend={t(`condition.${kind}`)}>
          <Values kind={kind} filter={filter} onChange={onChange} />
        </FieldGroup>
        {isUnfinished(filter, kind) ? <p className="hint">{t('condition.choose')}</p> : null}
      </div>
      <IconButton
        icon="x"
        label={t('condition.remove', { name: t(`condition.${kind}`) })}
        onClick={onRemove}
      />
    </li>
  )
}

function Values({ kind, filter, onChange }: Omit<ConditionRowProps, 'onRemove'>) {
  const t = useText()
  const change = (value: unknown) => onChange({ ...filter, [kind]: value })
  const value = filter[kind]
  const names = (options: readonly Choice[]) => (
    <Choices options={options} chosen={value as string[]} onChange={change} />
  )
  switch (kind) {
    case 'lead_status':
      return names(statuses.map((status) => ({ value: status, label: t(`status.${status}`) })))
    case 'language':
      return <Languages chosen={value as string[]} onChange={change} />
    case 'label_id':
    case 'source_group_id':
    case 'in_group_id':
    case 'not_in_group_id':
      return <Things kind={kind} chosen={value as string[]} onChange={change} />
    case 'session_id':
      return <SessionChoice value={value as string} onChange={change} />
    case 'has_written':
      return (
        <Select
          label={t('condition.which')}
          value={value === true ? 'yes' : 'no'}
          options={[
            { value: 'yes', label: t('written.yes') },
            { value: 'no', label: t('written.no') },
          ]}
          onChange={(event) => change(event.target.value === 'yes')}
        />
      )
    case 'last_inbound_after':
    case 'last_inbound_before':
      return <Days value={value} onChange={(days) => change({ days_ago: days })} />
    default:
      return <Days value={value} onChange={change} />
  }
}

interface Choice {
  value: string
  label: string
}

interface ChoicesProps {
  options: readonly Choice[]
  chosen: readonly string[]
  onChange(value: string[]): void
}

function Choices({ options, chosen, onChange }: ChoicesProps) {
  const t = useText()
  if (options.length === 0) return <p className="mute">{t('condition.nothing')}</p>
  return (
    <div className="choices row">
      {options.map(({ value, label }) => (
        <Checkbox
          key={value}
          label={<bdi>{label}</bdi>}
          checked={chosen.includes(value)}
          onChange={(event) =>
            onChange(event.target.checked ? [...chosen, value] : chosen.filter((other) => other !== value))
          }
        />
      ))}
    </div>
  )
}

function Languages({ chosen, onChange }: Omit<ChoicesProps, 'options'>) {
  const { tag } = useLanguage()
  const names = new Intl.DisplayNames(tag, { type: 'language' })
  const codes = [...new Set([...languageCodes, ...chosen])]
  return (
    <Choices
      options={codes.map((value) => ({ value, label: names.of(value) ?? value }))}
      chosen={chosen}
      onChange={onChange}
    />
  )
}

type ThingKind = 'label_id' | 'source_group_id' | 'in_group_id' | 'not_in_group_id'

function useThings(kind: ThingKind): Choice[] {
  const { data: labels = [] } = useLabels()
  const { data: groups } = useMonitoredGroups()
  const { data: lists } = useListChoices()
  const found = kind === 'label_id' ? labels : kind === 'source_group_id' ? groups?.items : lists?.groups
  return (found ?? []).map(({ id, name }) => ({ value: id, label: name }))
}

function Things({ kind, ...rest }: { kind: ThingKind } & Omit<ChoicesProps, 'options'>) {
  return <Choices options={useThings(kind)} {...rest} />
}

function SessionChoice({ value, onChange }: { value: string; onChange(value: string): void }) {
  const t = useText()
  const { data: sessions = [] } = useSessions()
  return (
    <Select
      label={t('number')}
      value={value}
      options={[
        { value: '', label: t('choose') },
        ...sessions.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

/** Days of a condition, however the API holds them; a word or date of the calendar begins anew at 30. */
function daysOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'object' && value !== null && 'days_ago' in value) return Number(value.days_ago)
  return 30
}

function Days({ value, onChange }: { value: unknown; onChange(days: number): void }) {
  const t = useText()
  return (
    <>
      {typeof value === 'string' ? <p className="mute">{t('condition.since', { moment: value })}</p> : null}
      <TextField
        label={t('condition.days')}
        type="number"
        min={1}
        max={3650}
        value={String(daysOf(value))}
        onChange={(event) => onChange(Math.min(Math.max(Math.round(Number(event.target.value)), 0), 3650))}
      />
    </>
  )
}
