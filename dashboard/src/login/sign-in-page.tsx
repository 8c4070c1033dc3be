import { useNavigate, useSearch } from '@tanstack/react-router'
import { useText } from '../words/words.ts'
import { Door } from './door.tsx'
import { LoginForm } from './login-form.tsx'

/** Signing in, and back to where one wanted to go. */
export function SignInPage() {
  const t = useText()
  const navigate = useNavigate()
  const { to } = useSearch({ from: '/sign-in' })
  return (
    <Door title={t('sign_in')}>
      <LoginForm onDone={() => void navigate({ href: to ?? '/', replace: true })} />
      <details className="lost">
        <summary>{t('login.lost')}</summary>
        <p>{t.rich('login.lost_text', { command: <code className="ltr">npm run admin -- recover</code> })}</p>
      </details>
    </Door>
  )
}
