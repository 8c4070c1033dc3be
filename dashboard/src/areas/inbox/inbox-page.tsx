import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { Empty } from '../../kit/notes.tsx'
import { usePaletteEntries } from '../../shell/palette-store.ts'
import './inbox.css'
import { ConversationList } from './list/conversation-list.tsx'
import { ListHead } from './list/list-head.tsx'
import { NewMessage } from './new-message.tsx'
import { type InboxSearch, readInboxSearch } from './search.ts'
import { useText } from './words.ts'

/** Conversations, the open one, and who it is with: three panes, two on tablets, one on phones. */
export function InboxPage() {
  const t = useText()
  const navigate = useNavigate()
  const address = useSearch({ from: '/app/inbox' })
  const search = useMemo(() => readInboxSearch({ ...address }), [address])
  const { chatId } = useParams({ strict: false })
  const [isWriting, setWriting] = useState(false)
  const { write, from } = address
  useEffect(() => {
    document.title = `${t('title')} · MoltFlow`
  }, [t])
  const show = (next: InboxSearch) => void navigate({ to: '.', search: next, replace: true } as never)
  const entries = useMemo(
    () => [
      {
        id: 'inbox.new',
        group: 'do' as const,
        label: t('new.title'),
        icon: 'plus' as const,
        run: () => setWriting(true),
      },
    ],
    [t],
  )
  usePaletteEntries(entries)
  const isOpen = chatId !== undefined
  const isFiltered = Object.keys(search).length > 0
  return (
    <main className={`sheet ${isOpen ? 'reading' : ''}`} id="main" tabIndex={-1}>
      <h1 className="sr">{t('title')}</h1>
      <div className="inbox">
        <section className="ilist" aria-label={t('title')}>
          <ListHead search={search} onSearch={show} onNew={() => setWriting(true)} />
          <ConversationList
            key={JSON.stringify(search)}
            search={search}
            openId={chatId}
            isFiltered={isFiltered}
            onClear={() => show({})}
          />
        </section>
        {isOpen ? null : (
          <section className="thread mnone" aria-label={t('thread.label')}>
            <Empty title={t('thread.none_title')}>{t('thread.none_text')}</Empty>
          </section>
        )}
        <Outlet />
      </div>
      {isWriting || write !== undefined ? (
        <NewMessage
          to={write}
          from={from}
          onClose={() => {
            setWriting(false)
            if (write !== undefined) show(search)
          }}
        />
      ) : null}
    </main>
  )
}
