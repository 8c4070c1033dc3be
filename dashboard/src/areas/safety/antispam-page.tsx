import { queries } from '../../api/client.ts'
import { useFormat } from '../../i18n/format.ts'
import { Figure } from '../../kit/figures.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { SavedSwitch } from '../../kit/saved-switch.tsx'
import { PageBody } from '../../shell/page.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { AntispamBlocks } from './antispam-blocks.tsx'
import { AntispamLimits } from './antispam-limits.tsx'
import { type AntispamSettings, antispamRules, changeAntispam } from './queries.ts'
import { RulesCard } from './rules-card.tsx'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

const rulesPath = '/api/v2/antispam/rules'

/** What keeps floods and repeated texts out, and what it did. */
export function AntispamPage() {
  const t = useText()
  const { holds } = usePermissions()
  const isAllowed = holds('settings:manage')
  return (
    <SectionPage
      section="antispam"
      refused={isAllowed ? undefined : t('refused.settings')}
      calls={[
        { method: 'get', path: '/api/v2/antispam/settings' },
        { method: 'get', path: rulesPath },
        { method: 'get', path: '/api/v2/antispam/stats' },
        { method: 'get', path: '/api/v2/antispam/blocks' },
      ]}
    >
      <Antispam />
    </SectionPage>
  )
}

function Antispam() {
  const t = useText()
  const settings = queries.useQuery('get', '/api/v2/antispam/settings')
  return (
    <PageBody label={t('section.antispam')}>
      <Loaded query={settings} title={t('antispam.failed')}>
        {(loaded) => (
          <div className="two">
            <div className="stack">
              <Figures />
              <Rules />
              <AntispamBlocks />
            </div>
            <Settings settings={loaded} />
          </div>
        )}
      </Loaded>
    </PageBody>
  )
}

function Figures() {
  const t = useText()
  const format = useFormat()
  const query = queries.useQuery('get', '/api/v2/antispam/stats')
  return (
    <section className="card">
      <header>
        <h2>{t('antispam.did')}</h2>
      </header>
      <Loaded query={query} title={t('antispam.stats_failed')}>
        {(stats) => (
          <>
            <dl className="figs quad">
              <Figure label={t('antispam.blocked')} value={format.number(stats.blocked)} />
              <Figure label={t('antispam.delayed')} value={format.number(stats.delayed)} />
              <Figure label={t('antispam.flagged')} value={format.number(stats.flagged)} />
              <Figure label={t('antispam.violations')} value={format.number(stats.violations)} />
            </dl>
            <p className="pad hint">{t('antispam.since', { time: format.moment(stats.since) })}</p>
          </>
        )}
      </Loaded>
    </section>
  )
}

function Rules() {
  const t = useText()
  const query = queries.useQuery('get', rulesPath)
  const { data: stats } = queries.useQuery('get', '/api/v2/antispam/stats')
  const hits = new Map(stats?.by_rule.map((entry) => [entry.rule_id, entry.hits]))
  return (
    <Loaded query={query} title={t('rules.failed')}>
      {(rules) => (
        <RulesCard
          refused={undefined}
          kind={{
            ...antispamRules,
            actions: ['block', 'flag', 'delay'],
            hasName: false,
            curl: { method: 'post', path: rulesPath },
          }}
          rules={rules.map(({ id, pattern, action, enabled }) => ({
            id,
            name: undefined,
            pattern,
            action,
            isOn: enabled,
            hits: hits.get(id) ?? 0,
          }))}
        />
      )}
    </Loaded>
  )
}

function Settings({ settings }: { settings: AntispamSettings }) {
  const t = useText()
  return (
    <section className="card">
      <header>
        <h2>{t('antispam.settings')}</h2>
      </header>
      <div className="pad stack">
        <SavedSwitch
          label={t('antispam.enabled')}
          hint={t('antispam.enabled_hint')}
          checked={settings.enabled}
          save={(enabled) => changeAntispam({ enabled })}
        />
        <SavedSwitch
          label={t('antispam.duplicates')}
          hint={t('antispam.duplicates_hint')}
          checked={settings.block_duplicates}
          save={(isOn) => changeAntispam({ block_duplicates: isOn })}
        />
        <SavedSwitch
          label={t('antispam.auto_block')}
          hint={t('antispam.auto_block_hint')}
          checked={settings.auto_block_spammers}
          save={(isOn) => changeAntispam({ auto_block_spammers: isOn })}
        />
        <AntispamLimits settings={settings} />
      </div>
    </section>
  )
}
