import { Link } from '@tanstack/react-router'
import { queries, type Schemas } from '../api/client.ts'
import { useFormat } from '../i18n/format.ts'
import { Glyph } from '../kit/icon.tsx'
import { lookOf, type StateOf } from '../kit/states.tsx'
import { useText } from '../words/words.ts'

type Session = Schemas['Session']
type SessionLook = StateOf<'session'>

/** Worst first. */
const order: readonly SessionLook[] = [
  'failed',
  'qr_code',
  'replies_only',
  'starting',
  'deaf',
  'working',
  'stopped',
]

/** The state of a session as it is shown: working ones may be limited, or be renewing their line. */
export function sessionLook(session: Pick<Session, 'status' | 'status_reason' | 'limits'>): SessionLook {
  if (session.status_reason === 'deaf') return 'deaf'
  const isLimited = session.limits.reach_out_locked_until !== null || session.limits.is_message_capped
  return session.status === 'working' && isLimited ? 'replies_only' : session.status
}

const needsSomebody = (look: SessionLook) => look === 'failed' || look === 'qr_code'

/** A glyph for each session, worst first, and who needs you. */
export function SessionGlyphs() {
  const t = useText()
  const format = useFormat()
  const { data: sessions = [] } = queries.useQuery('get', '/api/v2/sessions')
  const looks = sessions
    .map((session) => ({ session, look: sessionLook(session) }))
    .sort((a, b) => order.indexOf(a.look) - order.indexOf(b.look))
  const needing = looks.filter(({ look }) => needsSomebody(look))
  const counts = order
    .map((look) => ({ look, count: looks.filter((entry) => entry.look === look).length }))
    .filter(({ count }) => count > 0)
    .map(({ look, count }) => `${format.number(count)} ${t.of(`state.session.${look}`)}`)
  return (
    <Link className="lines" to="/sessions">
      {looks.length === 0 ? null : (
        <span className="glyphs" role="img" aria-label={format.list(counts)}>
          {looks.map(({ session, look }) => {
            const [shape, tone] = lookOf('session', look)
            return <Glyph key={session.id} name={shape} tone={tone} />
          })}
        </span>
      )}
      <b>{t('side.numbers', { need: needing.length, count: sessions.length })}</b>
      <span>{needing.length === 0 ? null : format.list(needing.map(({ session }) => session.name))}</span>
    </Link>
  )
}
