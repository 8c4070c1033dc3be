import { useFormat } from '../../i18n/format.ts'
import type { Column } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import type { ApprovalStatus } from './approval-status.ts'
import { ChatName } from './chat-name.tsx'
import { type Approval, usePeople, useSessionNames } from './queries.ts'
import { useText } from './words.ts'

const soonMs = 60 * 60_000

/** When nobody decides any more: how long until then, louder in the last hour. */
export function Expiry({ at }: { at: string }) {
  const format = useFormat()
  const isSoon = Date.parse(at) - Date.now() < soonMs
  return (
    <time dateTime={at} title={format.full(at)} className={isSoon ? 'wait old' : 'wait'}>
      {format.ago(at)}
    </time>
  )
}

/** What a queue shows of each message: waiting ones when they expire, others who decided and why. */
export function useApprovalColumns(
  status: ApprovalStatus,
  onOpen: (approval: Approval) => void,
): Column<Approval>[] {
  const t = useText()
  const sessions = useSessionNames()
  const people = usePeople()
  const columns: Column<Approval>[] = [
    {
      id: 'text',
      head: t('column.message'),
      cell: (approval) => (
        <button type="button" className="held-text" onClick={() => onOpen(approval)}>
          <bdi className="cut">{approval.content_preview ?? t('approvals.no_text')}</bdi>
        </button>
      ),
    },
    { id: 'to', head: t('column.to'), cell: ({ wa_chat_id: chat }) => <ChatName chat={chat} /> },
    {
      id: 'from',
      head: t('column.from'),
      hides: 'lo',
      cell: ({ session_id: id }) => <bdi>{sessions.get(id) ?? '–'}</bdi>,
    },
    { id: 'origin', head: t('column.origin'), hides: 'lo2', cell: ({ origin }) => t(`origin.${origin}`) },
    {
      id: 'since',
      head: t('column.since'),
      hides: 'lo2',
      cell: ({ created_at: at }) => <Time at={at} />,
    },
  ]
  if (status === 'pending')
    return [
      ...columns,
      { id: 'expires', head: t('column.expires'), cell: ({ expires_at: at }) => <Expiry at={at} /> },
    ]
  const decided: Column<Approval> = {
    id: 'decided',
    head: t('column.decided'),
    cell: ({ decided_at: at, decided_by: by }) => (
      <>
        {at === null ? null : <Time at={at} />}{' '}
        <bdi className="soft">{people.find(({ id }) => id === by)?.full_name}</bdi>
      </>
    ),
  }
  const reason: Column<Approval> = {
    id: 'reason',
    head: t('column.reason'),
    hides: 'lo',
    cell: ({ reason: why }) => <bdi>{why ?? '–'}</bdi>,
  }
  return [...columns, decided, ...(status === 'rejected' ? [reason] : [])]
}
