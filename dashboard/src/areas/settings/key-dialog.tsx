import { useState } from 'react'
import { queries } from '../../api/client.ts'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { FieldGroup, Radio, Select, TextField } from '../../kit/field.tsx'
import { Form, type FormState, useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { KeyOnce } from './key-once.tsx'
import { createKey, type KeyBody, type Preset } from './queries.ts'
import { ScopeTree } from './scope-tree.tsx'
import { useText } from './words.ts'

const presets: readonly Preset[] = ['messaging', 'outreach', 'read_only']
const lifetimes = ['30', '90', '365', 'never'] as const

/** Makes a key, which is then shown once. While it is being made the dialog cannot be lost. */
export function KeyDialog({ onClose }: { onClose(): void }) {
  const t = useText()
  const form = useForm()
  const [secret, setSecret] = useState<string>()
  if (secret !== undefined) return <KeyOnce secret={secret} onDone={onClose} />
  return (
    <Dialog open onClose={() => !form.isBusy && onClose()} title={t('keys.new')} wide>
      <KeyForm form={form} onMade={setSecret} />
    </Dialog>
  )
}

function KeyForm({ form, onMade }: { form: FormState; onMade(secret: string): void }) {
  const t = useText()
  const catalogue = queries.useQuery('get', '/api/v2/api-keys/scopes')
  const [name, setName] = useState('')
  const [preset, setPreset] = useState<Preset | 'own'>('messaging')
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set())
  const [days, setDays] = useState<string>('90')
  const body: KeyBody = {
    name: name.trim(),
    ...(preset === 'own' ? { scopes: [...scopes] } : { preset }),
    ...(days === 'never' ? {} : { expires_in_days: Number(days) }),
  }
  /** Own scopes begin with those of the preset that was chosen last. */
  const choose = (next: Preset | 'own') => {
    if (next === 'own' && preset !== 'own') setScopes(new Set(catalogue.data?.presets[preset]))
    setPreset(next)
  }
  return (
    <Form
      state={form}
      fields={['name', 'scopes', 'expires_in_days']}
      onSubmit={async () => onMade(await createKey(body))}
      footer={
        <Button
          type="submit"
          look="primary"
          busy={form.isBusy}
          refused={preset === 'own' && scopes.size === 0 ? t('keys.choose_first') : undefined}
        >
          {t('keys.create')}
        </Button>
      }
    >
      <TextField
        label={t('keys.name')}
        hint={t('keys.name_hint')}
        dir="auto"
        maxLength={255}
        value={name}
        error={form.problem('name')}
        onChange={(event) => setName(event.target.value)}
      />
      <FieldGroup legend={t('keys.may')}>
        {presets.map((value) => (
          <Radio
            key={value}
            name="preset"
            label={t(`preset.${value}`)}
            hint={<span className="mono ltr">{catalogue.data?.presets[value]?.join(' ')}</span>}
            checked={preset === value}
            onChange={() => choose(value)}
          />
        ))}
        <Radio
          name="preset"
          label={t('preset.own')}
          checked={preset === 'own'}
          onChange={() => choose('own')}
        />
      </FieldGroup>
      {preset === 'own' ? (
        <Loaded query={catalogue} title={t('keys.scopes_failed')}>
          {({ scopes: known }) => <ScopeTree known={known} chosen={scopes} onChange={setScopes} />}
        </Loaded>
      ) : null}
      {form.problem('scopes') === undefined ? null : (
        <p className="bad field-error" role="alert">
          {form.problem('scopes')}
        </p>
      )}
      <Select
        label={t('keys.ends')}
        value={days}
        onChange={(event) => setDays(event.target.value)}
        options={lifetimes.map((value) => ({
          value,
          label: value === 'never' ? t('keys.no_end') : t('keys.after', { days: Number(value) }),
        }))}
      />
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox call={{ method: 'post', path: '/api/v2/api-keys', body }} />
      </details>
    </Form>
  )
}
