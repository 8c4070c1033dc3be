import { useState } from 'react'
import { queries } from '../../api/client.ts'
import { Button } from '../../kit/button.tsx'
import { Card } from '../../kit/card.tsx'
import { useDraft } from '../../kit/draft.ts'
import { FieldGroup, Radio, TextArea } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { SavedSwitch } from '../../kit/saved-switch.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { NumberForm } from './number-form.tsx'
import { changeBudget, changeTenant, type TenantSettings, useTenantSettings } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

const path = '/api/v2/tenant/settings'
const modes = ['budget', 'strict', 'warn'] as const

/** What holds for everything that is sent, unless a campaign says otherwise. */
export function OutreachPage() {
  const t = useText()
  const query = useTenantSettings()
  const { holds } = usePermissions()
  return (
    <SectionPage
      section="outreach"
      calls={[
        { method: 'get', path },
        { method: 'get', path: '/api/v2/antispam/settings' },
      ]}
    >
      <div className="settings">
        <Loaded query={query} title={t('workspace.failed')}>
          {(settings) => <Outreach settings={settings} />}
        </Loaded>
        {holds('settings:manage') ? <BudgetCard /> : null}
      </div>
    </SectionPage>
  )
}

function Outreach({ settings }: { settings: TenantSettings }) {
  const t = useText()
  const { isLead } = usePermissions()
  const refused = isLead ? undefined : t('refused.role')
  return (
    <>
      <Card title={t('outreach.approval')}>
        <SavedSwitch
          label={t('outreach.require_approval')}
          hint={t('outreach.require_approval_hint')}
          checked={settings.require_approval}
          refused={refused}
          save={(isOn) => changeTenant({ require_approval: isOn })}
        />
        <NumberForm
          name="approval"
          current={settings}
          refused={refused}
          save={changeTenant}
          curl={{ method: 'patch', path }}
          fields={[{ name: 'approval_expiry_hours', label: t('outreach.approval_expiry_hours') }]}
        />
      </Card>
      <Card title={t('outreach.cold')} text={t('outreach.cold_text')}>
        <ColdContacts current={settings.cold_contacts} refused={refused} />
      </Card>
      <Card title={t('outreach.allowed')} text={t('outreach.allowed_text')}>
        <AllowedNumbers current={settings.allowed_numbers} refused={refused} />
      </Card>
    </>
  )
}

type Mode = (typeof modes)[number]

function ColdContacts({ current, refused }: { current: Mode; refused: string | undefined }) {
  const t = useText()
  const [wanted, setWanted] = useState<Mode>()
  const [error, setError] = useState<unknown>()
  async function choose(mode: Mode) {
    if (refused !== undefined || wanted !== undefined) return
    setWanted(mode)
    setError(undefined)
    try {
      await changeTenant({ cold_contacts: mode })
    } catch (refusal) {
      setError(refusal)
    } finally {
      setWanted(undefined)
    }
  }
  return (
    <>
      <FieldGroup legend={t('outreach.cold_legend')}>
        {modes.map((mode) => (
          <Radio
            key={mode}
            name="cold"
            label={t(`outreach.${mode}`)}
            hint={t(`outreach.${mode}_hint`)}
            checked={(wanted ?? current) === mode}
            aria-disabled={refused === undefined ? undefined : true}
            onChange={() => void choose(mode)}
          />
        ))}
      </FieldGroup>
      {refused === undefined ? null : <p className="hint">{refused}</p>}
      {error === undefined ? null : <ErrorNote error={error} />}
    </>
  )
}

function AllowedNumbers({ current, refused }: { current: readonly string[]; refused: string | undefined }) {
  const t = useText()
  const form = useForm()
  const [draft, change, drop] = useDraft<{ text: string }>('allowed-numbers')
  const text = draft.text ?? current.join('\n')
  const numbers = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const isSame = numbers.join() === current.join()
  return (
    <Form
      state={form}
      fields={['allowed_numbers']}
      onSubmit={async () => {
        await changeTenant({ allowed_numbers: numbers })
        drop()
      }}
      onDone={() => showToast({ text: t('saved') })}
      footer={
        <Button
          type="submit"
          busy={form.isBusy}
          refused={refused ?? (isSame ? t('nothing_changed') : undefined)}
        >
          {t('save')}
        </Button>
      }
    >
      <TextArea
        label={t('outreach.numbers')}
        hint={t('outreach.numbers_hint')}
        rows={4}
        dir="ltr"
        readOnly={refused !== undefined}
        value={text}
        error={form.problem('allowed_numbers')}
        onChange={(event) => change({ text: event.target.value })}
      />
    </Form>
  )
}

function BudgetCard() {
  const t = useText()
  const query = queries.useQuery('get', '/api/v2/antispam/settings')
  return (
    <Card title={t('outreach.pace')} text={t('outreach.pace_text')}>
      <Loaded query={query} title={t('outreach.pace_failed')}>
        {(budget) => (
          <NumberForm
            name="budget"
            current={budget}
            refused={undefined}
            save={changeBudget}
            curl={{ method: 'put', path: '/api/v2/antispam/settings' }}
            fields={[
              { name: 'cold_budget_first_week', label: t('outreach.first_week') },
              { name: 'cold_budget_growth', label: t('outreach.growth'), step: '0.1' },
              { name: 'cold_budget_max', label: t('outreach.most') },
            ]}
          />
        )}
      </Loaded>
    </Card>
  )
}
