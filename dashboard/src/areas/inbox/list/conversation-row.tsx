import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Glyph, Icon } from '../../../kit/icon.tsx'
import { lookOf } from '../../../kit/states.tsx'
import { Avatar, Tag, Time } from '../../../kit/text-parts.tsx'
import { useDraft } from '../composer/drafts.ts'
import type { InboxSearch } from '../search.ts'
import type { Chat } from '../shapes.ts'
import { useFailureWords } from '../thread/failure-words.ts'
import { iconOf, isKnownKind } from '../thread/kind-words.ts'
import { ChatSign, isMany, useTitle } from '../title.tsx'
import { useText } from '../words.ts'

const states = ['pending', 'sent', 'delivered', 'read', 'failed'] as const

interface ConversationRowProps {
  chat: Chat
  userId: string | undefined
  search: InboxSearch
  isOpen: boolean
  isAt: boolean
  isSelected: boolean
}

/** A conversation in one line and a half: who, when, the last words, what waits. */
export const ConversationRow = memo((props: ConversationRowProps) => {
  const { chat, userId, search, isOpen, isAt, isSelected } = props
  const t = useText()
  const title = useTitle(chat)
  const draft = useDraft(userId, chat.id)
  const label = chat.labels[0]
  return (
    <Link
      to="/inbox/$sessionId/$chatId"
      params={{ sessionId: chat.session_id, chatId: chat.id }}
      search={search}
      preload={false}
      className={`conv ${chat.unread_count > 0 && !chat.is_group ? 'un' : ''} ${isAt ? 'at' : ''} ${isSelected ? 'sel' : ''}`}
      aria-current={isOpen || undefined}
      data-chat={chat.id}
    >
      <Avatar name={title} size={40} isGroup={isMany(chat)}>
        {isSelected ? <Glyph name="ok" /> : isMany(chat) ? <ChatSign chat={chat} /> : undefined}
      </Avatar>
      <b className="cut">
        <bdi>{title}</bdi>
      </b>
      {chat.last_message_at === null ? <span /> : <Time at={chat.last_message_at} />}
      <p>
        {draft === undefined || isOpen ? (
          <LastWords chat={chat} />
        ) : (
          <bdi className="cut">
            <b className="acc">{t('list.draft')}</b> {draft.text}
          </bdi>
        )}
      </p>
      <span className="r">
        {isSelected ? <span className="sr">{t('list.selected')}</span> : null}
        {chat.is_opted_out === true ? (
          <Tag>
            <Glyph name="slash" />
            {t('opt_out.refused')}
          </Tag>
        ) : null}
        {label === undefined || chat.is_opted_out === true ? null : (
          <Tag colour={label.color}>
            <bdi className="cut">{label.name}</bdi>
          </Tag>
        )}
        <Unread chat={chat} />
      </span>
    </Link>
  )
})

function LastWords({ chat }: { chat: Chat }) {
  const t = useText()
  const why = useFailureWords()
  const last = chat.last_message
  if (last === null) return null
  const state = last.direction === 'outbound' ? states.find((name) => name === last.status) : undefined
  if (state === 'failed') {
    return (
      <>
        <Glyph name="tri" tone="bad" />
        <span className="cut">{t('failed.line', { reason: why(last.error) })}</span>
      </>
    )
  }
  const icon = iconOf(last.message_type)
  const kind = isKnownKind(last.message_type) ? t(`kind.${last.message_type}`) : t('kind.unknown')
  const words = last.content_preview === null || last.content_preview === '' ? kind : last.content_preview
  return (
    <>
      {state === undefined ? null : <Glyph name={lookOf('message', state)[0]} />}
      {last.status === 'pending_approval' ? <Glyph name="hand" tone="warn" /> : null}
      {icon === undefined ? null : <Icon name={icon} size="s" />}
      <bdi className="cut">{last.sender_name === null ? words : `${last.sender_name}: ${words}`}</bdi>
    </>
  )
}

function Unread({ chat }: { chat: Chat }) {
  const t = useText()
  const format = useFormat()
  if (chat.unread_count === 0) return null
  const words = <span className="sr"> {t('list.unread', { count: chat.unread_count })}</span>
  return (
    <span className={chat.is_group ? 'mute num munread' : 'count'}>
      {format.number(chat.unread_count)}
      {words}
    </span>
  )
}
