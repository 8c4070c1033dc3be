import { useState } from 'react'
import { signIn } from '../api/access-token.ts'
import { Button } from '../kit/button.tsx'
import { TextField } from '../kit/field.tsx'
import { Form, useForm } from '../kit/form.tsx'
import { useText } from '../words/words.ts'

/** E-mail address and password. */
export function LoginForm({ email: known, onDone }: { email?: string; onDone(): void }) {
  const t = useText()
  const form = useForm()
  const [email, setEmail] = useState(known ?? '')
  const [password, setPassword] = useState('')
  return (
    <Form
      state={form}
      fields={['email', 'password']}
      onSubmit={() => signIn(email.trim(), password)}
      onDone={onDone}
      footer={
        <Button type="submit" look="primary" busy={form.isBusy}>
          {t('sign_in')}
        </Button>
      }
    >
      <TextField
        label={t('email')}
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        className="ltr"
        value={email}
        error={form.problem('email')}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label={t('password')}
        type="password"
        autoComplete="current-password"
        value={password}
        error={form.problem('password')}
        onChange={(event) => setPassword(event.target.value)}
      />
    </Form>
  )
}
