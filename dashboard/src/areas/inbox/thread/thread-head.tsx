import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { queries } from '../../../api/client.ts'
import { onLiveEvent } from '../../../api/live.ts'
import { queryClient } from '../../../api/query-client.ts'
import { useFormat } from '../../../i18n/format.ts'
import { IconButton } from '../../../kit/button.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { Icon } from '../../../kit/icon.tsx'
import { useReason } from '../../../kit/notes.tsx'
import { Avatar } from '../../../kit/text-parts.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { useKey } from '../../../shell/keys.ts'
import { LabelMenu } from '../contact/label-menu.tsx'
import { markUnread } from '../queries.ts'
import type { Chat, Session } from '../shapes.ts'
import { ChatSign, isMany, useTitle } from '../title.tsx'
import { useText } from '../words.ts'

/** Events of it come for ten minutes after it was asked for. */
const presenceMs = 5 * 60_000

function usePresence(chat: Chat, session: Session | undefined): string | undefined {
  const t = useText()
  const format = useFormat()
  const { session_id: id, wa_chat_id: chatId } = chat
  const { data } = queries.useQuery(
    'get',
    '/api/v2/sessions/{id}/presence/{chat_id}',
    { params: { path: { id, chat_id: chatId } } },
    {
      enabled: !isMany(chat) && session?.status === 'working',
      refetchInterval: presenceMs,
      staleTime: presenceMs,
      retry: false,
    },
  )
  useEffect(
    () =>
      onLiveEvent((event) => {
        if (event.event !== 'chat.presence') return
        const { session_id: ofSession, chat_id: ofChat, presence, last_seen_at: lastSeen } = event.data
        if (ofSession !== id || ofChat !== chatId) return
        const key = queries.queryOptions('get', '/api/v2/sessions/{id}/presence/{chat_id}', {
          params: { path: { id, chat_id: chatId } },
        }).queryKey
        queryClient.setQueryData(key, { chat_id: chatId, presence, last_seen_at: lastSeen })
      }),
    [id, chatId],
  )
  if (data === undefined || data.presence === 'unknown') return undefined
  if (data.presence === 'offline') {
    return data.last_seen_at === null
      ? undefined
      : t('presence.seen', { when: format.ago(data.last_seen_at) })
  }
  return t(`presence.${data.presence}`)
}

/** Who one writes with, through which number, and what the other side is doing. */
export function ThreadHead({
  chat,
  session,
  onPanel,
}: {
  chat: Chat
  session: Session | undefined
  onPanel(): void
}) {
  const t = useText()
  const search = useSearch({ from: '/app/inbox' })
  const navigate = useNavigate()
  const reason = useReason()
  const [isLabelling, setLabelling] = useState(false)
  const presence = usePresence(chat, session)
  const title = useTitle(chat)
  const params = { path: { session_id: chat.session_id, chat_id: chat.wa_chat_id } }
  const via = session === undefined ? null : t.rich('thread.via', { name: <bdi>{session.name}</bdi> })
  /** The thread is left: what is looked at is read again at once. */
  async function leaveUnread() {
    await navigate({ to: '/inbox', search })
    try {
      await markUnread({ sessionId: chat.session_id, chatId: chat.id })
    } catch (error) {
      showToast({ text: t('thread.unread_failed', { reason: reason(error) }) })
    }
  }
  useKey('u', () => void leaveUnread())
  const isBusy = presence === t('presence.typing') || presence === t('presence.recording')
  return (
    <header>
      <Link className="btn quiet icon phone-only" to="/inbox" search={search} aria-label={t('thread.back')}>
        <Icon name="back" />
      </Link>
      <Avatar name={title} isGroup={isMany(chat)}>
        {isMany(chat) ? <ChatSign chat={chat} /> : undefined}
      </Avatar>
      <div className="cut mtitle">
        <h2 className="cut">
          <bdi>{title}</bdi>
        </h2>
        <p className="cut">
          {isBusy ? (
            <span className="typing" role="status">
              <i>
                <b />
              </i>
              <span className="acc">{presence}</span>
            </span>
          ) : (
            presence
          )}
          {presence === undefined || via === null ? null : ' · '}
          {via}
        </p>
      </div>
      <span className="desk-only">
        <LabelMenu chat={chat} open={isLabelling} onOpenChange={setLabelling} />
      </span>
      <span className="mpanel-open">
        <IconButton icon="panel" label={t('contact.label')} keys="P" onClick={onPanel} />
      </span>
      <IconButton icon="inbox" label={t('thread.unread')} keys="U" onClick={() => void leaveUnread()} />
      <span className="desk-only">
        <CurlButton
          calls={[
            { method: 'get', path: '/api/v2/messages/chat/{session_id}/{chat_id}', params },
            {
              method: 'post',
              path: '/api/v2/messages/send',
              body: { session_id: chat.session_id, chat_id: chat.wa_chat_id, message: 'Hello' },
            },
          ]}
        />
      </span>
    </header>
  )
}
