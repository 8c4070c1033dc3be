import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { BulkBar } from '../../../kit/bulk-bar.tsx'
import { Empty, ErrorNote, useReason } from '../../../kit/notes.tsx'
import { useSelection } from '../../../kit/selection.ts'
import { SkeletonRows } from '../../../kit/skeleton.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { type ChatWindow, markRead, useChats, useMe } from '../queries.ts'
import type { InboxSearch } from '../search.ts'
import type { Chat } from '../shapes.ts'
import { useText } from '../words.ts'
import { ConversationRow } from './conversation-row.tsx'
import { FoundMessages } from './found-messages.tsx'
import { useListKeys } from './list-keys.ts'

const rowHeight = 60
const overscan = 10

/** The conversations that match; only those in sight are in the page, and only their pages are asked for. */
export function ConversationList({
  search,
  openId,
  isFiltered,
  onClear,
}: {
  search: InboxSearch
  openId: string | undefined
  isFiltered: boolean
  onClear(): void
}) {
  const t = useText()
  const format = useFormat()
  const chats = useChats(search)
  if (chats.total === undefined) {
    return chats.error === null ? (
      <SkeletonRows rows={9} avatar />
    ) : (
      <div className="notes">
        <ErrorNote error={chats.error} title={t('list.failed')} onRetry={chats.refetch} />
      </div>
    )
  }
  const error =
    chats.error === null ? null : (
      <div className="notes">
        <ErrorNote
          error={chats.error}
          title={t('list.failed')}
          since={format.moment(chats.updatedAt)}
          onRetry={chats.refetch}
        />
      </div>
    )
  const { q } = search
  const found = q === undefined ? null : <FoundMessages search={{ ...search, q }} />
  if (chats.total === 0) {
    const clear = (
      <button type="button" className="btn" onClick={onClear}>
        {t('list.clear')}
      </button>
    )
    return (
      <>
        {error}
        <Empty
          title={t(isFiltered ? 'list.nothing_title' : 'list.empty_title')}
          action={isFiltered ? clear : undefined}
        >
          {t(isFiltered ? 'list.nothing_text' : 'list.empty_text')}
        </Empty>
        {found}
      </>
    )
  }
  return (
    <>
      {error}
      <Rows chats={chats} total={chats.total} search={search} openId={openId} />
      {found}
    </>
  )
}

interface RowsProps {
  chats: ChatWindow
  total: number
  search: InboxSearch
  openId: string | undefined
}

function Rows({ chats, total, search, openId }: RowsProps) {
  const t = useText()
  const reason = useReason()
  const navigate = useNavigate()
  const userId = useMe().data?.id
  const selection = useSelection()
  // What was selected stays selected when it is scrolled out of sight.
  const [picked, setPicked] = useState<ReadonlyMap<string, Chat>>(new Map())
  const [refusal, setRefusal] = useState<string>()
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    getItemKey: (index) => chats.at(index)?.id ?? index,
  })
  const [first, last] = [virtual.range?.startIndex ?? 0, virtual.range?.endIndex ?? 0]
  const { show } = chats
  useEffect(() => {
    show(Math.max(first - overscan, 0), Math.min(last + overscan, total - 1))
  }, [show, first, last, total])

  const read = async (list: readonly Chat[]) => {
    setRefusal(undefined)
    try {
      for (const chat of list) await markRead({ sessionId: chat.session_id, chatId: chat.id })
      showToast({ text: t('list.read_done', { count: list.length }) })
      selection.clear()
    } catch (error) {
      setRefusal(reason(error))
    }
  }
  const at = useListKeys({
    chats,
    openId,
    show: (index) => virtual.scrollToIndex(index),
    onOpen: (chat) =>
      void navigate({
        to: '/inbox/$sessionId/$chatId',
        params: { sessionId: chat.session_id, chatId: chat.id },
        search,
      }),
    onSelect(chat) {
      selection.toggle(chat.id)
      setPicked(new Map([...picked, [chat.id, chat]]))
    },
    onRead: (chat) => void read([chat]),
  })
  const selected = [...picked.values()].filter(({ id }) => selection.has(id))
  return (
    <>
      {refusal === undefined ? null : (
        <p className="mbarrier warn" role="alert">
          {t('list.read_failed', { reason: refusal })}
        </p>
      )}
      <div className="convs" ref={scroller}>
        <ul className="mall" aria-label={t('list.label')} style={{ blockSize: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const chat = chats.at(item.index)
            return (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                aria-setsize={total}
                aria-posinset={item.index + 1}
                className="mconv"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {chat === undefined ? (
                  <RowToCome />
                ) : (
                  <ConversationRow
                    chat={chat}
                    userId={userId}
                    search={search}
                    isOpen={chat.id === openId}
                    isAt={chat.id === at}
                    isSelected={selection.has(chat.id)}
                  />
                )}
              </li>
            )
          })}
        </ul>
      </div>
      <BulkBar selection={selection}>
        <button type="button" onClick={() => void read(selected)}>
          {t('list.mark_read')}
        </button>
      </BulkBar>
    </>
  )
}

function RowToCome() {
  return (
    <span className="conv" aria-hidden="true">
      <span className="skel round" />
      <span className="skel" />
    </span>
  )
}
