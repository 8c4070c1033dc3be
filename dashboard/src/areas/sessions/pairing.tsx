import { useEffect, useRef, useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { Glyph } from '../../kit/icon.tsx'
import { ErrorNote, Note } from '../../kit/notes.tsx'
import { Late } from '../../kit/skeleton.tsx'
import { PageBody } from '../../shell/page.tsx'
import { PairingCode } from './pairing-code.tsx'
import { controlSession, type Session, useQrCode } from './queries.ts'
import { useMeaning, useNow } from './session-state.tsx'
import { Steps } from './steps.tsx'
import { useText } from './words.ts'

const firstCodeMs = 60_000
const codeMs = 20_000

/** The code to scan, how to do it, and what happens. */
export function Pairing({ session }: { session: Session }) {
  const t = useText()
  const meaning = useMeaning()
  const isWaiting = session.status === 'qr_code'
  return (
    <PageBody label={t('pair.title')}>
      <div className="pair">
        <div>
          <h2 className="lede">{t('pair.title')}</h2>
          <p className="soft pair-lead">{t('pair.lead')}</p>
          {session.status === 'failed' ? (
            <Note tone="bad" shape="oct" title={t.of(`word.${session.status_reason ?? 'engine_error'}`)}>
              {meaning(session)}
            </Note>
          ) : null}
          <div className="qrbox">
            {isWaiting ? <Code session={session} /> : <NoCode session={session} />}
            <HowTo />
          </div>
          {isWaiting ? (
            <>
              <div className="or">{t('pair.or')}</div>
              <PairingCode sessionId={session.id} />
            </>
          ) : null}
        </div>
        <aside aria-label={t('steps.label')}>
          <Steps session={session} />
          <Troubles />
        </aside>
      </div>
    </PageBody>
  )
}

function Code({ session }: { session: Session }) {
  const t = useText()
  const format = useFormat()
  const { number, of } = session.qr_attempt ?? { number: 1, of: null }
  const query = useQrCode(session.id, number)
  const now = useNow()
  const { data, error, refetch } = query
  const expiresMs = data === undefined ? undefined : Date.parse(data.expires_at)
  const leftMs = expiresMs === undefined ? undefined : Math.max(expiresMs - now, 0)
  const asked = useRef<number>(undefined)
  // A code that is over is replaced at once, not by the next look.
  useEffect(() => {
    if (leftMs !== 0 || asked.current === expiresMs) return
    asked.current = expiresMs
    void refetch()
  }, [leftMs, expiresMs, refetch])
  if (data === undefined)
    return error === null ? <Waiting /> : <ErrorNote error={error} title={t('qr.failed')} />
  return (
    <div>
      <div className="qr">
        <img src={data.qr} alt={t('qr.alt')} />
      </div>
      <div className="qrt" role="timer">
        <Ring share={(leftMs ?? 0) / (number === 1 ? firstCodeMs : codeMs)} />
        <span>
          {t.rich('qr.next', { time: <b className="num">{format.duration(Math.max(leftMs ?? 0, 1000))}</b> })}
          {of === null ? null : ` · ${t('qr.of', { number, of })}`}
        </span>
      </div>
    </div>
  )
}

const circumference = 66

function Ring({ share }: { share: number }) {
  const circle = { cx: 13, cy: 13, r: 10.5, fill: 'none', strokeWidth: 4 }
  const drawn = circumference * Math.min(Math.max(share, 0), 1)
  return (
    <svg className="ring" viewBox="0 0 26 26" aria-hidden="true">
      <circle {...circle} stroke="var(--surface-3)" />
      <circle
        {...circle}
        stroke="var(--accent-text)"
        strokeDasharray={`${drawn} ${circumference}`}
        strokeLinecap="round"
        transform="rotate(-90 13 13)"
      />
    </svg>
  )
}

function Waiting() {
  const t = useText()
  return (
    <div className="qr qr-empty" role="status">
      <Late>
        <span className="skel qr-skeleton" />
      </Late>
      <span className="sr">{t('qr.loading')}</span>
    </div>
  )
}

function NoCode({ session }: { session: Session }) {
  const t = useText()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function start() {
    setBusy(true)
    setError(undefined)
    try {
      await controlSession(session.id, 'start')
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  if (session.status === 'starting') return <Waiting />
  return (
    <div className="qr-none">
      <Glyph
        name={session.status === 'failed' ? 'oct' : 'qr'}
        tone={session.status === 'failed' ? 'bad' : 'off'}
      />
      <p>{t('qr.none')}</p>
      <Button look="primary" busy={isBusy} onClick={() => void start()}>
        {t(session.status === 'failed' ? 'qr.again' : 'qr.show')}
      </Button>
      {error === undefined ? null : <ErrorNote error={error} />}
    </div>
  )
}

function HowTo() {
  const t = useText()
  return (
    <ol className="howto">
      {(['open', 'menu', 'scan'] as const).map((step) => (
        <li key={step}>
          <div>
            <b>{t(`how.${step}`)}</b>
            <p>{t(`how.${step}_text`)}</p>
          </div>
        </li>
      ))}
    </ol>
  )
}

function Troubles() {
  const t = useText()
  return (
    <section className="card troubles">
      <header>
        <h2>{t('trouble.title')}</h2>
      </header>
      <dl className="pad">
        {(['passkey', 'full', 'expired'] as const).map((trouble) => (
          <div key={trouble}>
            <dt>
              <b>{t(`trouble.${trouble}`)}</b>
            </dt>
            <dd className="soft">{t(`trouble.${trouble}_text`)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
