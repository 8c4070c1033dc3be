import { type ReactNode, useMemo } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Empty, ErrorNote } from '../../../kit/notes.tsx'
import { type Selection, useSelection } from '../../../kit/selection.ts'
import { SkeletonRows } from '../../../kit/skeleton.tsx'
import { StateTag } from '../../../kit/states.tsx'
import { type Column, Table } from '../../../kit/table.tsx'
import { Time } from '../../../kit/text-parts.tsx'
import { type Delivery, type LogFilter, useDeliveries, type Webhook } from '../queries.ts'
import { useText } from '../words.ts'
import { LogBulk } from './log-bulk.tsx'
import { LogFilters } from './log-filters.tsx'
import type { LogSearch } from './log-search.ts'

interface DeliveryLogProps {
  webhook: Webhook
  search: LogSearch
  openId: string | undefined
  onSearch(search: LogSearch): void
  onOpen(id: string): void
  /** The open delivery, beside the log; on phones in its place. */
  children: ReactNode
}

const hourMs = 3_600_000

/** The filter as the API takes it; a span counts back from when it was chosen. */
function useFilter(webhookId: string, { status, event, hours }: LogSearch): LogFilter {
  return useMemo(
    () => ({
      webhook_id: webhookId,
      ...(status === undefined ? {} : { status }),
      ...(event === undefined ? {} : { event }),
      ...(hours === undefined ? {} : { since: new Date(Date.now() - hours * hourMs).toISOString() }),
    }),
    [webhookId, status, event, hours],
  )
}

/** Every delivery of the last seven days, newest first, and what can be done with several. */
export function DeliveryLog({ webhook, search, openId, onSearch, onOpen, children }: DeliveryLogProps) {
  const filter = useFilter(webhook.id, search)
  const query = useDeliveries(filter)
  const first = query.data?.pages[0]
  const selection = useSelection()
  return (
    <>
      <LogFilters webhook={webhook} search={search} counts={first?.counts} onSearch={onSearch} />
      <div className={`log ${openId === undefined ? 'alone' : ''}`}>
        <div className="l">
          <Rows query={query} selection={selection} openId={openId} onOpen={onOpen} />
          <LogBulk webhook={webhook} filter={filter} selection={selection} matching={first?.total} />
        </div>
        {children}
      </div>
    </>
  )
}

function useColumns(onOpen: (id: string) => void): Column<Delivery>[] {
  const t = useText()
  const format = useFormat()
  return [
    {
      id: 'event',
      head: t('column.event'),
      cell: (delivery) => (
        <button type="button" className="mono ltr" onClick={() => onOpen(delivery.id)}>
          {delivery.event}
        </button>
      ),
    },
    {
      id: 'state',
      head: t('column.state'),
      width: 118,
      cell: (delivery) => <StateTag kind="delivery" value={delivery.status} />,
    },
    {
      id: 'time',
      head: t('column.time'),
      cell: (delivery) => <Time at={delivery.created_at} seconds />,
    },
    {
      id: 'answer',
      head: t('column.answer'),
      isNumber: true,
      hides: 'lo',
      cell: (delivery) => <span className="mono">{delivery.status_code ?? '–'}</span>,
    },
    {
      id: 'took',
      head: t('column.took'),
      isNumber: true,
      hides: 'lo2',
      cell: (delivery) => (delivery.duration_ms === null ? '–' : format.duration(delivery.duration_ms)),
    },
    {
      id: 'tries',
      head: t('column.tries'),
      isNumber: true,
      hides: 'lo',
      cell: (delivery) => format.number(delivery.attempts),
    },
  ]
}

function Rows({
  query,
  selection,
  openId,
  onOpen,
}: {
  query: ReturnType<typeof useDeliveries>
  selection: Selection
} & Pick<DeliveryLogProps, 'openId' | 'onOpen'>) {
  const t = useText()
  const format = useFormat()
  const columns = useColumns(onOpen)
  const rows = query.data?.pages.flatMap((page) => page.deliveries)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={10} />
    ) : (
      <ErrorNote error={query.error} title={t('log.failed')} onRetry={() => void query.refetch()} />
    )
  if (rows.length === 0) return <Empty title={t('log.empty_title')}>{t('log.empty_text')}</Empty>
  return (
    <Table
      label={t('log.label')}
      rows={rows}
      columns={columns}
      idOf={(delivery) => delivery.id}
      nameOf={(delivery) => `${delivery.event} ${format.moment(delivery.created_at, true)}`}
      openId={openId}
      onOpen={(delivery) => onOpen(delivery.id)}
      selection={selection}
      onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
    />
  )
}
