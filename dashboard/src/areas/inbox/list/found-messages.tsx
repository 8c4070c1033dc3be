import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { queries } from '../../../api/client.ts'
import { ErrorNote } from '../../../kit/notes.tsx'
import { Time } from '../../../kit/text-parts.tsx'
import type { InboxSearch } from '../search.ts'
import { useText } from '../words.ts'

const firstPage = 20
const mostShown = 100

/** Messages that have the words that were typed, below the conversations that do. */
export function FoundMessages({ search }: { search: InboxSearch & { q: string } }) {
  const t = useText()
  const [limit, setLimit] = useState(firstPage)
  const query = queries.useQuery(
    'get',
    '/api/v2/messages/search',
    {
      params: {
        query: {
          q: search.q,
          limit,
          ...(search.session === undefined ? {} : { session_id: search.session }),
        },
      },
    },
    { placeholderData: (before) => before },
  )
  const { data } = query
  return (
    <section className="mfound" aria-label={t('found.title')}>
      <h3>
        {t('found.title')}{' '}
        {data === undefined ? null : <small>{t('found.count', { count: data.total })}</small>}
      </h3>
      {query.error === null ? null : (
        <ErrorNote error={query.error} title={t('found.failed')} onRetry={() => void query.refetch()} />
      )}
      {data?.is_complete === false ? <p className="mute">{t('found.reading')}</p> : null}
      {data?.total === 0 ? <p className="mute">{t('found.none')}</p> : null}
      <ul>
        {data?.messages.map((message) => (
          <li key={message.id}>
            <Link
              to="/inbox/$sessionId/$chatId"
              params={{ sessionId: message.session_id, chatId: message.chat_id }}
              search={search}
              preload={false}
              className="mfound-row"
            >
              <b className="cut">
                <bdi>{message.chat_name ?? message.sender_phone ?? message.wa_chat_id}</bdi>
              </b>
              <Time at={message.wa_timestamp ?? message.created_at} />
              <p className="cut" dir="auto">
                {message.content_preview}
              </p>
            </Link>
          </li>
        ))}
      </ul>
      {data !== undefined && data.total > data.messages.length && limit < mostShown ? (
        <button type="button" className="btn" onClick={() => setLimit(mostShown)}>
          {t('found.more')}
        </button>
      ) : null}
    </section>
  )
}
