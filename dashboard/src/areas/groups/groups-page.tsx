import { useNavigate, useSearch } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { Segments } from '../../kit/filters.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { Page } from '../../shell/page.tsx'
import { AvailableGroups } from './available-groups.tsx'
import './groups.css'
import { MonitoredTable } from './monitored-table.tsx'
import { useMonitoredGroups } from './queries.ts'
import { useText } from './words.ts'

/** Groups that are listened to, and all that the numbers are in. */
export function GroupsPage() {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate({ from: '/groups' })
  const search = useSearch({ from: '/app/groups' })
  const query = useMonitoredGroups()
  const total = query.data?.pages.at(-1)?.total
  const isAvailable = search.view === 'available'
  return (
    <Page
      title={t('title')}
      actions={
        <CurlButton
          calls={[
            { method: 'get', path: '/api/v2/groups' },
            { method: 'get', path: '/api/v2/groups/available/{session_id}', params: { path: {} } },
          ]}
        />
      }
    >
      <div className="toolbar">
        <Segments
          label={t('view')}
          value={search.view ?? 'monitored'}
          onChange={(view) => void navigate({ search: view === 'available' ? { view } : {} })}
          options={[
            {
              value: 'monitored',
              label: t('view.monitored'),
              ...(total === undefined ? {} : { count: format.number(total) }),
            },
            { value: 'available', label: t('view.available') },
          ]}
        />
      </div>
      {isAvailable ? (
        <AvailableGroups
          sessionId={search.session}
          onSession={(session) => void navigate({ search: { view: 'available', session } })}
        />
      ) : (
        <Monitored query={query} onChoose={() => void navigate({ search: { view: 'available' } })} />
      )}
    </Page>
  )
}

function Monitored({ query, onChoose }: { query: ReturnType<typeof useMonitoredGroups>; onChoose(): void }) {
  const t = useText()
  const rows = query.data?.pages.flatMap(({ items }) => items)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows />
    ) : (
      <div className="notes">
        <ErrorNote error={query.error} title={t('list.failed')} onRetry={() => void query.refetch()} />
      </div>
    )
  if (rows.length === 0)
    return (
      <Empty
        title={t('empty.title')}
        action={
          <Button look="primary" onClick={onChoose}>
            {t('empty.action')}
          </Button>
        }
      >
        {t('empty.text')}
      </Empty>
    )
  return (
    <MonitoredTable
      groups={rows}
      onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
    />
  )
}
