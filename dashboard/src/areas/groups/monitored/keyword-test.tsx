import { useEffect, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Highlight } from '../../../kit/highlight.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import { Phone, Time } from '../../../kit/text-parts.tsx'
import { type MonitoredGroup, useKeywordTest } from '../queries.ts'
import { useText } from '../words.ts'

const quietMs = 300
const mostShown = 20

/** What is typed, once typing pauses. */
function useSettled<Value>(value: Value): Value {
  const key = JSON.stringify(value)
  const [settled, setSettled] = useState(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the value is the same as long as its text is
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), quietMs)
    return () => clearTimeout(timer)
  }, [key])
  return settled
}

interface KeywordTestProps {
  group: MonitoredGroup
  keywords: string[]
  match: MonitoredGroup['keyword_match']
}

/** What the words would have found in the last messages, while they are typed. */
export function KeywordTest({ group, keywords, match }: KeywordTestProps) {
  const t = useText()
  const format = useFormat()
  const settled = useSettled({ keywords, match })
  const { data, error, isFetching, refetch } = useKeywordTest(group.id, settled.keywords, settled.match)
  return (
    <section className="card" aria-labelledby="keyword-test" aria-busy={isFetching}>
      <header>
        <h2 id="keyword-test">{t('test')}</h2>
      </header>
      <div className="card-in">
        {keywords.length === 0 ? <p className="mute">{t('test.none')}</p> : null}
        {error === null ? null : (
          <ErrorNote error={error} title={t('test.failed')} onRetry={() => void refetch()} />
        )}
        {data === undefined || keywords.length === 0 ? null : (
          <>
            <p role="status">
              <b>{t('test.matched', { count: data.messages_matched, checked: data.messages_checked })}</b>{' '}
              <span className="mute">{t('test.days', { count: data.days })}</span>
            </p>
            <ul className="word-counts">
              {data.keywords.map(({ keyword, messages }) => (
                <li key={keyword}>
                  <bdi>{keyword}</bdi> <span className="num mute">{format.number(messages)}</span>
                </li>
              ))}
            </ul>
            <Hits hits={data.hits} />
          </>
        )}
      </div>
    </section>
  )
}

function Hits({ hits }: { hits: NonNullable<ReturnType<typeof useKeywordTest>['data']>['hits'] }) {
  const t = useText()
  // A message with several keywords is one message.
  const messages = [...new Map(hits.toReversed().map((hit) => [hit.message_id, hit])).values()].toReversed()
  const shown = messages.slice(0, mostShown)
  return (
    <>
      <ul className="hits">
        {shown.map((hit) => (
          <li key={hit.message_id}>
            <p className="said">
              {hit.content_preview === null ? (
                <span className="mute">{t('text_gone')}</span>
              ) : (
                <Highlight text={hit.content_preview} word={hit.keyword} />
              )}
            </p>
            <p className="mute hint">
              {hit.sender_name === null ? null : <bdi>{hit.sender_name}</bdi>}
              {hit.sender_name === null && hit.sender_phone !== null ? (
                <Phone number={hit.sender_phone} />
              ) : null}{' '}
              <Time at={hit.wa_timestamp} />
            </p>
          </li>
        ))}
      </ul>
      {messages.length > shown.length ? (
        <p className="rest">{t('test.more', { count: messages.length - shown.length })}</p>
      ) : null}
    </>
  )
}
