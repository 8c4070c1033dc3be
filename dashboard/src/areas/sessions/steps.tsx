import { Glyph, type GlyphName, type Tone } from '../../kit/icon.tsx'
import { Time } from '../../kit/text-parts.tsx'
import type { Session } from './queries.ts'
import { useText } from './words.ts'

type StepName = 'made' | 'scan' | 'connecting' | 'working'
type Standing = 'done' | 'now' | 'next'

const order: readonly StepName[] = ['made', 'scan', 'connecting', 'working']

/** Which step a session is at; a start without a phone leads to the code. */
function stepOf({ status, phone_number: phone }: Session): StepName {
  if (status === 'working') return 'working'
  if (status === 'qr_code') return 'scan'
  return status === 'starting' && phone !== null ? 'connecting' : 'made'
}

const looks: Record<Standing, readonly [GlyphName, Tone]> = {
  done: ['ok', 'ok'],
  now: ['qr', 'warn'],
  next: ['ring', 'off'],
}

/** What has happened on the way to a working number, and what comes. */
export function Steps({ session }: { session: Session }) {
  const t = useText()
  const at = order.indexOf(stepOf(session))
  const standingOf = (index: number): Standing => {
    if (index === 0 || index < at) return 'done'
    return index === at ? 'now' : 'next'
  }
  return (
    <section className="card">
      <header>
        <h2>{t('steps.title')}</h2>
      </header>
      <ol className="tl pad">
        {order.map((step, index) => {
          const standing = standingOf(index)
          const [shape, tone] = looks[standing]
          return (
            <li key={step} aria-current={standing === 'now' ? 'step' : undefined}>
              <Glyph name={shape} tone={tone} />
              <div className={standing === 'next' ? 'mute' : ''}>
                {standing === 'next' ? t(`step.${step}`) : <b>{t(`step.${step}`)}</b>}
                <p className={standing === 'next' ? 'mute' : ''}>{t(`step.${step}_text`)}</p>
              </div>
              {standing === 'done' && step === 'made' ? <Time at={session.created_at} /> : null}
              {standing === 'now' ? <Time at={session.updated_at} /> : null}
            </li>
          )
        })}
      </ol>
    </section>
  )
}
