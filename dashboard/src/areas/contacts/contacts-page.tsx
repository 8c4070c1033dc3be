import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { groupPhone, useFormat } from '../../i18n/format.ts'
import { CurlButton } from '../../kit/curl.tsx'
import { FilterChip, SearchField } from '../../kit/filters.tsx'
import { Menu } from '../../kit/menu.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Phone, Tag, Time } from '../../kit/text-parts.tsx'
import { Page } from '../../shell/page.tsx'
import { AreaTabs } from './area-tabs.tsx'
import './contacts.css'
import { type Contact, useContacts, useSessions } from './queries.ts'
import { useText } from './words.ts'

/** Everybody who is known, over all numbers. */
export function ContactsPage() {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate({ from: '/contacts' })
  const { search, session } = useSearch({ from: '/app/contacts' })
  const filter = {
    ...(search === undefined ? {} : { search }),
    ...(session === undefined ? {} : { session_id: session }),
  }
  const query = useContacts(filter)
  const total = query.data?.pages.at(-1)?.total
  return (
    <Page
      title={t('title')}
      actions={
        <CurlButton calls={[{ method: 'get', path: '/api/v2/contacts', params: { query: filter } }]} />
      }
    >
      <div className="toolbar">
        <AreaTabs at="people" />
        <SearchField
          label={t('search')}
          value={search ?? ''}
          onChange={(text) =>
            void navigate({
              search: {
                ...(text === '' ? {} : { search: text }),
                ...(session === undefined ? {} : { session }),
              },
              replace: true,
            })
          }
        />
        <SessionFilter
          session={session}
          onChange={(next) =>
            void navigate({
              search: {
                ...(search === undefined ? {} : { search }),
                ...(next === undefined ? {} : { session: next }),
              },
              replace: true,
            })
          }
        />
        <span className="sp" />
        <span className="mute desk-only matching" role="status">
          {total === undefined ? null : t('people', { count: total, number: format.number(total) })}
        </span>
      </div>
      <People query={query} isFiltered={search !== undefined || session !== undefined} />
    </Page>
  )
}

function SessionFilter({
  session,
  onChange,
}: {
  session: string | undefined
  onChange(id: string | undefined): void
}) {
  const t = useText()
  const { data: sessions = [] } = useSessions()
  if (session !== undefined)
    return (
      <FilterChip isOn onClick={() => onChange(undefined)}>
        <bdi>{sessions.find(({ id }) => id === session)?.name ?? t('number')}</bdi>
      </FilterChip>
    )
  if (sessions.length < 2) return null
  return (
    <Menu
      trigger={<FilterChip isOn={false}>{t('number')}</FilterChip>}
      groups={[
        sessions.map(({ id, name }) => ({ id, label: <bdi>{name}</bdi>, onSelect: () => onChange(id) })),
      ]}
    />
  )
}

function People({ query, isFiltered }: { query: ReturnType<typeof useContacts>; isFiltered: boolean }) {
  const t = useText()
  const navigate = useNavigate()
  const columns = useColumns()
  const rows = query.data?.pages.flatMap(({ contacts }) => contacts)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={10} />
    ) : (
      <div className="notes">
        <ErrorNote error={query.error} title={t('people.failed')} onRetry={() => void query.refetch()} />
      </div>
    )
  if (rows.length === 0)
    return isFiltered ? (
      <Empty title={t('people.no_match')}>{t('people.no_match_text')}</Empty>
    ) : (
      <Empty
        title={t('people.none')}
        action={
          <Link className="btn primary" to="/sessions">
            {t('people.none_action')}
          </Link>
        }
      >
        {t('people.none_text')}
      </Empty>
    )
  return (
    <Table
      label={t('view.people')}
      rows={rows}
      columns={columns}
      idOf={({ id }) => id}
      nameOf={({ name, phone }) => name ?? (phone === null ? t('hidden_number') : groupPhone(phone))}
      onOpen={({ id }) => void navigate({ to: '/contacts/$contactId', params: { contactId: id } })}
      onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
    />
  )
}

function useColumns(): Column<Contact>[] {
  const t = useText()
  const format = useFormat()
  return [
    {
      id: 'name',
      head: t('column.name'),
      cell: ({ id, name, phone }) => (
        <Link to="/contacts/$contactId" params={{ contactId: id }}>
          {name === null ? phone === null ? t('hidden_number') : <Phone number={phone} /> : <bdi>{name}</bdi>}
        </Link>
      ),
    },
    {
      id: 'phone',
      head: t('column.phone'),
      cell: ({ phone }) =>
        phone === null ? <span className="mute">{t('hidden_number')}</span> : <Phone number={phone} />,
    },
    {
      id: 'labels',
      head: t('column.labels'),
      hides: 'lo',
      cell: ({ labels }) => (
        <span className="tags">
          {labels.map(({ id, name, color }) => (
            <Tag key={id} colour={color}>
              <bdi>{name}</bdi>
            </Tag>
          ))}
        </span>
      ),
    },
    {
      id: 'messages',
      head: t('column.messages'),
      isNumber: true,
      hides: 'lo2',
      cell: (contact) => format.number(contact.message_count),
    },
    {
      id: 'last',
      head: t('column.last'),
      hides: 'lo',
      cell: ({ last_inbound_at: at }) => (at === null ? t('never') : <Time at={at} />),
    },
  ]
}
