import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { useDraft } from '../../kit/draft.ts'
import { TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { changeMe, type Me } from './queries.ts'
import { useText } from './words.ts'

/** The own name. */
export function NameForm({ me }: { me: Me }) {
  const t = useText()
  const form = useForm()
  const [draft, change, drop] = useDraft<{ full_name: string }>('profile')
  const name = draft.full_name ?? me.full_name
  return (
    <Form
      state={form}
      fields={['full_name']}
      onSubmit={async () => {
        await changeMe({ full_name: name })
        drop()
      }}
      onDone={() => showToast({ text: t('saved') })}
      footer={
        <Button
          type="submit"
          busy={form.isBusy}
          refused={name === me.full_name ? t('nothing_changed') : undefined}
        >
          {t('save')}
        </Button>
      }
    >
      <TextField
        label={t('profile.name')}
        dir="auto"
        autoComplete="name"
        maxLength={255}
        value={name}
        error={form.problem('full_name')}
        onChange={(event) => change({ full_name: event.target.value })}
      />
    </Form>
  )
}

/** The address that signs in; another one needs the password. */
export function AddressForm({ me }: { me: Me }) {
  const t = useText()
  const form = useForm()
  const [draft, change, drop] = useDraft<{ email: string }>('address')
  const [password, setPassword] = useState('')
  const email = draft.email ?? me.email
  const isChanged = email !== me.email
  return (
    <Form
      state={form}
      fields={['email', 'current_password']}
      onSubmit={async () => {
        await changeMe({ email, current_password: password })
        drop()
        setPassword('')
      }}
      onDone={() => showToast({ text: t('saved') })}
      footer={
        <Button type="submit" busy={form.isBusy} refused={isChanged ? undefined : t('nothing_changed')}>
          {t('profile.change_email')}
        </Button>
      }
    >
      <TextField
        label={t('profile.email')}
        type="email"
        className="ltr"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        value={email}
        error={form.problem('email')}
        onChange={(event) => change({ email: event.target.value })}
      />
      {isChanged ? (
        <TextField
          label={t('profile.current')}
          type="password"
          autoComplete="current-password"
          value={password}
          error={form.problem('current_password')}
          onChange={(event) => setPassword(event.target.value)}
        />
      ) : null}
    </Form>
  )
}

/** Another password; all other logins end with it. */
export function PasswordForm() {
  const t = useText()
  const form = useForm()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  return (
    <Form
      state={form}
      fields={['current_password', 'new_password']}
      onSubmit={() => changeMe({ current_password: current, new_password: next })}
      onDone={() => {
        setCurrent('')
        setNext('')
        showToast({ text: t('profile.password_changed') })
      }}
      footer={
        <Button
          type="submit"
          busy={form.isBusy}
          refused={current === '' || next === '' ? t('profile.both_first') : undefined}
        >
          {t('profile.change_password')}
        </Button>
      }
    >
      <TextField
        label={t('profile.current')}
        type="password"
        autoComplete="current-password"
        value={current}
        error={form.problem('current_password')}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <TextField
        label={t('profile.new')}
        hint={t('profile.new_hint')}
        type="password"
        autoComplete="new-password"
        value={next}
        error={form.problem('new_password')}
        onChange={(event) => setNext(event.target.value)}
      />
    </Form>
  )
}
