import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { Icon } from '../../kit/icon.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty } from '../../kit/notes.tsx'
import { Phone } from '../../kit/text-parts.tsx'
import { Page } from '../../shell/page.tsx'
import { sessionLook } from '../../shell/session-glyphs.tsx'
import { ConnectDialog } from './connect-dialog.tsx'
import { type Session, useColdBudget, useSessions } from './queries.ts'
import { Ribbon } from './ribbon.tsx'
import { SessionAction } from './session-action.tsx'
import { SessionMenu } from './session-menu.tsx'
import { limitedUntil, SessionState, unlinkedWords, useMeaning } from './session-state.tsx'
import './sessions.css'
import { useText } from './words.ts'

/** All numbers, those that need somebody first. */
export function SessionsPage() {
  const t = useText()
  const query = useSessions()
  const [isConnecting, setConnecting] = useState(false)
  const connect = (
    <Button look="primary" icon="plus" onClick={() => setConnecting(true)}>
      {t('connect')}
    </Button>
  )
  const sessions = query.data ?? []
  return (
    <Page
      title={t('title')}
      state={sessions.length === 0 ? undefined : <Summary sessions={sessions} />}
      actions={
        <>
          <CurlButton calls={[{ method: 'get', path: '/api/v2/sessions' }]} />
          {sessions.length === 0 ? null : connect}
        </>
      }
    >
      <Loaded query={query} title={t('list.failed')}>
        {(loaded) =>
          loaded.length === 0 ? (
            <Empty title={t('empty.title')} action={connect}>
              {t('empty.text')}
            </Empty>
          ) : (
            <SessionList sessions={loaded} />
          )
        }
      </Loaded>
      <ConnectDialog open={isConnecting} onClose={() => setConnecting(false)} />
    </Page>
  )
}

function Summary({ sessions }: { sessions: readonly Session[] }) {
  const t = useText()
  const looks = sessions.map(sessionLook)
  const need = looks.filter((look) => look === 'failed').length
  const linking = looks.filter((look) => look === 'qr_code').length
  return <span className="mute">{t('summary', { count: sessions.length, need, linking })}</span>
}

function SessionList({ sessions }: { sessions: readonly Session[] }) {
  const t = useText()
  const format = useFormat()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className="main flush" tabIndex={0} aria-label={t('title')}>
      <div className="sess headrow" aria-hidden="true">
        <span />
        <span>{t('column.number')}</span>
        <span>{t('column.state')}</span>
        <span className="w1">{t('column.limit')}</span>
        <span className="w2">
          <span>{format.unit(24, 'hour')}</span>
          <span>{t('column.now')}</span>
        </span>
        <span />
      </div>
      {sessions.map((session) => (
        <SessionRow key={session.id} session={session} />
      ))}
      <p className="mute legend-line">{t('ribbon.legend', { zone: format.timeZone })}</p>
    </section>
  )
}

function SessionRow({ session }: { session: Session }) {
  const t = useText()
  const meaning = useMeaning()
  return (
    <article className="sess" aria-label={session.name}>
      <span className="arch">
        <Icon name="sessions" />
      </span>
      <div className="cut">
        <h2 className="cut">
          <Link to="/sessions/$sessionId" params={{ sessionId: session.id }}>
            <bdi>{session.name}</bdi>
          </Link>
        </h2>
        <small>
          {session.phone_number === null ? (
            t(unlinkedWords(session))
          ) : (
            <Phone number={session.phone_number} />
          )}
        </small>
      </div>
      <div>
        <SessionState session={session} />
        <p>{meaning(session)}</p>
      </div>
      <div className="w1">
        <Limit session={session} />
      </div>
      <div className="w2">
        <Ribbon sessionId={session.id} />
      </div>
      <div className="act">
        <SessionAction session={session} inList />
        <SessionMenu session={session} />
      </div>
    </article>
  )
}

function Limit({ session }: { session: Session }) {
  const t = useText()
  const format = useFormat()
  const { reach_out_locked_until: locked, is_message_capped: isCapped } = session.limits
  const cold = useColdBudget(session.id)
  if (session.status !== 'working') return <small>–</small>
  const until = limitedUntil(session)
  return (
    <>
      <small>{t('limit.new')}</small>
      <p>
        {locked === null && !isCapped
          ? t('limit.none')
          : until === null
            ? t('limit.closed')
            : t('limit.until', { time: format.moment(until) })}
      </p>
      {cold === undefined || locked !== null || isCapped ? null : (
        <small className="num">
          {t('limit.today')}{' '}
          {t('limit.used', { used: format.number(cold.used), budget: format.number(cold.budget) })}
        </small>
      )}
    </>
  )
}
