import { useState } from 'react'
import { signInBySetUp } from '../api/access-token.ts'
import { api } from '../api/client.ts'
import { timeZones } from '../i18n/time-zones.ts'
import { Button } from '../kit/button.tsx'
import { Combobox } from '../kit/combobox.tsx'
import { Checkbox, FieldGroup, TextField } from '../kit/field.tsx'
import { Form, useForm } from '../kit/form.tsx'
import { useText } from '../words/words.ts'

const empty = { full_name: '', tenant_name: '', email: '', password: '' }

const zones = timeZones.map((zone) => ({
  value: zone,
  label: zone.replaceAll('_', ' '),
}))

/** Who owns this server, what it is called, where its days begin, and what of chats is kept. */
export function FirstOwnerForm({ token, onDone }: { token: string; onDone(): void }) {
  const t = useText()
  const form = useForm()
  const [values, setValues] = useState(empty)
  const [zone, setZone] = useState<string | undefined>(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [isHistoryOpen, setHistoryOpen] = useState(false)
  const [isTextKept, setTextKept] = useState(true)
  const [isSignedIn, setSignedIn] = useState(false)
  const field = (name: keyof typeof empty) => ({
    value: values[name],
    error: form.problem(name),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      setValues({ ...values, [name]: event.target.value }),
  })

  async function send() {
    // After a refusal of the second step the first is not repeated: the link has done its work.
    if (!isSignedIn) await signInBySetUp({ ...values, token, chat_history_access_enabled: isHistoryOpen })
    setSignedIn(true)
    await api.PATCH('/api/v2/tenant/settings', {
      body: { store_full_text: isTextKept, ...(zone === undefined ? {} : { time_zone: zone }) },
    })
  }
  return (
    <Form
      state={form}
      fields={[...Object.keys(empty), 'time_zone']}
      onSubmit={send}
      onDone={onDone}
      footer={
        <Button type="submit" look="primary" busy={form.isBusy}>
          {t('setup.action')}
        </Button>
      }
    >
      <TextField label={t('your_name')} autoComplete="name" maxLength={255} {...field('full_name')} />
      <TextField
        label={t('workspace')}
        hint={t('workspace_hint')}
        autoComplete="organization"
        maxLength={255}
        {...field('tenant_name')}
      />
      <TextField
        label={t('email')}
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        {...field('email')}
      />
      <TextField
        label={t('password')}
        hint={t('password_hint')}
        type="password"
        autoComplete="new-password"
        {...field('password')}
      />
      <Combobox
        label={t('time_zone')}
        hint={t('time_zone_hint')}
        options={zones}
        value={zone}
        onChange={setZone}
        error={form.problem('time_zone')}
      />
      <FieldGroup legend={t('setup.data')}>
        <Checkbox
          label={t('setup.history')}
          hint={t('setup.history_hint')}
          checked={isHistoryOpen}
          onChange={(event) => setHistoryOpen(event.target.checked)}
        />
        <Checkbox
          label={t('setup.text')}
          hint={t('setup.text_hint')}
          checked={isTextKept}
          onChange={(event) => setTextKept(event.target.checked)}
        />
      </FieldGroup>
    </Form>
  )
}
