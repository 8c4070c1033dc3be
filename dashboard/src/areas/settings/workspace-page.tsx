import { useState } from 'react'
import { timeZones } from '../../i18n/time-zones.ts'
import { Button } from '../../kit/button.tsx'
import { Card } from '../../kit/card.tsx'
import { Combobox } from '../../kit/combobox.tsx'
import { useDraft } from '../../kit/draft.ts'
import { TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { SavedSwitch } from '../../kit/saved-switch.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { NumberForm } from './number-form.tsx'
import { changeTenant, renameWorkspace, type TenantSettings, useMe, useTenantSettings } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

const path = '/api/v2/tenant/settings'
const choices = [
  'chat_history_access_enabled',
  'store_full_text',
  'store_media',
  'ai_consent_enabled',
] as const

/** Every zone there is, and the one that is set: older names are not among them. */
function zonesWith(current: string) {
  return [...new Set([...timeZones, current])].map((zone) => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
  }))
}

/** What the workspace is called, where its days begin, and what of chats is kept for how long. */
export function WorkspacePage() {
  const t = useText()
  const query = useTenantSettings()
  return (
    <SectionPage section="workspace" calls={[{ method: 'get', path }]}>
      <div className="settings">
        <Loaded query={query} title={t('workspace.failed')}>
          {(settings) => <Workspace settings={settings} />}
        </Loaded>
      </div>
    </SectionPage>
  )
}

function Workspace({ settings }: { settings: TenantSettings }) {
  const t = useText()
  const { data: me } = useMe()
  const { isLead } = usePermissions()
  const refused = isLead ? undefined : t('refused.role')
  return (
    <>
      <Card title={t('workspace.title')}>
        {me === undefined ? null : <WorkspaceName current={me.tenant.name} refused={refused} />}
        <Zone zone={settings.time_zone} refused={refused} />
      </Card>
      <Card title={t('workspace.data')} text={t('workspace.data_text')}>
        {choices.map((name) => (
          <SavedSwitch
            key={name}
            label={t(`workspace.${name}`)}
            hint={t(`workspace.${name}_hint`)}
            checked={settings[name]}
            refused={refused}
            save={(isOn) => changeTenant({ [name]: isOn })}
          />
        ))}
      </Card>
      <Card title={t('workspace.kept')} text={t('workspace.kept_text')}>
        <NumberForm
          name="retention"
          current={settings}
          refused={refused}
          save={changeTenant}
          curl={{ method: 'patch', path }}
          fields={[
            { name: 'message_retention_days', label: t('workspace.message_retention_days') },
            { name: 'media_retention_days', label: t('workspace.media_retention_days') },
            { name: 'audit_retention_days', label: t('workspace.audit_retention_days') },
          ]}
        />
      </Card>
    </>
  )
}

function WorkspaceName({ current, refused }: { current: string; refused: string | undefined }) {
  const t = useText()
  const form = useForm()
  const [draft, change, drop] = useDraft<{ name: string }>('workspace-name')
  const name = draft.name ?? current
  return (
    <Form
      state={form}
      fields={['name']}
      onSubmit={async () => {
        await renameWorkspace(name)
        drop()
      }}
      onDone={() => showToast({ text: t('saved') })}
      footer={
        <Button
          type="submit"
          busy={form.isBusy}
          refused={refused ?? (name === current ? t('nothing_changed') : undefined)}
        >
          {t('save_name')}
        </Button>
      }
    >
      <TextField
        label={t('workspace.name')}
        dir="auto"
        autoComplete="organization"
        maxLength={255}
        value={name}
        error={form.problem('name')}
        onChange={(event) => change({ name: event.target.value })}
      />
    </Form>
  )
}

/** Saved when it is chosen, and taken back when the server refuses it. */
function Zone({ zone, refused }: { zone: string; refused: string | undefined }) {
  const t = useText()
  const [wanted, setWanted] = useState<string>()
  const [error, setError] = useState<unknown>()
  async function choose(next: string | undefined) {
    if (next === undefined || next === zone || refused !== undefined || wanted !== undefined) return
    setWanted(next)
    setError(undefined)
    try {
      await changeTenant({ time_zone: next })
      showToast({ text: t('saved'), undo: () => void changeTenant({ time_zone: zone }) })
    } catch (refusal) {
      setError(refusal)
    } finally {
      setWanted(undefined)
    }
  }
  return (
    <>
      <Combobox
        label={t('workspace.zone')}
        hint={refused ?? t('workspace.zone_hint')}
        options={zonesWith(zone)}
        value={wanted ?? zone}
        onChange={(next) => void choose(next)}
      />
      {error === undefined ? null : <ErrorNote error={error} />}
    </>
  )
}
