import { useFormat } from '../../../i18n/format.ts'
import type { LeadDetail } from '../queries.ts'
import { Score, scoreOf } from '../score.tsx'
import { useText } from '../words.ts'

const mostSignals = 10

interface Analysis {
  intent: string
  confidence: number
  reason: string
}

/** What a model answered; it is stored as it came, so each part is looked at. */
function readAnalysis(value: LeadDetail['ai_analysis']): Analysis | undefined {
  if (value === null) return undefined
  const { intent, confidence, reason } = value as Record<string, unknown>
  return {
    intent: typeof intent === 'string' ? intent : 'unknown',
    confidence: typeof confidence === 'number' ? confidence : 0,
    reason: typeof reason === 'string' ? reason : '',
  }
}

/** The score with all that it is made of. */
export function LeadScore({ lead }: { lead: LeadDetail }) {
  const t = useText()
  const format = useFormat()
  const analysis = readAnalysis(lead.ai_analysis)
  const sum = lead.score_signals.reduce((total, { weight }) => total + weight, 0)
  return (
    <section className="card" aria-labelledby="lead-score">
      <header>
        <h2 id="lead-score">{t('score')}</h2>
        <Score value={scoreOf(lead)} />
      </header>
      <div className="card-in">
        {lead.score_signals.length === 0 ? (
          <p className="mute">{t('score.none')}</p>
        ) : (
          <dl className="weights">
            {lead.score_signals.map(({ signal, weight }) => (
              <div key={signal}>
                <dt>
                  {t.of(`signal.${signal}`)}
                  <small>{t.of(`signal.${signal}_why`)}</small>
                </dt>
                <dd className="num ltr">+{format.number(weight)}</dd>
              </div>
            ))}
            <div className="sum">
              <dt>
                {t('score.signals')}
                {sum > mostSignals ? <small>{t('score.capped', { sum, most: mostSignals })}</small> : null}
              </dt>
              <dd className="num">{format.number(lead.signal_score)}</dd>
            </div>
          </dl>
        )}
        {analysis === undefined ? (
          <p className="hint">{t('score.no_model')}</p>
        ) : (
          <div className="model">
            <p>
              <b>{t('score.model', { score: lead.lead_score })}</b> {t.of(`intent.${analysis.intent}`)},{' '}
              {t('score.sure', { share: format.percent(analysis.confidence) })}
            </p>
            <p className="soft">
              <bdi>{analysis.reason}</bdi>
            </p>
          </div>
        )}
      </div>
    </section>
  )
}
