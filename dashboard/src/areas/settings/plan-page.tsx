import { queries } from '../../api/client.ts'
import { useFormat } from '../../i18n/format.ts'
import { Card } from '../../kit/card.tsx'
import { Figure, Meter } from '../../kit/figures.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Tag, Time } from '../../kit/text-parts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** What the plan allows, what is used of it, and what the others allow. */
export function PlanPage() {
  const t = useText()
  const { holds } = usePermissions()
  return (
    <SectionPage
      section="plan"
      refused={holds('usage:read') ? undefined : t('refused.scope', { scope: 'usage:read' })}
      calls={[
        { method: 'get', path: '/api/v2/usage/current' },
        { method: 'get', path: '/api/v2/billing/plans' },
      ]}
    >
      <div className="settings wide">
        <Usage />
        <Plans />
      </div>
    </SectionPage>
  )
}

function Usage() {
  const t = useText()
  const format = useFormat()
  const query = queries.useQuery('get', '/api/v2/usage/current')
  return (
    <Loaded query={query} title={t('plan.failed')}>
      {({ usage, limits, resets_at: resetsAt, ...month }) => (
        <Card
          title={t('plan.usage', { plan: month.plan })}
          text={t.rich('plan.resets', { time: <Time at={resetsAt} /> })}
        >
          <div className="meters">
            <Meter
              label={t('plan.messages')}
              used={usage.messages_this_month}
              limit={limits.max_messages_per_month}
            />
            <Meter label={t('plan.sessions')} used={usage.sessions} limit={limits.max_sessions} />
            <Meter label={t('plan.groups')} used={usage.groups} limit={limits.max_groups} />
            <Meter label={t('plan.labels')} used={usage.labels} limit={limits.max_labels} />
            <Meter label={t('plan.channels')} used={usage.channels} limit={limits.max_channels} />
            <Meter
              label={t('plan.posts')}
              used={usage.channel_posts_this_month}
              limit={limits.max_channel_posts_per_month}
            />
            <Meter
              label={t('plan.replies')}
              used={usage.ai_replies_this_month}
              limit={limits.ai_replies_per_month}
            />
          </div>
          <dl className="figs">
            <Figure label={t('plan.sent')} value={format.number(month.messages_sent)} />
            <Figure label={t('plan.received')} value={format.number(month.messages_received)} />
            <Figure label={t('plan.leads')} value={format.number(month.leads_detected)} />
            <Figure label={t('plan.calls')} value={format.number(month.api_calls)} />
          </dl>
        </Card>
      )}
    </Loaded>
  )
}

function Plans() {
  const t = useText()
  const format = useFormat()
  const query = queries.useQuery('get', '/api/v2/billing/plans')
  const { data: usage } = queries.useQuery('get', '/api/v2/usage/current')
  const limit = (value: number | null) => (value === null ? t('plan.no_limit') : format.number(value))
  return (
    <Loaded query={query} title={t('plan.plans_failed')}>
      {({ plans }) => (
        <section className="card">
          <header>
            <h2>{t('plan.plans')}</h2>
          </header>
          <div className="plan-table">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('plan.plan')}</th>
                  <th scope="col" className="n">
                    {t('plan.price')}
                  </th>
                  <th scope="col" className="n">
                    {t('plan.messages')}
                  </th>
                  <th scope="col" className="n lo">
                    {t('plan.sessions')}
                  </th>
                  <th scope="col" className="n lo">
                    {t('plan.per_minute')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {plans.map((plan) => (
                  <tr key={plan.id}>
                    <td>
                      <bdi>{plan.name}</bdi> {plan.id === usage?.plan ? <Tag>{t('plan.yours')}</Tag> : null}
                    </td>
                    <td className="n">
                      {plan.price_monthly === null ? '–' : format.money(plan.price_monthly, plan.currency)}
                    </td>
                    <td className="n">{limit(plan.limits.max_messages_per_month)}</td>
                    <td className="n lo">{limit(plan.limits.max_sessions)}</td>
                    <td className="n lo">{limit(plan.limits.api_requests_per_minute)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </Loaded>
  )
}
