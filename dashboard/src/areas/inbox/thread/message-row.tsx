import { memo } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Glyph, Icon } from '../../../kit/icon.tsx'
import { lookOf } from '../../../kit/states.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { FailedLine } from './failed-line.tsx'
import { HeldLine } from './held-line.tsx'
import { bubbleClass, MessageBody } from './message-body.tsx'
import { type MessageActions, MessageMenu } from './message-menu.tsx'
import { Quote } from './quote.tsx'
import { momentOf, type Place } from './runs.ts'

const shownStates = ['pending', 'sent', 'delivered', 'read'] as const

interface MessageRowProps extends Place {
  message: Message
  isGroup: boolean
  quoted: Message | undefined
  actions: MessageActions
  onShow(id: string): void
}

/** One message with its day, name, quote, reactions and its line of time and status. */
export const MessageRow = memo((props: MessageRowProps) => {
  const { message, isNewDay, isStart, hasLine, isGroup } = props
  const format = useFormat()
  const isOwn = message.direction === 'outbound'
  const isFailed = message.status === 'failed'
  const sender = message.sender_name ?? message.sender_phone
  return (
    <>
      {isNewDay ? <DayLine at={momentOf(message)} /> : null}
      <article
        className={`m ${isOwn ? 'out' : ''} ${isFailed ? 'bad' : ''} ${isStart ? 'gap' : ''}`}
        data-message={message.id}
        aria-label={format.full(momentOf(message))}
      >
        {isGroup && !isOwn && isStart && sender !== null ? (
          <p className="mwho">
            <bdi>{sender}</bdi>
          </p>
        ) : null}
        {message.deleted_at === null ? <Bubble {...props} /> : <Gone message={message} />}
        {hasLine ? <Line message={message} /> : null}
      </article>
    </>
  )
})

/** The day that begins below it, in the tenant's zone. */
function DayLine({ at }: { at: string }) {
  const t = useText()
  const format = useFormat()
  const key = format.dayKey(at)
  const now = Date.now()
  const isYesterday = key === format.dayKey(now - 86_400_000)
  const isThisYear = key.slice(0, 4) === format.dayKey(now).slice(0, 4)
  const words = format.dates({
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  })
  const day =
    key === format.dayKey(now)
      ? t('day.today')
      : isYesterday
        ? t('day.yesterday')
        : words.format(new Date(at))
  return <p className="day">{day}</p>
}

function Bubble({ message, quoted, actions, onShow }: MessageRowProps) {
  const t = useText()
  return (
    <div className="mline">
      <div className={bubbleClass(message)}>
        {message.is_forwarded ? (
          <p className="mforwarded">
            <Glyph name="reply" />
            {t('forwarded')}
          </p>
        ) : null}
        {message.reply_to_id === null ? null : (
          <Quote id={message.reply_to_id} known={quoted} onShow={onShow} />
        )}
        <MessageBody message={message} />
      </div>
      <MessageMenu message={message} actions={actions} />
    </div>
  )
}

function Gone({ message }: { message: Message }) {
  const t = useText()
  const isOwn = message.direction === 'outbound'
  const name = message.sender_name ?? message.sender_phone ?? ''
  return (
    <div className="bub gone">
      <Glyph name="slash" />
      <span>
        {isOwn || name === ''
          ? t(isOwn ? 'gone.own' : 'gone.short')
          : t.rich('gone.theirs', { name: <bdi>{name}</bdi> })}
      </span>
    </div>
  )
}

function Reactions({ message }: { message: Message }) {
  const t = useText()
  const format = useFormat()
  const counts = new Map<string, number>()
  for (const { emoji } of message.reactions) counts.set(emoji, (counts.get(emoji) ?? 0) + 1)
  if (counts.size === 0 || message.deleted_at !== null) return null
  const words = [...counts].map(([emoji, count]) =>
    count === 1 ? emoji : `${emoji} ${format.number(count)}`,
  )
  return (
    <span className="react" role="img" aria-label={t('reactions', { list: format.list(words) })}>
      {words.join(' ')}
    </span>
  )
}

function Line({ message }: { message: Message }) {
  const t = useText()
  const format = useFormat()
  if (message.status === 'failed') return <FailedLine message={message} />
  if (message.status === 'pending_approval') return <HeldLine message={message} />
  const at = momentOf(message)
  const state = shownStates.find((name) => name === message.status)
  return (
    <div className="foot">
      <Reactions message={message} />
      <div className="meta">
        {message.is_starred ? <span title={t('starred')}>★</span> : null}
        <time dateTime={at} title={format.full(at)}>
          {format.clock(at)}
        </time>
        {message.edited_at === null ? null : <span>· {t('edited')}</span>}
        {message.direction === 'outbound' && state !== undefined ? (
          <>
            <Glyph name={lookOf('message', state)[0]} />
            {t.of(`status.${state}`)}
          </>
        ) : null}
      </div>
    </div>
  )
}

/** A message that is not loaded yet: room for it, so that nothing moves much when it comes. */
export function RowToCome({ index }: { index: number }) {
  return (
    <div className={`m mskel ${index % 3 === 0 ? 'out' : ''}`} aria-hidden="true">
      <span className="skel" />
    </div>
  )
}

/** Files need a sign of their own while they are on their way. */
export function FileName({ name }: { name: string }) {
  return (
    <span className="mdoc">
      <Icon name="doc" />
      <bdi className="cut">{name}</bdi>
    </span>
  )
}
