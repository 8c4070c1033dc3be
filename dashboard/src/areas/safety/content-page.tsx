import { useState } from 'react'
import { queries } from '../../api/client.ts'
import { useFormat } from '../../i18n/format.ts'
import { IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { Figure } from '../../kit/figures.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Menu } from '../../kit/menu.tsx'
import { PageBody } from '../../shell/page.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { ContentSettings } from './content-settings.tsx'
import { ContentTest } from './content-test.tsx'
import { policyRules, resetPolicy } from './queries.ts'
import { RulesCard } from './rules-card.tsx'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

const settingsPath = '/api/v2/a2a-policy/settings'
const rulesPath = '/api/v2/a2a-policy/rules'

/** What may not leave in any text, own rules, and a field to try a text. */
export function ContentPage() {
  const t = useText()
  const { holds } = usePermissions()
  const [isResetting, setResetting] = useState(false)
  const refused = holds('a2a:manage') ? undefined : t('refused.scope', { scope: 'a2a:manage' })
  return (
    <SectionPage
      section="content"
      refused={holds('a2a:read') ? undefined : t('refused.scope', { scope: 'a2a:read' })}
      calls={[
        { method: 'get', path: settingsPath },
        { method: 'get', path: '/api/v2/a2a-policy/stats' },
        { method: 'post', path: '/api/v2/a2a-policy/test', body: { content: 'See you at noon' } },
      ]}
      actions={
        <Menu
          trigger={<IconButton icon="dots" label={t('more_actions')} />}
          groups={[[{ id: 'reset', label: t('content.reset'), refused, onSelect: () => setResetting(true) }]]}
        />
      }
    >
      <PageBody label={t('section.content')}>
        <div className="two">
          <div className="stack">
            <ContentTest />
            <Figures />
            <Rules refused={refused} />
          </div>
          <Settings refused={refused} />
        </div>
      </PageBody>
      <Confirm
        open={isResetting}
        onClose={() => setResetting(false)}
        isLoss
        title={t('content.reset_title')}
        action={t('content.reset_action')}
        run={resetPolicy}
      >
        <p>{t('content.reset_text')}</p>
      </Confirm>
    </SectionPage>
  )
}

function Settings({ refused }: { refused: string | undefined }) {
  const t = useText()
  const query = queries.useQuery('get', settingsPath)
  return (
    <Loaded query={query} title={t('content.failed')}>
      {(policy) => <ContentSettings policy={policy} refused={refused} />}
    </Loaded>
  )
}

function Figures() {
  const t = useText()
  const format = useFormat()
  const query = queries.useQuery('get', '/api/v2/a2a-policy/stats')
  return (
    <section className="card">
      <header>
        <h2>{t('content.did')}</h2>
      </header>
      <Loaded query={query} title={t('content.stats_failed')}>
        {(stats) => (
          <dl className="figs quad">
            <Figure label={t('content.checked')} value={format.number(stats.total_checked)} />
            <Figure label={t('content.blocked')} value={format.number(stats.total_blocked)} />
            <Figure label={t('content.filtered')} value={format.number(stats.total_filtered)} />
          </dl>
        )}
      </Loaded>
    </section>
  )
}

function Rules({ refused }: { refused: string | undefined }) {
  const t = useText()
  const query = queries.useQuery('get', rulesPath)
  const { data: stats } = queries.useQuery('get', '/api/v2/a2a-policy/stats')
  const hits = new Map(stats?.top_rules.map((entry) => [entry.rule, entry.hits]))
  return (
    <Loaded query={query} title={t('rules.failed')}>
      {(rules) => (
        <RulesCard
          refused={refused}
          kind={{
            ...policyRules,
            actions: ['block', 'filter', 'flag'],
            hasName: true,
            curl: { method: 'post', path: rulesPath },
          }}
          rules={rules.map(({ id, name, pattern, action, is_active: isOn }) => ({
            id,
            name,
            pattern,
            action,
            isOn,
            hits: hits.get(`rule:${id}`) ?? 0,
          }))}
        />
      )}
    </Loaded>
  )
}
