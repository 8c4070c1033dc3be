import { Highlight } from '../../../kit/highlight.tsx'
import { Empty, ErrorNote } from '../../../kit/notes.tsx'
import { SkeletonRows } from '../../../kit/skeleton.tsx'
import { type Column, Table } from '../../../kit/table.tsx'
import { Phone, Time } from '../../../kit/text-parts.tsx'
import { type CapturedMessage, type MonitoredGroup, useCapturedMessages } from '../queries.ts'
import { useText } from '../words.ts'

/** Messages that were captured, newest first. */
export function CapturedMessages({ group }: { group: MonitoredGroup }) {
  const t = useText()
  const query = useCapturedMessages(group.id)
  const columns = useColumns()
  const rows = query.data?.pages.flatMap(({ items }) => items)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={10} />
    ) : (
      <div className="notes">
        <ErrorNote error={query.error} title={t('captured.failed')} onRetry={() => void query.refetch()} />
      </div>
    )
  if (rows.length === 0) return <Empty title={t('captured.none')}>{t('captured.none_text')}</Empty>
  return (
    <Table
      label={t('tab.messages')}
      rows={rows}
      columns={columns}
      idOf={({ id }) => id}
      nameOf={({ sender_name: name }) => name ?? t('hidden_number')}
      onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
    />
  )
}

function useColumns(): Column<CapturedMessage>[] {
  const t = useText()
  return [
    {
      id: 'who',
      head: t('column.who'),
      width: 190,
      cell: ({ sender_name: name, sender_phone: phone }) =>
        name === null ? phone === null ? t('hidden_number') : <Phone number={phone} /> : <bdi>{name}</bdi>,
    },
    {
      id: 'text',
      head: t('column.text'),
      cell: ({ content_preview: text, matched_keyword: word }) => (
        <span className="clamp1">
          {text === null ? (
            <span className="mute">{t('text_gone')}</span>
          ) : (
            <Highlight text={text} word={word} />
          )}
        </span>
      ),
    },
    {
      id: 'word',
      head: t('column.keyword'),
      hides: 'lo',
      width: 150,
      cell: ({ matched_keyword: word }) => (word === null ? null : <bdi>{word}</bdi>),
    },
    {
      id: 'model',
      head: t('column.model'),
      hides: 'lo2',
      width: 150,
      cell: ({ ai_analysis: analysis, awaiting_analysis: waits }) =>
        waits ? t('model.waits') : analysis === null ? null : t.of(`intent.${analysis.intent}`),
    },
    {
      id: 'time',
      head: t('column.time'),
      hides: 'lo',
      width: 110,
      cell: ({ wa_timestamp: at }) => <Time at={at} />,
    },
  ]
}
