import { useEffect, useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { StateTag } from '../../kit/states.tsx'
import { sessionLook } from '../../shell/session-glyphs.tsx'
import type { Session } from './queries.ts'
import { useText } from './words.ts'

const loudLooks = ['failed', 'qr_code', 'replies_only']

/** How a session is, in a word: the reason where it failed. */
export function SessionState({ session }: { session: Session }) {
  const t = useText()
  const format = useFormat()
  const look = sessionLook(session)
  const until = limitedUntil(session)
  return (
    <StateTag kind="session" value={look} loud={loudLooks.includes(look)}>
      {wordOf()}
    </StateTag>
  )

  function wordOf(): string | undefined {
    if (look === 'replies_only' && until !== null) return t('replies_until', { time: format.moment(until) })
    if (look === 'starting' && session.status_reason === 'reconnecting') return t('word.reconnecting')
    if (look === 'failed' && session.status_reason !== null) return t.of(`word.${session.status_reason}`)
    return undefined
  }
}

/** When the limit ends, where WhatsApp says. */
export function limitedUntil({ limits, status_until: until }: Session): string | null {
  return limits.reach_out_locked_until ?? limits.message_cap_until ?? until
}

/** The time, moving on by the second. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** What the state means and what to do about it. */
export function useMeaning(): (session: Session) => string {
  const t = useText()
  const format = useFormat()
  const limited = ({ limits }: Session) =>
    t(limits.is_message_capped ? 'why.message_capped' : 'why.reach_out_locked')
  function waiting({ qr_attempt: attempt }: Session): string {
    const { number, of } = attempt ?? { number: 1, of: null }
    return of === null ? t('why.qr_code') : t('why.qr_code_of', { number, of })
  }
  function working({ last_connected_at: at }: Session): string {
    return at === null ? t('why.working') : t('why.working_since', { time: format.moment(at) })
  }
  return (session) => {
    const look = sessionLook(session)
    const time = format.moment(session.updated_at)
    if (look === 'replies_only') return limited(session)
    if (look === 'qr_code') return waiting(session)
    if (session.status_reason !== null) return t.of(`why.${session.status_reason}`, { time })
    if (look === 'working') return working(session)
    if (look === 'stopped' && session.phone_number === null) return t('why.never_linked')
    return t.of(`why.${look}`, { time })
  }
}

/** What stands in the place of the number while there is none: one that was linked before is no longer. */
export function unlinkedWords({ last_connected_at: at }: Session): 'not_linked' | 'no_longer_linked' {
  return at === null ? 'not_linked' : 'no_longer_linked'
}
