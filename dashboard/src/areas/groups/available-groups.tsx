import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { Select } from '../../kit/field.tsx'
import { SearchField } from '../../kit/filters.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty } from '../../kit/notes.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { MonitorDialog } from './monitor-dialog.tsx'
import { type AvailableGroup, useAvailableGroups, useSessions } from './queries.ts'
import { useText } from './words.ts'

interface AvailableGroupsProps {
  sessionId: string | undefined
  onSession(id: string): void
}

/** Every group that one of the numbers is in. */
export function AvailableGroups({ sessionId, onSession }: AvailableGroupsProps) {
  const t = useText()
  const navigate = useNavigate()
  const query = useSessions()
  return (
    <Loaded query={query} title={t('sessions.failed')}>
      {(sessions) => {
        const chosen =
          sessions.find(({ id }) => id === sessionId) ?? sessions.find(({ status }) => status === 'working')
        if (chosen === undefined)
          return (
            <Empty
              title={t('no_session.title')}
              action={
                <Button look="primary" onClick={() => void navigate({ to: '/sessions' })}>
                  {t('no_session.action')}
                </Button>
              }
            >
              {t('no_session.text')}
            </Empty>
          )
        return (
          <OfSession sessionId={chosen.id}>
            <Select
              label={t('session')}
              value={chosen.id}
              options={sessions.map(({ id, name, status }) => ({
                value: id,
                label: name,
                ...(status === 'working' ? {} : { refused: t('session.down') }),
              }))}
              onChange={(event) => onSession(event.target.value)}
            />
          </OfSession>
        )
      }}
    </Loaded>
  )
}

function OfSession({ sessionId, children }: { sessionId: string; children: React.ReactNode }) {
  const t = useText()
  const query = useAvailableGroups(sessionId)
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<AvailableGroup>()
  const wanted = search.trim().toLocaleLowerCase()
  const columns = useColumns(sessionId, setChosen)
  return (
    <>
      <div className="toolbar with-session">
        {children}
        <SearchField label={t('search')} value={search} onChange={setSearch} />
      </div>
      <Loaded query={query} title={t('available.failed')}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('none.title')}>{t('none.text')}</Empty>
          ) : (
            <Table
              label={t('view.available')}
              rows={items.filter(({ name }) => name.toLocaleLowerCase().includes(wanted))}
              columns={columns}
              idOf={({ wa_group_id: id }) => id}
              nameOf={({ name }) => name}
            />
          )
        }
      </Loaded>
      <MonitorDialog sessionId={sessionId} group={chosen} onClose={() => setChosen(undefined)} />
    </>
  )
}

function useColumns(sessionId: string, onChoose: (group: AvailableGroup) => void): Column<AvailableGroup>[] {
  const t = useText()
  const format = useFormat()
  return [
    {
      id: 'name',
      head: t('column.name'),
      cell: ({ wa_group_id: waGroupId, name }) => (
        <Link to="/groups/wa/$waGroupId" params={{ waGroupId }} search={{ session: sessionId }}>
          <bdi>{name}</bdi>
        </Link>
      ),
    },
    {
      id: 'role',
      head: t('column.role'),
      hides: 'lo',
      cell: (group) => (group.is_admin ? t('role.admin') : t('role.member')),
    },
    {
      id: 'members',
      head: t('column.members'),
      isNumber: true,
      hides: 'lo',
      cell: (group) => format.number(group.member_count),
    },
    {
      id: 'act',
      head: <span className="sr">{t('monitor.action')}</span>,
      isNumber: true,
      width: 160,
      cell: (group) =>
        group.is_monitored ? (
          <span className="mute">{t('monitor.already')}</span>
        ) : (
          <Button onClick={() => onChoose(group)}>{t('monitor.action')}</Button>
        ),
    },
  ]
}
