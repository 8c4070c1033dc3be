import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type DragEvent, lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { queries } from '../../../api/client.ts'
import { useFormat } from '../../../i18n/format.ts'
import { Drawer } from '../../../kit/dialog.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import { SkeletonRows } from '../../../kit/skeleton.tsx'
import { useKey } from '../../../shell/keys.ts'
import { type Attachment, attach } from '../composer/attachments.ts'
import { Composer } from '../composer/composer.tsx'
import { draftOf, keepDraft, useDraft } from '../composer/drafts.ts'
import { openOutbox, useOutgoing } from '../composer/outbox.ts'
import { type Obstacle, obstacleTo } from '../composer/sendability.ts'
import { markRead, useChat, useMe, useSessions } from '../queries.ts'
import type { Chat, Message } from '../shapes.ts'
import { useTitle } from '../title.tsx'
import { useText } from '../words.ts'
import { MessageList } from './message-list.tsx'
import { ThreadHead } from './thread-head.tsx'
import { useLiveThread, useThread } from './thread-window.ts'

// A conversation is read before anything is done beside it: these come after the thread.
const ContactPanel = lazy(() =>
  import('../contact/contact-panel.tsx').then((module) => ({ default: module.ContactPanel })),
)
const EditDialog = lazy(() => import('./edit-dialog.tsx').then((module) => ({ default: module.EditDialog })))
const ForwardDialog = lazy(() =>
  import('./forward-dialog.tsx').then((module) => ({ default: module.ForwardDialog })),
)

/** One conversation, with who it is with beside it. */
export function ThreadPage() {
  const { sessionId, chatId } = useParams({ from: '/app/inbox/$sessionId/$chatId' })
  // Another conversation is another page: nothing of the last one may stay, not a file, not a place in the thread.
  return <Thread key={chatId} sessionId={sessionId} chatId={chatId} />
}

function Thread({ sessionId, chatId }: { sessionId: string; chatId: string }) {
  const t = useText()
  const place = { sessionId, chatId }
  const query = useChat(chatId)
  const me = useMe().data
  if (me !== undefined) openOutbox(me.id)
  if (query.data === undefined || me === undefined) {
    return (
      <section className="thread" aria-label={t('thread.label')}>
        {query.error === null ? (
          <SkeletonRows rows={5} />
        ) : (
          <div className="notes">
            <ErrorNote error={query.error} title={t('thread.failed')} onRetry={() => void query.refetch()} />
          </div>
        )}
      </section>
    )
  }
  return <OpenThread chat={query.data} place={place} userId={me.id} />
}

function useObstacle(chat: Chat, sessionId: string): Obstacle | undefined {
  const { data: sessions } = useSessions()
  const { data: usage } = queries.useQuery('get', '/api/v2/usage/current')
  return obstacleTo({
    session: sessions?.find(({ id }) => id === sessionId),
    chat,
    isOptedOut: chat.is_opted_out === true,
    usage,
  })
}

/** An obstacle as a sentence. */
function useObstacleWords(obstacle: Obstacle | undefined, sessionName: string): string | undefined {
  const t = useText()
  const format = useFormat()
  if (obstacle === undefined) return undefined
  const until = obstacle.until == null ? '' : format.moment(obstacle.until)
  const ending = until === '' ? 'open' : 'until'
  const isTimed = obstacle.reason === 'reach_out_locked' || obstacle.reason === 'message_capped'
  return t.of(`barrier.${obstacle.reason}${isTimed ? `_${ending}` : ''}`, { name: sessionName, time: until })
}

function useMessageActions(
  chat: Chat,
  userId: string,
  barrier: string | undefined,
  ownDigits: string | undefined,
) {
  const [editing, setEditing] = useState<Message>()
  const [forwarding, setForwarding] = useState<Message>()
  const actions = useMemo(() => {
    const reply = (message: Message) => {
      const text = draftOf(userId, chat.id)?.text ?? ''
      keepDraft(userId, chat.id, { text, replyTo: message.id })
    }
    return { reply, edit: setEditing, forward: setForwarding, barrier, ownDigits }
  }, [chat.id, userId, barrier, ownDigits])
  const dialogs = (
    <>
      {editing === undefined ? null : (
        <Suspense>
          <EditDialog message={editing} onClose={() => setEditing(undefined)} />
        </Suspense>
      )}
      {forwarding === undefined ? null : (
        <Suspense>
          <ForwardDialog message={forwarding} onClose={() => setForwarding(undefined)} />
        </Suspense>
      )}
    </>
  )
  return { actions, dialogs }
}

