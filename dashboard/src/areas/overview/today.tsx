import { useFormat } from '../../i18n/format.ts'
import { Figure } from '../../kit/figures.tsx'
import { HourBars } from './hour-bars.tsx'
import type { Overview, Today } from './queries.ts'
import { useText } from './words.ts'

/** Figures of the day beside those of a usual one. */
export function TodayCard({ overview, today }: { overview: Overview; today: Today }) {
  const t = useText()
  return (
    <section className="card" aria-labelledby="h-today">
      <header>
        <h2 id="h-today">{t('today.title')}</h2>
        <span className="sp" />
        <span className="legend">
          <Key colour="var(--ramp-2)" words={t('today.received')} />
          <Key colour="var(--chart-mute)" words={t('today.sent')} />
          <Key colour="var(--text-3)" words={t('today.usual_line')} isLine />
        </span>
      </header>
      <Figures overview={overview} today={today} />
      <div className="pad">
        <HourBars today={today} />
      </div>
    </section>
  )
}

function Key({ colour, words, isLine }: { colour: string; words: string; isLine?: boolean }) {
  return (
    <span>
      <i className={isLine ? 'ln' : ''} style={{ '--c': colour } as React.CSSProperties} />
      {words}
    </span>
  )
}

function Figures({ overview: { conversations, leads }, today }: { overview: Overview; today: Today }) {
  const t = useText()
  const format = useFormat()
  const { usual } = today
  const reply = (seconds: number | null) => (seconds === null ? '–' : format.duration(seconds * 1000))
  const usualReply = usual.first_reply_seconds
  return (
    <dl className="figs">
      <Figure
        label={t('today.received')}
        value={format.number(today.received)}
        detail={usual.received === 0 ? undefined : t('today.usual', { count: usual.received })}
      />
      <Figure
        label={t('today.sent')}
        value={format.number(today.sent)}
        detail={today.failed === 0 ? undefined : t('today.failed', { count: today.failed })}
      />
      <Figure
        label={t('today.reply')}
        value={reply(today.first_reply_seconds)}
        detail={usualReply === null ? undefined : t('today.usual_reply', { time: reply(usualReply) })}
      />
      {conversations === null ? null : (
        <Figure
          label={t('today.unanswered')}
          value={format.number(conversations.unanswered)}
          detail={
            conversations.unanswered_since === null
              ? undefined
              : t('today.oldest', {
                  time: format.duration(Date.now() - Date.parse(conversations.unanswered_since)),
                })
          }
        />
      )}
      {leads === null ? null : (
        <Figure
          label={t('today.leads')}
          value={format.number(leads.detected_today)}
          detail={t('today.not_looked', { count: leads.new })}
        />
      )}
    </dl>
  )
}
