import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { Icon } from '../../../kit/icon.tsx'
import type { Outgoing } from '../composer/outbox.ts'
import { OutgoingRow } from '../composer/outgoing-row.tsx'
import { useText } from '../words.ts'
import type { MessageActions } from './message-menu.tsx'
import { MessageRow, RowToCome } from './message-row.tsx'
import { placeOf } from './runs.ts'
import type { ThreadWindow } from './thread-window.ts'

/** What a message takes on average; a row that was never in sight is taken for this high. */
const estimate = 62
const overscan = 8
/** This near to the end one reads along: new messages keep the end in sight. */
const endPx = 90
const flashMs = 1600
/** Room above the first and below the last. */
const edgePx = 12

interface MessageListProps {
  label: string
  thread: ThreadWindow
  outgoing: readonly Outgoing[]
  isGroup: boolean
  actions: MessageActions
  /** Told when the newest message is in sight, or no longer. */
  onEnd(isAtEnd: boolean): void
}

/** A thread of any length: only what is in sight is in the page, and reading on upwards moves nothing. */
export function MessageList({ label, thread, outgoing, isGroup, actions, onEnd }: MessageListProps) {
  const t = useText()
  const scroller = useRef<HTMLDivElement>(null)
  const total = thread.total ?? 0
  // Sent here and known to the thread already: shown once.
  const waiting = outgoing.filter(({ messageId }) => messageId === undefined || thread.find(messageId) < 0)
  const [isAtEnd, setAtEnd] = useState(true)
  const [flashed, setFlashed] = useState<string>()
  const count = total + waiting.length
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    overscan,
    paddingStart: edgePx,
    paddingEnd: edgePx,
    // Places count from the oldest, so a row keeps its key whatever comes after it.
    getItemKey: (index) => (index < total ? index : (waiting[index - total]?.key ?? index)),
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endPx,
    onChange: (instance) => setAtEnd(isNearEnd(instance)),
  })
  const { range } = virtual
  const [first, last] = [range?.startIndex ?? 0, range?.endIndex ?? 0]
  useEffect(() => {
    thread.show(Math.max(first - overscan, 0), Math.min(last + overscan, Math.max(total - 1, 0)))
  }, [thread.show, first, last, total])
  useEffect(() => onEnd(isAtEnd), [onEnd, isAtEnd])

  const isReady = thread.total !== undefined
  useLayoutEffect(() => {
    if (isReady) virtual.scrollToEnd()
  }, [isReady, virtual])

  // Rows are drawn anew only when something of theirs changed, so what they call must stay the same.
  const latest = useRef(thread)
  latest.current = thread
  const show = useCallback(
    (id: string) => {
      const index = latest.current.find(id)
      if (index < 0) return
      virtual.scrollToIndex(index, { align: 'center' })
      setFlashed(id)
      setTimeout(() => setFlashed(undefined), flashMs)
    },
    [virtual],
  )
  const seen = useSeen(total, isAtEnd)
  return (
    <div className="mpane">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <div className="msgs" ref={scroller} role="log" aria-label={label} tabIndex={0}>
        <div className="mall" style={{ blockSize: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={`mrow ${flashed !== undefined && thread.at(item.index)?.id === flashed ? 'flash' : ''}`}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Row
                index={item.index}
                thread={thread}
                waiting={waiting[item.index - total]}
                isGroup={isGroup}
                actions={actions}
                onShow={show}
              />
            </div>
          ))}
        </div>
      </div>
      {isAtEnd || !isReady ? null : (
        <ToEnd count={total - seen} onPress={() => virtual.scrollToEnd()}>
          {t('thread.to_end')}
        </ToEnd>
      )}
    </div>
  )
}

/** By what was measured already: asking the page itself would lay it out anew, once for each turn of the wheel. */
function isNearEnd(list: Virtualizer<HTMLDivElement, Element>): boolean {
  if (list.scrollRect === null) return true
  return list.getTotalSize() - list.scrollRect.height - (list.scrollOffset ?? 0) <= endPx
}

/** How many messages there were when the end was last in sight. */
function useSeen(total: number, isAtEnd: boolean): number {
  const [seen, setSeen] = useState(total)
  useEffect(() => {
    if (isAtEnd) setSeen(total)
  }, [total, isAtEnd])
  return Math.min(seen, total)
}

function ToEnd({ count, onPress, children }: { count: number; onPress(): void; children: ReactNode }) {
  const t = useText()
  const format = useFormat()
  return (
    <div className="mtoend">
      <Button onClick={onPress}>
        {count > 0 ? t('thread.new', { count, number: format.number(count) }) : children}
        <Icon name="download" size="s" />
      </Button>
    </div>
  )
}

interface RowProps {
  index: number
  thread: ThreadWindow
  waiting: Outgoing | undefined
  isGroup: boolean
  actions: MessageActions
  onShow(id: string): void
}

function Row({ index, thread, waiting, isGroup, actions, onShow }: RowProps) {
  const format = useFormat()
  if (waiting !== undefined) return <OutgoingRow entry={waiting} />
  const message = thread.at(index)
  if (message === undefined) return <RowToCome index={index} />
  const quotedAt = message.reply_to_id === null ? -1 : thread.find(message.reply_to_id)
  const place = placeOf(message, thread.at(index - 1), thread.at(index + 1), index === 0, format.dayKey)
  return (
    <MessageRow
      message={message}
      {...place}
      isGroup={isGroup}
      quoted={quotedAt < 0 ? undefined : thread.at(quotedAt)}
      actions={actions}
      onShow={onShow}
    />
  )
}
