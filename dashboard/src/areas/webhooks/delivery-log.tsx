import type { ReactNode } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Segments } from '../../kit/filters.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { StateTag } from '../../kit/states.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import {
  type Delivery,
  type DeliveryStatus,
  useDeliveries,
  useDeliveryCount,
  type Webhook,
} from './queries.ts'
import { useText } from './words.ts'

interface DeliveryLogProps {
  webhook: Webhook
  status: DeliveryStatus | undefined
  openId: string | undefined
  onStatus(status: DeliveryStatus | undefined): void
  onOpen(id: string): void
  /** The open delivery, beside the log; on phones in its place. */
  children: ReactNode
}

/** Every delivery of the last seven days, newest first. */
export function DeliveryLog({ webhook, status, openId, onStatus, onOpen, children }: DeliveryLogProps) {
  const t = useText()
  const format = useFormat()
  const counts = {
    pending: useDeliveryCount(webhook.id, 'pending'),
    failed: useDeliveryCount(webhook.id, 'failed'),
  }
  const segment = (value: 'pending' | 'failed', label: string) => ({
    value,
    label,
    ...(counts[value] ? { count: format.number(counts[value]) } : {}),
  })
  return (
    <>
      <div className="toolbar">
        <Segments
          label={t('column.state')}
          value={status ?? 'all'}
          onChange={(value) => onStatus(value === 'all' ? undefined : value)}
          options={[
            { value: 'all', label: t('filter.all') },
            segment('pending', t('filter.pending')),
            segment('failed', t('filter.failed')),
            { value: 'delivered', label: t('filter.delivered') },
          ]}
        />
      </div>
      <div className={`log ${openId === undefined ? 'alone' : ''}`}>
        <div className="l">
          <Rows webhook={webhook} status={status} openId={openId} onOpen={onOpen} />
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
  webhook,
  status,
  openId,
  onOpen,
}: Pick<DeliveryLogProps, 'webhook' | 'status' | 'openId' | 'onOpen'>) {
  const t = useText()
  const columns = useColumns(onOpen)
  const query = useDeliveries(webhook.id, status)
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
      nameOf={(delivery) => delivery.event}
      openId={openId}
      onOpen={(delivery) => onOpen(delivery.id)}
      onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
    />
  )
}
