import { useFormat } from '../../../i18n/format.ts'
import { FilterChip, Segments } from '../../../kit/filters.tsx'
import { Menu } from '../../../kit/menu.tsx'
import type { Webhook } from '../queries.ts'
import { useText } from '../words.ts'
import { type LogSearch, spansOfHours } from './log-search.ts'

interface LogFiltersProps {
  webhook: Webhook
  search: LogSearch
  /** How many there are of each status under the other filters. */
  counts: { pending: number; failed: number } | undefined
  onSearch(search: LogSearch): void
}

/** Which deliveries of the log are shown: of what became of them, of an event, of the last hours. */
export function LogFilters({ webhook, search, counts, onSearch }: LogFiltersProps) {
  const t = useText()
  const format = useFormat()
  const { status, event, hours } = search
  const segment = (value: 'pending' | 'failed', label: string) => ({
    value,
    label,
    ...(counts?.[value] ? { count: format.number(counts[value]) } : {}),
  })
  const set = (change: { [Key in keyof LogSearch]: LogSearch[Key] | undefined }) =>
    onSearch(
      Object.fromEntries(
        Object.entries({ status, event, hours, ...change }).filter(([, value]) => value !== undefined),
      ),
    )
  const span = (each: number) => t('filter.last', { span: format.unit(each, 'hour') })
  return (
    <div className="toolbar">
      <Segments
        label={t('column.state')}
        value={status ?? 'all'}
        onChange={(value) => set({ status: value === 'all' ? undefined : value })}
        options={[
          { value: 'all', label: t('filter.all') },
          segment('pending', t('filter.pending')),
          segment('failed', t('filter.failed')),
          { value: 'delivered', label: t('filter.delivered') },
        ]}
      />
      {event === undefined ? (
        <Menu
          trigger={<FilterChip isOn={false}>{t('column.event')}</FilterChip>}
          groups={[
            webhook.events.map((name) => ({
              id: name,
              label: <span className="mono ltr">{name}</span>,
              onSelect: () => set({ event: name }),
            })),
          ]}
        />
      ) : (
        <FilterChip isOn onClick={() => set({ event: undefined })}>
          <span className="mono ltr">{event}</span>
        </FilterChip>
      )}
      {hours === undefined ? (
        <Menu
          trigger={<FilterChip isOn={false}>{t('filter.since')}</FilterChip>}
          groups={[
            spansOfHours.map((each) => ({
              id: String(each),
              label: span(each),
              onSelect: () => set({ hours: each }),
            })),
          ]}
        />
      ) : (
        <FilterChip isOn onClick={() => set({ hours: undefined })}>
          {span(hours)}
        </FilterChip>
      )}
    </div>
  )
}
