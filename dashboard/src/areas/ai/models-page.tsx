import { Loaded } from '../../kit/loaded.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { ConfigForm } from './config-form.tsx'
import { ModelsTest } from './models-test.tsx'
import { useConfig } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { UsageCard } from './usage-card.tsx'
import { useText } from './words.ts'

/** Who answers, whether it works, and what it costs. */
export function ModelsPage() {
  const t = useText()
  const { holds } = usePermissions()
  return (
    <SectionPage
      section="models"
      refused={holds('settings:manage') ? undefined : t('refused.role')}
      calls={[
        { method: 'get', path: '/api/v2/ai/config' },
        { method: 'get', path: '/api/v2/ai/usage' },
      ]}
    >
      <Models />
    </SectionPage>
  )
}

function Models() {
  const t = useText()
  const query = useConfig()
  return (
    <Loaded query={query} title={t('models.failed')}>
      {(config) => (
        <div className="two">
          <div className="stack">
            <ConfigForm config={config} />
          </div>
          <div className="stack">
            <ModelsTest isSet={config.provider !== null} />
            <UsageCard />
          </div>
        </div>
      )}
    </Loaded>
  )
}
