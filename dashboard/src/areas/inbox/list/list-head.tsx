import { useFormat } from '../../../i18n/format.ts'
import { IconButton } from '../../../kit/button.tsx'
import { SearchField, Segments } from '../../../kit/filters.tsx'
import { Icon } from '../../../kit/icon.tsx'
import { Menu, type MenuItem } from '../../../kit/menu.tsx'
import { useChatCount, useLabels, useSessions } from '../queries.ts'
import type { InboxSearch } from '../search.ts'
import { useText } from '../words.ts'

interface ListHeadProps {
  search: InboxSearch
  onSearch(search: InboxSearch): void
  onNew(): void
}

function without(search: InboxSearch, key: keyof InboxSearch): InboxSearch {
  const { [key]: _, ...rest } = search
  return rest
}

function useFilterGroups(search: InboxSearch, onSearch: (search: InboxSearch) => void): MenuItem[][] {
  const t = useText()
  const { data: sessions = [] } = useSessions()
  const { data: labels = [] } = useLabels()
  const choice = (key: 'kind' | 'session' | 'label', value: string, label: React.ReactNode): MenuItem => ({
    id: `${key} ${value}`,
    label,
    checked: search[key] === value,
    onSelect: () =>
      onSearch(search[key] === value ? without(search, key) : ({ ...search, [key]: value } as InboxSearch)),
  })
  return [
    [choice('kind', 'people', t('filter.people')), choice('kind', 'groups', t('filter.groups'))],
    sessions.map(({ id, name }) => choice('session', id, <bdi>{name}</bdi>)),
    labels.map(({ id, name }) => choice('label', id, <bdi>{name}</bdi>)),
  ].filter((items) => items.length > 0)
}

/** What the list is cut to, each to be taken away. */
function SetFilters({ search, onSearch }: Pick<ListHeadProps, 'search' | 'onSearch'>) {
  const t = useText()
  const { data: sessions = [] } = useSessions()
  const { data: labels = [] } = useLabels()
  const names = {
    kind: search.kind === undefined ? undefined : t(`filter.${search.kind}`),
    session: search.session && (sessions.find(({ id }) => id === search.session)?.name ?? '…'),
    label: search.label && (labels.find(({ id }) => id === search.label)?.name ?? '…'),
  }
  const set = (['kind', 'session', 'label'] as const).filter((key) => names[key] !== undefined)
  if (set.length === 0) return null
  return (
    <div className="tools">
      {set.map((key) => (
        <button
          key={key}
          type="button"
          className="filter on"
          aria-label={t('filter.remove', { name: names[key] ?? '' })}
          onClick={() => onSearch(without(search, key))}
        >
          <bdi>{names[key]}</bdi>
          <Icon name="x" size="s" />
        </button>
      ))}
    </div>
  )
}

/** Search, filters and a new message. The counters are the server's, for the same filters as the list. */
export function ListHead({ search, onSearch, onNew }: ListHeadProps) {
  const t = useText()
  const format = useFormat()
  const groups = useFilterGroups(search, onSearch)
  const counts = {
    unread: useChatCount({ ...search, show: 'unread' }),
    unanswered: useChatCount({ ...search, show: 'unanswered' }),
  }
  const segment = (value: 'unread' | 'unanswered') => ({
    value,
    label: t(`filter.${value}`),
    ...(counts[value] ? { count: format.number(counts[value]) } : {}),
  })
  return (
    <header>
      <div className="row1">
        <h2>{t('title')}</h2>
        <Menu
          trigger={<IconButton icon="filter" label={t('filter.title')} />}
          title={t('filter.title')}
          groups={groups}
        />
        <IconButton icon="plus" look="primary" label={t('new.title')} onClick={onNew} />
      </div>
      <SearchField
        label={t('list.search')}
        value={search.q ?? ''}
        onChange={(q) => onSearch(q === '' ? without(search, 'q') : { ...search, q })}
      />
      <Segments
        label={t('filter.show')}
        value={search.show ?? 'all'}
        onChange={(value) => onSearch(value === 'all' ? without(search, 'show') : { ...search, show: value })}
        options={[{ value: 'all', label: t('filter.all') }, segment('unread'), segment('unanswered')]}
      />
      <SetFilters search={search} onSearch={onSearch} />
    </header>
  )
}
