import { Link } from '@tanstack/react-router'
import type { Schemas } from '../../api/client.ts'
import { useFormat } from '../../i18n/format.ts'
import { Avatar, Phone } from '../../kit/text-parts.tsx'
import { ListCard } from './card.tsx'
import { useNewLeads } from './queries.ts'
import { useText } from './words.ts'

/** Leads that nobody has looked at yet. */
export function NewLeads({ total }: { total: number }) {
  const t = useText()
  const { data } = useNewLeads()
  const leads = data?.leads ?? []
  return (
    <ListCard title={t('leads.title')} count={total} to="/leads" more={t('leads.all')}>
      {leads.length === 0 ? (
        <p className="pad soft">{t('leads.none')}</p>
      ) : (
        <ul className="rows mini">
          {leads.map((lead) => (
            <LeadRow key={lead.id} lead={lead} />
          ))}
        </ul>
      )}
    </ListCard>
  )
}

function LeadRow({ lead }: { lead: Schemas['Lead'] }) {
  const t = useText()
  const format = useFormat()
  const { contact_name: name, contact_phone: phone, source_group: group } = lead
  return (
    <li>
      <Link to="/leads/$leadId" params={{ leadId: lead.id }}>
        <Avatar name={name ?? phone ?? '?'} size={34} />
        <div className="cut">
          <b className="cut">
            {name !== null ? (
              <bdi>{name}</bdi>
            ) : phone === null ? (
              t('leads.unnamed')
            ) : (
              <Phone number={phone} />
            )}
          </b>
          <p className="cut">
            {t('leads.score', { score: lead.lead_score || lead.signal_score })}{' '}
            {group === null || group === undefined
              ? null
              : t.rich('leads.from', { group: <bdi>{group.name}</bdi> })}
          </p>
        </div>
        <span className="wait">{format.duration(Date.now() - Date.parse(lead.lead_detected_at))}</span>
      </Link>
    </li>
  )
}
