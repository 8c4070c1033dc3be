import { useFormat } from '../../i18n/format.ts'
import { Progress } from '../../kit/figures.tsx'
import { Note } from '../../kit/notes.tsx'
import { Phone, Time } from '../../kit/text-parts.tsx'
import { PageBody } from '../../shell/page.tsx'
import { sessionLook } from '../../shell/session-glyphs.tsx'
import { type Session, useColdBudget, useHistorySync } from './queries.ts'
import { Ribbon } from './ribbon.tsx'
import { SessionSettings } from './session-settings.tsx'
import { limitedUntil, unlinkedWords, useMeaning } from './session-state.tsx'
import { Timeline } from './timeline.tsx'
import { useText } from './words.ts'

/** A linked number: how it is, what limits it, its history, its settings, and what it has been through. */
export function Linked({ session }: { session: Session }) {
  const t = useText()
  return (
    <PageBody label={session.name}>
      <div className="two">
        <div className="stack">
          <Standing session={session} />
          <section className="card">
            <header>
              <h2>{t('timeline.title')}</h2>
            </header>
            <div className="pad">
              <Ribbon sessionId={session.id} />
            </div>
            <Timeline sessionId={session.id} />
          </section>
        </div>
        <div className="stack">
          <Facts session={session} />
          <HistoryCard sessionId={session.id} />
          <SessionSettings session={session} />
        </div>
      </div>
    </PageBody>
  )
}

function Standing({ session }: { session: Session }) {
  const t = useText()
  const meaning = useMeaning()
  const look = sessionLook(session)
  const text = meaning(session)
  if (look === 'failed')
    return (
      <Note tone="bad" shape="oct" title={t.of(`word.${session.status_reason ?? 'engine_error'}`)}>
        {text}
        {session.last_error === null ? null : <p className="mono ltr technical">{session.last_error}</p>}
      </Note>
    )
  if (look === 'replies_only')
    return (
      <Note tone="warn" shape="lock" title={t('limit.title')}>
        {text} {t('limit.meaning')}
      </Note>
    )
  return (
    <Note {...(look === 'starting' || look === 'deaf' ? { tone: 'info' as const } : {})}>
      <span>{text}</span>
    </Note>
  )
}

function Facts({ session }: { session: Session }) {
  const t = useText()
  const format = useFormat()
  const until = limitedUntil(session)
  const cold = useColdBudget(session.id)
  const isLimited = sessionLook(session) === 'replies_only'
  const limit = until === null ? t('limit.closed') : t('limit.until', { time: format.moment(until) })
  return (
    <section className="card">
      <header>
        <h2>{t('facts.title')}</h2>
      </header>
      <dl className="session-facts pad">
        <dt>{t('facts.phone')}</dt>
        <dd>
          {session.phone_number === null ? (
            t(unlinkedWords(session))
          ) : (
            <Phone number={session.phone_number} />
          )}
        </dd>
        <dt>{t('facts.kind')}</dt>
        <dd>{t(session.is_business ? 'facts.business' : 'facts.personal')}</dd>
        <dt>{t('limit.new')}</dt>
        <dd>{isLimited ? limit : t('limit.none')}</dd>
        {cold === undefined || isLimited ? null : (
          <>
            <dt>{t('limit.today')}</dt>
            <dd className="num">
              {t('limit.used', { used: format.number(cold.used), budget: format.number(cold.budget) })}
            </dd>
          </>
        )}
        <dt>{t('facts.connected')}</dt>
        <dd>{session.last_connected_at === null ? '–' : <Time at={session.last_connected_at} />}</dd>
        <dt>{t('facts.made')}</dt>
        <dd>
          <Time at={session.created_at} />
        </dd>
      </dl>
    </section>
  )
}

function HistoryCard({ sessionId }: { sessionId: string }) {
  const t = useText()
  const { data } = useHistorySync(sessionId)
  if (data === undefined || data.status === 'none') return null
  return (
    <section className="card">
      <header>
        <h2>{t('history.title')}</h2>
      </header>
      <div className="pad stack">
        <p className="soft">{t(data.status === 'syncing' ? 'history.reading' : 'history.read')}</p>
        {data.status === 'syncing' ? (
          <Progress value={(data.percent ?? 0) / 100} label={t('history.title')} />
        ) : null}
        <p>{t('history.counts', { messages: data.messages, chats: data.chats, contacts: data.contacts })}</p>
      </div>
    </section>
  )
}
