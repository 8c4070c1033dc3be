import { Link, useNavigate } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { State } from '../../kit/icon.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import type { MonitoredGroup } from './queries.ts'
import { useText } from './words.ts'

/** Whether a group is listened to now. */
export function MonitorState({ group }: { group: MonitoredGroup }) {
  const t = useText()
  return (
    <State shape={group.is_active ? 'dot' : 'ring'} tone={group.is_active ? 'ok' : 'off'}>
      {group.is_active ? t('state.on') : t('state.off')}
    </State>
  )
}

/** Groups that are listened to, in rows. */
export function MonitoredTable({ groups, onEnd }: { groups: readonly MonitoredGroup[]; onEnd(): void }) {
  const t = useText()
  const navigate = useNavigate()
  return (
    <Table
      label={t('view.monitored')}
      rows={groups}
      columns={useColumns()}
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      onOpen={({ id }) => void navigate({ to: '/groups/$groupId', params: { groupId: id } })}
      onEnd={onEnd}
    />
  )
}

function useColumns(): Column<MonitoredGroup>[] {
  const t = useText()
  const format = useFormat()
  return [
    {
      id: 'name',
      head: t('column.name'),
      cell: ({ id, name }) => (
        <Link to="/groups/$groupId" params={{ groupId: id }}>
          <bdi>{name}</bdi>
        </Link>
      ),
    },
    {
      id: 'mode',
      head: t('column.mode'),
      hides: 'lo',
      cell: ({ monitor_mode: mode, monitor_keywords: words }) =>
        mode === 'keywords' ? (
          <span className="clamp1">
            <bdi>{format.either(words)}</bdi>
          </span>
        ) : (
          t.of(`mode.${mode}`)
        ),
    },
    { id: 'state', head: t('column.state'), width: 140, cell: (group) => <MonitorState group={group} /> },
    {
      id: 'messages',
      head: t('column.messages'),
      isNumber: true,
      hides: 'lo',
      cell: (group) => format.number(group.messages_processed),
    },
    {
      id: 'leads',
      head: t('column.leads'),
      isNumber: true,
      cell: (group) => format.number(group.leads_detected),
    },
    {
      id: 'members',
      head: t('column.members'),
      isNumber: true,
      hides: 'lo2',
      cell: (group) => format.number(group.member_count),
    },
  ]
}
