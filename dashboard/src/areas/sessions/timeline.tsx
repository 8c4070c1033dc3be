import { Button } from '../../kit/button.tsx'
import { Glyph } from '../../kit/icon.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { lookOf } from '../../kit/states.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { useText as useWords } from '../../words/words.ts'
import { type TimelineEntry, useTimelinePages } from './queries.ts'
import { useText } from './words.ts'

/** Everything a session has been through, newest first, with the reasons. */
export function Timeline({ sessionId }: { sessionId: string }) {
  const t = useText()
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useTimelinePages(sessionId)
  const entries = data?.pages.flatMap((page) => page.entries) ?? []
  return (
    <>
      {error === null ? null : <ErrorNote error={error} title={t('timeline.failed')} />}
      <ol className="tl pad">
        {entries.map((entry) => (
          <Entry key={`${entry.at} ${entry.status} ${entry.reason}`} entry={entry} />
        ))}
      </ol>
      {hasNextPage ? (
        <div className="pad">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('timeline.more')}
          </Button>
        </div>
      ) : null}
    </>
  )
}

const limitedBy = ['reach_out_locked', 'message_capped']

function Entry({ entry }: { entry: TimelineEntry }) {
  const t = useText()
  const words = useWords()
  const isLimited = entry.status === 'working' && limitedBy.includes(entry.reason ?? '')
  const look = entry.reason === 'deaf' ? 'deaf' : isLimited ? 'replies_only' : entry.status
  const [shape, tone] = lookOf('session', look)
  return (
    <li>
      <Glyph name={shape} tone={tone} />
      <div>
        <b>{words.of(`state.session.${look}`)}</b>
        {entry.reason === null ? null : <p>{t.of(`word.${entry.reason}`)}</p>}
        {entry.error === null ? null : <p className="mono ltr technical">{entry.error}</p>}
      </div>
      <Time at={entry.at} seconds />
    </li>
  )
}
