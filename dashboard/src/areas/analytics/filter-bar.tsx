import { Segments } from '../../kit/filters.tsx'
import { type AnalyticsSearch, intervals, type Period, spans, type View } from './period.ts'
import { useLabels, useSessions } from './queries.ts'
import { useText } from './words.ts'

/** What can be chosen for which view. */
const choices: Readonly<Record<View, readonly ('period' | 'interval' | 'label' | 'compare')[]>> = {
  messages: ['period', 'interval', 'label', 'compare'],
  waits: ['period', 'interval', 'label', 'compare'],
  leads: ['period', 'interval', 'label', 'compare'],
  campaigns: ['period'],
  hours: [],
  people: [],
}

interface FilterBarProps {
  view: View
  search: AnalyticsSearch
  period: Period
  onSearch(part: AnalyticsSearch): void
}

/** Period, steps, session, label, and whether the period before is shown, too. */
export function FilterBar({ view, search, period, onSearch }: FilterBarProps) {
  const t = useText()
  const has = (name: 'period' | 'interval' | 'label' | 'compare') => choices[view].includes(name)
  return (
    <div className="toolbar an-filters">
      {has('period') ? <PeriodChoice search={search} period={period} onSearch={onSearch} /> : null}
      {has('interval') ? (
        <Pick
          label={t('interval')}
          value={search.interval ?? 'day'}
          onChange={(value) => onSearch({ interval: intervals.find((known) => known === value) })}
          options={intervals.map((value) => [value, t(`interval.${value}`)])}
        />
      ) : null}
      <SessionPick search={search} onSearch={onSearch} />
      {has('label') ? <LabelPick search={search} onSearch={onSearch} /> : null}
      {has('compare') ? (
        <label className="choice">
          <input
            className="check"
            type="checkbox"
            checked={search.compare === true}
            onChange={(event) => onSearch({ compare: event.target.checked || undefined })}
          />
          <span>{t('compare')}</span>
        </label>
      ) : null}
    </div>
  )
}

function PeriodChoice({ search, period, onSearch }: Omit<FilterBarProps, 'view'>) {
  const t = useText()
  const isOwn = search.from !== undefined
  const setDay = (part: Partial<Period>) => {
    const next = { ...period, ...part }
    // A field that is being emptied says nothing yet.
    if (next.from !== '' && next.to !== '') onSearch({ ...next, days: undefined })
  }
  return (
    <>
      <Segments
        label={t('period')}
        value={isOwn ? 'own' : String(search.days ?? 30)}
        onChange={(value) =>
          onSearch(
            value === 'own'
              ? { ...period, days: undefined }
              : { days: Number(value), from: undefined, to: undefined },
          )
        }
        options={[
          ...spans.map((days) => ({ value: String(days), label: t('span', { days }) })),
          { value: 'own', label: t('span.own') },
        ]}
      />
      {isOwn ? (
        <>
          <DayField label={t('from')} value={period.from} onChange={(from) => setDay({ from })} />
          <DayField label={t('to')} value={period.to} onChange={(to) => setDay({ to })} />
        </>
      ) : null}
    </>
  )
}

function DayField({ label, value, onChange }: { label: string; value: string; onChange(day: string): void }) {
  return (
    <input
      className="input day-field"
      type="date"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

type Choices = Omit<FilterBarProps, 'view' | 'period'>

function SessionPick({ search, onSearch }: Choices) {
  const t = useText()
  const { data: sessions = [] } = useSessions()
  return (
    <Pick
      label={t('session')}
      value={search.session ?? ''}
      onChange={(value) => onSearch({ session: value === '' ? undefined : value })}
      options={[['', t('session.all')], ...sessions.map(({ id, name }) => [id, name] as const)]}
    />
  )
}

function LabelPick({ search, onSearch }: Choices) {
  const t = useText()
  const { data: labels = [] } = useLabels()
  return (
    <Pick
      label={t('label')}
      value={search.label ?? ''}
      onChange={(value) => onSearch({ label: value === '' ? undefined : value })}
      options={[['', t('label.all')], ...labels.map(({ id, name }) => [id, name] as const)]}
    />
  )
}

/** One of a few, in a row of filters: its name is read out, its value says the rest. */
export function Pick({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: string
  options: readonly (readonly [value: string, label: string])[]
  onChange(value: string): void
}) {
  return (
    <select
      className="input select pick"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {options.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  )
}
