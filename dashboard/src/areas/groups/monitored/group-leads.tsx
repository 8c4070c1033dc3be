import { Link, useNavigate } from '@tanstack/react-router'
import type { Schemas } from '../../../api/client.ts'
import { groupPhone } from '../../../i18n/format.ts'
import { Empty, ErrorNote } from '../../../kit/notes.tsx'
import { SkeletonRows } from '../../../kit/skeleton.tsx'
import { StateTag } from '../../../kit/states.tsx'
import { type Column, Table } from '../../../kit/table.tsx'
import { Time } from '../../../kit/text-parts.tsx'
import { type MonitoredGroup, useGroupLeads } from '../queries.ts'
import { useText } from '../words.ts'

type Lead = Schemas['Lead']

/** Leads that this group gave a signal of. */
export function GroupLeads({ group }: { group: MonitoredGroup }) {
  const t = useText()
  const navigate = useNavigate()
  const query = useGroupLeads(group.id)
  const nameOf = ({
    contact_name: name,
    contact_phone: phone,
  }: Pick<Lead, 'contact_name' | 'contact_phone'>) =>
    name ?? (phone === null ? t('hidden_number') : groupPhone(phone))
  const columns: Column<Lead>[] = [
    {
      id: 'name',
      head: t('column.name'),
      cell: (lead) => (
        <Link to="/leads/$leadId" params={{ leadId: lead.id }}>
          <bdi className={lead.contact_name === null ? 'ltr' : ''}>{nameOf(lead)}</bdi>
        </Link>
      ),
    },
    {
      id: 'status',
      head: t('column.state'),
      cell: (lead) => <StateTag kind="lead" value={lead.lead_status} />,
    },
    {
      id: 'time',
      head: t('column.detected'),
      hides: 'lo',
      cell: (lead) => <Time at={lead.lead_detected_at} />,
    },
  ]
  const rows = query.data?.pages.flatMap(({ leads }) => leads)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows />
    ) : (
      <div className="notes">
        <ErrorNote error={query.error} title={t('leads.failed')} onRetry={() => void query.refetch()} />
      </div>
    )
  if (rows.length === 0) return <Empty title={t('leads.none')}>{t('leads.none_text')}</Empty>
  return (
    <Table<Lead>
      label={t('tab.leads')}
      rows={rows}
      columns={columns}
      idOf={({ id }) => id}
      nameOf={nameOf}
      onOpen={({ id }) => void navigate({ to: '/leads/$leadId', params: { leadId: id } })}
      onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
    />
  )
}
