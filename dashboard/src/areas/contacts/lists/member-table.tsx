import { useState } from 'react'
import { groupPhone, useFormat } from '../../../i18n/format.ts'
import { BulkBar } from '../../../kit/bulk-bar.tsx'
import { Confirm } from '../../../kit/confirm.tsx'
import { Empty, ErrorNote } from '../../../kit/notes.tsx'
import { useSelection } from '../../../kit/selection.ts'
import { SkeletonRows } from '../../../kit/skeleton.tsx'
import { type Column, Table } from '../../../kit/table.tsx'
import { Phone, Time } from '../../../kit/text-parts.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { type CustomGroup, type Member, removeMembers, useMembers } from '../queries.ts'
import { useText } from '../words.ts'

/** Members of lists have ids; people of a segment have none, because nobody put them there. */
const idOf = ({ id, phone }: Member) => id ?? phone

/** The people of a list, to be taken off it; those of a segment as they are now. */
export function MemberTable({ list }: { list: CustomGroup }) {
  const t = useText()
  const query = useMembers(list.id)
  const selection = useSelection()
  const [isRemoving, setRemoving] = useState(false)
  const columns = useColumns(list.filter === null)
  const rows = query.data?.pages.flatMap(({ members }) => members)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={10} />
    ) : (
      <div className="notes">
        <ErrorNote error={query.error} title={t('members.failed')} onRetry={() => void query.refetch()} />
      </div>
    )
  if (rows.length === 0)
    return list.filter === null ? (
      <Empty title={t('members.none')}>{t('members.none_text')}</Empty>
    ) : (
      <Empty title={t('segment.nobody')}>{t('segment.nobody_text')}</Empty>
    )
  const { count } = selection
  return (
    <>
      <Table
        label={t('column.people')}
        rows={rows}
        columns={columns}
        idOf={idOf}
        nameOf={({ name, phone }) => name ?? groupPhone(phone)}
        {...(list.filter === null ? { selection } : {})}
        onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
      />
      <BulkBar selection={selection}>
        <button type="button" onClick={() => setRemoving(true)}>
          {t('members.remove')}
        </button>
      </BulkBar>
      <Confirm
        open={isRemoving}
        onClose={() => setRemoving(false)}
        isLoss
        title={t('members.remove_title', { count })}
        action={t('members.remove_action', { count })}
        run={async () => {
          const removed = await removeMembers(list.id, [...selection.ids])
          selection.clear()
          showToast({ text: t('members.removed', { count: removed }) })
        }}
      >
        <p>{t('members.remove_text')}</p>
      </Confirm>
    </>
  )
}

function useColumns(isList: boolean): Column<Member>[] {
  const t = useText()
  const format = useFormat()
  return [
    {
      id: 'name',
      head: t('column.name'),
      cell: ({ name }) => (name === null ? <span className="mute">{t('no_name')}</span> : <bdi>{name}</bdi>),
    },
    { id: 'phone', head: t('column.phone'), cell: ({ phone }) => <Phone number={phone} /> },
    {
      id: 'values',
      head: t('column.values'),
      hides: 'lo',
      cell: ({ variables }) => (
        <span className="clamp1 mute">
          <bdi>{format.list(Object.entries(variables).map(([name, value]) => `${name}: ${value}`))}</bdi>
        </span>
      ),
    },
    ...(isList
      ? [
          {
            id: 'added',
            head: t('column.added'),
            hides: 'lo' as const,
            cell: ({ added_at: at }: Member) => (at === null ? null : <Time at={at} />),
          },
        ]
      : []),
  ]
}