/** Reads what is in sight: the counters of the server and the phone follow. */
function useReading(chat: Chat, sessionId: string): (isAtEnd: boolean) => void {
  const [isAtEnd, setAtEnd] = useState(true)
  const [isLooking, setLooking] = useState(!document.hidden)
  useEffect(() => {
    const look = () => setLooking(!document.hidden)
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  const isUnread = chat.unread_count > 0 && isAtEnd && isLooking
  useEffect(() => {
    // Not told to WhatsApp, for example while the session is down: the counter stays as it is, and says so.
    if (isUnread) markRead({ sessionId, chatId: chat.id }).catch(() => undefined)
  }, [isUnread, sessionId, chat.id])
  return useCallback((next: boolean) => setAtEnd(next), [])
}

interface OpenThreadProps {
  chat: Chat
  place: { sessionId: string; chatId: string }
  userId: string
}

function OpenThread({ chat, place, userId }: OpenThreadProps) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const search = useSearch({ from: '/app/inbox' })
  const thread = useThread(place)
  const outgoing = useOutgoing(chat.id)
  const session = useSessions().data?.find(({ id }) => id === place.sessionId)
  const obstacle = useObstacle(chat, place.sessionId)
  const obstacleWords = useObstacleWords(obstacle, session?.name ?? '')
  const barrier = obstacle?.isBarrier === true ? obstacleWords : undefined
  const { actions, dialogs } = useMessageActions(
    chat,
    userId,
    barrier,
    session?.phone_number?.replaceAll(/\D/g, ''),
  )
  const [files, setFiles] = useState<readonly Attachment[]>([])
  const [isOver, setOver] = useState(false)
  const [isPanelOpen, setPanelOpen] = useState(false)
  const onEnd = useReading(chat, place.sessionId)
  const draft = useDraft(userId, chat.id)
  const repliedAt = draft?.replyTo === undefined ? -1 : thread.find(draft.replyTo)
  const title = useTitle(chat)
  useLiveThread(place, chat.wa_chat_id)
  useKey('escape', () => void navigate({ to: '/inbox', search }))
  useKey('p', () => setPanelOpen((isOpen) => !isOpen))

  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    if (barrier === undefined) setFiles([...files, ...attach(event.dataTransfer.files)])
  }
  return (
    <>
      <section
        className={`thread ${isOver ? 'over' : ''}`}
        aria-label={title}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <ThreadHead chat={chat} session={session} onPanel={() => setPanelOpen(true)} />
        {thread.error === null ? null : (
          <div className="notes">
            <ErrorNote
              error={thread.error}
              title={t('thread.failed')}
              since={thread.total === undefined ? undefined : format.moment(thread.updatedAt)}
              onRetry={thread.refetch}
            />
          </div>
        )}
        {thread.total === undefined && thread.error === null ? <SkeletonRows rows={5} /> : null}
        <MessageList
          label={title}
          thread={thread}
          outgoing={outgoing}
          isGroup={chat.is_group}
          actions={actions}
          onEnd={onEnd}
        />
        <Composer
          chat={chat}
          place={place}
          userId={userId}
          obstacle={obstacle}
          obstacleWords={obstacleWords}
          replied={repliedAt < 0 ? undefined : thread.at(repliedAt)}
          files={files}
          setFiles={setFiles}
        />
      </section>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <aside className="side-p" aria-label={t('contact.label')} tabIndex={0}>
        <Suspense>
          <ContactPanel chat={chat} />
        </Suspense>
      </aside>
      <Drawer open={isPanelOpen} onClose={() => setPanelOpen(false)} title={t('contact.label')}>
        <div className="side-in">
          <Suspense>
            <ContactPanel chat={chat} />
          </Suspense>
        </div>
      </Drawer>
      {dialogs}
    </>
  )
}
