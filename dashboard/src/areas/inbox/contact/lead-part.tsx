import { Link } from '@tanstack/react-router'
import { queries } from '../../../api/client.ts'
import { useFormat } from '../../../i18n/format.ts'
import { StateTag } from '../../../kit/states.tsx'
import { useText } from '../words.ts'

const steps = ['new', 'contacted', 'qualified', 'converted'] as const

/** The lead that somebody is, with what its score is made of. */
export function LeadPart({ leadId }: { leadId: string }) {
  const t = useText()
  const format = useFormat()
  const { data: lead } = queries.useQuery('get', '/api/v2/leads/{id}', { params: { path: { id: leadId } } })
  if (lead === undefined) return null
  const score = lead.lead_score > 0 ? lead.lead_score : lead.signal_score
  const step = (steps as readonly string[]).indexOf(lead.lead_status)
  return (
    <section>
      <h2>
        {t('lead.title')}
        <Link className="link" to="/leads">
          {t('lead.open')}
        </Link>
      </h2>
      <div className="mlead">
        <StateTag kind="lead" value={lead.lead_status} />
        <span className="score">{t('lead.score', { score: format.number(score) })}</span>
      </div>
      {step < 0 ? null : (
        <div className="steps" aria-hidden="true">
          {steps.map((name, index) => (
            <i key={name} className={index <= step ? 'on' : ''} />
          ))}
        </div>
      )}
      <p className="mute mfrom">{t.rich('lead.from', { name: <bdi>{lead.source_group.name}</bdi> })}</p>
      <dl className="sig">
        {lead.score_signals.map(({ signal, weight }) => (
          <div key={signal} className="msig">
            <dt>{t.of(`signal.${signal}`)}</dt>
            <dd className="ltr">{`+${format.number(weight)}`}</dd>
          </div>
        ))}
      </dl>
      {lead.trigger.matched_keyword === null ? null : (
        <p className="mute mfrom">{t('lead.keyword', { word: lead.trigger.matched_keyword })}</p>
      )}
    </section>
  )
}
