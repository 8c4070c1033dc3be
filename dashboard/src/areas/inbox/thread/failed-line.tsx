import { useState } from 'react'
import { Glyph } from '../../../kit/icon.tsx'
import { useReason } from '../../../kit/notes.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { useFailureWords } from './failure-words.ts'
import { canSendAgain, resend } from './send-again.ts'

/** Why it was not sent, and the way to send it again; a second refusal says why, too. */
export function FailedLine({ message }: { message: Message }) {
  const t = useText()
  const why = useFailureWords()
  const reason = useReason()
  const [state, setState] = useState<'idle' | 'busy' | 'sent'>('idle')
  const [error, setError] = useState<unknown>()
  async function again() {
    if (state !== 'idle') return
    setState('busy')
    setError(undefined)
    try {
      await resend(message)
      setState('sent')
    } catch (refusal) {
      setError(refusal)
      setState('idle')
    }
  }
  return (
    <div className="meta bad">
      <Glyph name="tri" />
      <span>{t('failed.line', { reason: why(message.error) })}</span>
      {error === undefined ? null : <span role="alert">{reason(error)}</span>}
      {state === 'sent' ? <span className="mute">{t('failed.sent_again')}</span> : null}
      {state !== 'sent' && canSendAgain(message) ? (
        <button type="button" aria-busy={state === 'busy' || undefined} onClick={() => void again()}>
          {t('failed.again')}
        </button>
      ) : null}
    </div>
  )
}
