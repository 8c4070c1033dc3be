import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import { Phone } from '../../../kit/text-parts.tsx'
import { decideJoin, useJoinRequests, type WhatsAppGroup } from '../queries.ts'
import { useText } from '../words.ts'

/** Who waits to be let in, where admins decide. */
export function JoinRequests({ group }: { group: WhatsAppGroup }) {
  const t = useText()
  const query = useJoinRequests(group)
  const [busyId, setBusyId] = useState<string>()
  const [error, setError] = useState<unknown>()
  if (!group.is_admin || !group.join_approval) return null
  async function decide(id: string, decision: 'approve' | 'reject') {
    setBusyId(id)
    setError(undefined)
    try {
      await decideJoin(group, decision, [id])
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusyId(undefined)
    }
  }
  return (
    <section className="card" aria-labelledby="group-requests">
      <header>
        <h2 id="group-requests">{t('requests')}</h2>
      </header>
      <div className="card-in">
        {error === undefined ? null : <ErrorNote error={error} />}
        <Loaded query={query} title={t('requests.failed')}>
          {({ requests }) =>
            requests.length === 0 ? (
              <p className="mute">{t('requests.none')}</p>
            ) : (
              <ul className="results">
                {requests.map(({ phone, wa_chat_id: id }) => (
                  <li key={id}>
                    {phone === null ? t('hidden_number') : <Phone number={phone} />}
                    <Button busy={busyId === id} onClick={() => void decide(id, 'approve')}>
                      {t('requests.approve')}
                    </Button>
                    <Button busy={busyId === id} onClick={() => void decide(id, 'reject')}>
                      {t('requests.reject')}
                    </Button>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
    </section>
  )
}
