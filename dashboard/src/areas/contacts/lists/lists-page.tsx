import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { State } from '../../../kit/icon.tsx'
import { Menu } from '../../../kit/menu.tsx'
import { Empty, ErrorNote } from '../../../kit/notes.tsx'
import { SkeletonRows } from '../../../kit/skeleton.tsx'
import { type Column, Table } from '../../../kit/table.tsx'
import { Time } from '../../../kit/text-parts.tsx'
import { Page } from '../../../shell/page.tsx'
import { AreaTabs } from '../area-tabs.tsx'
import '../contacts.css'
import { type CustomGroup, useLists } from '../queries.ts'
import { useText } from '../words.ts'
import { FromWaGroupsDialog } from './from-wa-groups.tsx'
import { ListDialog } from './list-dialog.tsx'

/** Lists that were put together, and segments that find their people. */
export function ListsPage() {
  const t = useText()
  const query = useLists()
  const rows = query.data?.pages.flatMap(({ groups }) => groups)
  return (
    <Page
      title={t('title')}
      actions={
        <>
          <NewMenu />
          <CurlButton calls={[{ method: 'get', path: '/api/v2/custom-groups' }]} />
        </>
      }
    >
      <div className="toolbar">
        <AreaTabs at="lists" />
      </div>
      {rows === undefined && query.error === null ? <SkeletonRows /> : null}
      {query.error === null ? null : (
        <div className="notes">
          <ErrorNote error={query.error} title={t('lists.failed')} onRetry={() => void query.refetch()} />
        </div>
      )}
      {rows?.length === 0 ? <Empty title={t('lists.none')}>{t('lists.none_text')}</Empty> : null}
      {rows === undefined || rows.length === 0 ? null : (
        <ListTable
          lists={rows}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        />
      )}
    </Page>
  )
}

function NewMenu() {
  const t = useText()
  const navigate = useNavigate()
  const [opened, setOpened] = useState<'list' | 'groups'>()
  const close = () => setOpened(undefined)
  return (
    <>
      <Menu
        trigger={
          <Button look="primary" icon="plus">
            {t('new')}
          </Button>
        }
        groups={[
          [
            { id: 'list', label: t('new.list'), onSelect: () => setOpened('list') },
            {
              id: 'segment',
              label: t('new.segment'),
              onSelect: () => void navigate({ to: '/contacts/segments/new' }),
            },
            { id: 'groups', label: t('new.groups'), onSelect: () => setOpened('groups') },
          ],
        ]}
      />
      <ListDialog open={opened === 'list'} onClose={close} />
      <FromWaGroupsDialog open={opened === 'groups'} onClose={close} />
    </>
  )
}

function ListTable({ lists, onEnd }: { lists: readonly CustomGroup[]; onEnd(): void }) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const columns: Column<CustomGroup>[] = [
    {
      id: 'name',
      head: t('column.name'),
      cell: ({ id, name, description }) => (
        <Link to="/contacts/lists/$listId" params={{ listId: id }}>
          <bdi>{name}</bdi>
          {description === null ? null : (
            <small>
              <bdi>{description}</bdi>
            </small>
          )}
        </Link>
      ),
    },
    {
      id: 'kind',
      head: t('column.kind'),
      hides: 'lo',
      cell: ({ filter }) => (
        <State shape={filter === null ? 'stop' : 'spin'} tone="off">
          {filter === null ? t('kind.list') : t('kind.segment')}
        </State>
      ),
    },
    {
      id: 'people',
      head: t('column.people'),
      isNumber: true,
      cell: ({ member_count: count, member_counted_at: at, filter }) => (
        <span title={filter === null || at === null ? undefined : t('counted', { time: format.full(at) })}>
          {format.number(count)}
        </span>
      ),
    },
    { id: 'changed', head: t('column.changed'), hides: 'lo', cell: ({ updated_at: at }) => <Time at={at} /> },
  ]
  return (
    <Table
      label={t('view.lists')}
      rows={lists}
      columns={columns}
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      onOpen={({ id }) => void navigate({ to: '/contacts/lists/$listId', params: { listId: id } })}
      onEnd={onEnd}
    />
  )
}
