import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { useReason } from '../../kit/notes.tsx'
import { sessionLook } from '../../shell/session-glyphs.tsx'
import { controlSession, type Session } from './queries.ts'
import { useText } from './words.ts'

/** Failures after which the phone has to be linked again. */
const unlinked: readonly Session['status_reason'][] = [
  'logged_out',
  'bad_session',
  'qr_expired',
  'pairing_failed',
]

/** The one thing to do about a session now; nothing where nobody is needed. A refusal stays below the button. */
export function SessionAction({ session, inList }: { session: Session; inList?: boolean }) {
  const t = useText()
  const navigate = useNavigate()
  const reason = useReason()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const look = sessionLook(session)
  const show = () => navigate({ to: '/sessions/$sessionId', params: { sessionId: session.id } })

  async function start() {
    setBusy(true)
    setError(undefined)
    try {
      await controlSession(session.id, 'start')
      if (session.phone_number === null || unlinked.includes(session.status_reason)) await show()
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  if (look === 'qr_code')
    return inList ? (
      <Button look="primary" onClick={() => void show()}>
        {t('action.show_code')}
      </Button>
    ) : null
  if (look !== 'failed' && look !== 'stopped') return null
  const needsLink = session.phone_number === null || unlinked.includes(session.status_reason)
  const word = look === 'failed' ? (needsLink ? 'action.link_again' : 'action.try_again') : 'action.start'
  return (
    <div className="session-action">
      <Button
        {...(look === 'failed' && needsLink ? { look: 'primary' as const } : {})}
        busy={isBusy}
        onClick={() => void start()}
      >
        {t(look === 'stopped' && session.phone_number === null ? 'action.link' : word)}
      </Button>
      {error === undefined ? null : (
        <p className="bad" role="alert">
          {reason(error)}
        </p>
      )}
    </div>
  )
}
