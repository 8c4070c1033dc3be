import { Link, useNavigate } from '@tanstack/react-router'
import { Highlight } from '../../kit/highlight.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import type { Selection } from '../../kit/selection.ts'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { StateTag } from '../../kit/states.tsx'
import { type Column, type Sort, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { useLeadName } from './lead-name.tsx'
import { type Lead, type LeadPages, leadsOf } from './queries.ts'
import { Score, scoreOf } from './score.tsx'
import { useText } from './words.ts'

interface LeadTableProps {
  pages: LeadPages
  selection: Selection
  sort: Sort
  onSort(sort: Sort): void
}

/** All leads of a filter in rows. */
export function LeadTable({ pages, selection, sort, onSort }: LeadTableProps) {
  const t = useText()
  const navigate = useNavigate()
  const nameOf = useLeadName()
  const columns = useColumns()
  if (pages.data === undefined)
    return pages.error === null ? (
      <SkeletonRows rows={12} />
    ) : (
      <ErrorNote error={pages.error} title={t('list.failed')} onRetry={() => void pages.refetch()} />
    )
  return (
    <Table<Lead>
      label={t('title')}
      rows={leadsOf(pages)}
      columns={columns}
      idOf={(lead) => lead.id}
      nameOf={nameOf}
      selection={selection}
      sort={sort}
      onSort={onSort}
      onOpen={({ id }) => void navigate({ to: '/leads/$leadId', params: { leadId: id } })}
      onEnd={() => pages.hasNextPage && !pages.isFetchingNextPage && void pages.fetchNextPage()}
    />
  )
}

function useColumns(): Column<Lead>[] {
  const t = useText()
  const nameOf = useLeadName()
  return [
    {
      id: 'name',
      head: t('column.name'),
      width: 200,
      cell: (lead) => (
        <Link to="/leads/$leadId" params={{ leadId: lead.id }}>
          <bdi className={lead.contact_name === null ? 'ltr' : ''}>{nameOf(lead)}</bdi>
        </Link>
      ),
    },
    {
      id: 'status',
      head: t('column.status'),
      width: 130,
      cell: (lead) => <StateTag kind="lead" value={lead.lead_status} />,
    },
    {
      id: 'score',
      head: t('score'),
      width: 84,
      sort: 'signal_score',
      cell: (lead) => <Score value={scoreOf(lead)} />,
    },
    {
      id: 'text',
      head: t('column.text'),
      hides: 'lo',
      cell: ({ last_signal: signal }) => (
        <span className="clamp1">
          {signal.message_preview === null ? (
            <span className="mute">{t('text_gone')}</span>
          ) : (
            <Highlight text={signal.message_preview} word={signal.matched_keyword} />
          )}
        </span>
      ),
    },
    {
      id: 'group',
      head: t('column.group'),
      hides: 'lo2',
      width: 170,
      cell: (lead) => <bdi>{lead.last_signal.source_group.name}</bdi>,
    },
    {
      id: 'detected',
      head: t('column.detected'),
      hides: 'lo',
      width: 110,
      sort: 'lead_detected_at',
      cell: (lead) => <Time at={lead.lead_detected_at} />,
    },
  ]
}
