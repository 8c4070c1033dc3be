import { useState } from 'react'
import { queries } from '../../../api/client.ts'
import { useFormat } from '../../../i18n/format.ts'
import { Loaded } from '../../../kit/loaded.tsx'
import { useText } from '../words.ts'

/** Who chose what in a poll; asked for when somebody wants to know, and again when the count changes. */
export function Voters({ messageId, votes }: { messageId: string; votes: number }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('poll.who')}</summary>
      {isOpen ? <VoterList key={votes} messageId={messageId} /> : null}
    </details>
  )
}

function VoterList({ messageId }: { messageId: string }) {
  const t = useText()
  const format = useFormat()
  const query = queries.useQuery(
    'get',
    '/api/v2/messages/{message_id}/votes',
    { params: { path: { message_id: messageId }, query: { limit: 100 } } },
    { staleTime: 0 },
  )
  return (
    <Loaded query={query} title={t('poll.failed')} skeleton={null}>
      {({ votes }) => (
        <ul className="mvoters">
          {votes.map((vote) => (
            <li key={vote.contact_id ?? 'own'}>
              <bdi>
                {vote.contact_id === null ? t('poll.you') : (vote.name ?? vote.phone ?? t('poll.someone'))}
              </bdi>
              <span className="mute" dir="auto">
                {format.list(vote.options)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  )
}
