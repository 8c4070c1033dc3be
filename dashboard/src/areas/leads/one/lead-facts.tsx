import { Link } from '@tanstack/react-router'
import { queries } from '../../../api/client.ts'
import { CopyButton } from '../../../kit/copy-button.tsx'
import { Phone, Time } from '../../../kit/text-parts.tsx'
import type { LeadDetail } from '../queries.ts'
import { useText } from '../words.ts'

/** Who it is, where it came from, and whether the person has written directly. */
export function LeadFacts({ lead }: { lead: LeadDetail }) {
  const t = useText()
  const { contact_phone: phone, source_group: group } = lead
  return (
    <section className="card" aria-labelledby="lead-facts">
      <header>
        <h2 id="lead-facts">{t('facts')}</h2>
      </header>
      <dl className="card-in facts">
        <div>
          <dt>{t('facts.phone')}</dt>
          <dd>
            {phone === null ? (
              t('hidden_number')
            ) : (
              <>
                <Phone number={phone} /> <CopyButton text={phone} label={t('facts.copy_phone')} />
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>{t('column.group')}</dt>
          <dd>
            <Link to="/groups/$groupId" params={{ groupId: group.id }}>
              <bdi>{group.name}</bdi>
            </Link>
          </dd>
        </div>
        <div>
          <dt>{t('column.detected')}</dt>
          <dd>
            <Time at={lead.lead_detected_at} />
          </dd>
        </div>
        <Wrote lead={lead} />
      </dl>
    </section>
  )
}

function Wrote({ lead }: { lead: LeadDetail }) {
  const t = useText()
  const sessionId = lead.timeline[0]?.session_id
  const { data } = queries.useQuery(
    'get',
    '/api/v2/leads/{id}/reciprocity',
    { params: { path: { id: lead.id }, query: { session_id: sessionId ?? '' } } },
    { enabled: sessionId !== undefined },
  )
  if (data === undefined) return null
  return (
    <div>
      <dt>{t('facts.wrote')}</dt>
      <dd>{data.last_inbound_at === null ? t('facts.wrote_no') : <Time at={data.last_inbound_at} />}</dd>
    </div>
  )
}
