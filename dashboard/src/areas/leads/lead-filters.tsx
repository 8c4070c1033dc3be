import { FilterChip, SearchField } from '../../kit/filters.tsx'
import { Menu } from '../../kit/menu.tsx'
import type { LeadSearch } from './lead-search.ts'
import { useMonitoredGroups } from './queries.ts'
import { leadStatuses } from './status-machine.ts'
import { useText } from './words.ts'

const scores = [3, 4, 6, 8]

/** A filter is taken away by `undefined`. */
export type FilterChange = { [Key in keyof LeadSearch]?: LeadSearch[Key] | undefined }

interface LeadFiltersProps {
  search: LeadSearch
  onChange(change: FilterChange): void
}

/** What is searched for and which filters hold. */
export function LeadFilters({ search, onChange }: LeadFiltersProps) {
  const t = useText()
  const { score, view } = search
  return (
    <>
      <SearchField
        label={t('search')}
        value={search.search ?? ''}
        onChange={(text) => onChange({ search: text === '' ? undefined : text })}
      />
      {score === undefined ? (
        <Menu
          trigger={<FilterChip isOn={false}>{t('score')}</FilterChip>}
          groups={[
            scores.map((least) => ({
              id: String(least),
              label: t('filter.score', { score: least }),
              onSelect: () => onChange({ score: least }),
            })),
          ]}
        />
      ) : (
        <FilterChip isOn onClick={() => onChange({ score: undefined })}>
          {t('filter.score_on', { score })}
        </FilterChip>
      )}
      <GroupFilter search={search} onChange={onChange} />
      {view === 'table' ? <StatusFilter search={search} onChange={onChange} /> : null}
    </>
  )
}

function GroupFilter({ search, onChange }: LeadFiltersProps) {
  const t = useText()
  const { data } = useMonitoredGroups()
  const groups = data?.items ?? []
  const { group: id } = search
  if (id !== undefined)
    return (
      <FilterChip isOn onClick={() => onChange({ group: undefined })}>
        {t.rich('filter.group_on', {
          group: <bdi>{groups.find((group) => group.id === id)?.name ?? t('filter.one_group')}</bdi>,
        })}
      </FilterChip>
    )
  return (
    <Menu
      trigger={<FilterChip isOn={false}>{t('column.group')}</FilterChip>}
      groups={[
        groups.length === 0
          ? [
              {
                id: 'none',
                label: t('filter.no_groups'),
                refused: t('filter.no_groups_text'),
                onSelect: () => undefined,
              },
            ]
          : groups.map(({ id: value, name }) => ({
              id: value,
              label: <bdi>{name}</bdi>,
              onSelect: () => onChange({ group: value }),
            })),
      ]}
    />
  )
}

function StatusFilter({ search, onChange }: LeadFiltersProps) {
  const t = useText()
  if (search.status !== undefined)
    return (
      <FilterChip isOn onClick={() => onChange({ status: undefined })}>
        {t('filter.status_on', { status: t.of(`status.${search.status}`) })}
      </FilterChip>
    )
  return (
    <Menu
      trigger={<FilterChip isOn={false}>{t('column.status')}</FilterChip>}
      groups={[
        leadStatuses.map((status) => ({
          id: status,
          label: t.of(`status.${status}`),
          onSelect: () => onChange({ status }),
        })),
      ]}
    />
  )
}
