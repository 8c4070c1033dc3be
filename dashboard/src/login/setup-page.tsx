import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { signInByRecovery } from '../api/access-token.ts'
import { queries } from '../api/client.ts'
import { Button } from '../kit/button.tsx'
import { TextField } from '../kit/field.tsx'
import { Form, useForm } from '../kit/form.tsx'
import { Loaded } from '../kit/loaded.tsx'
import { Note } from '../kit/notes.tsx'
import { useText } from '../words/words.ts'
import { Door } from './door.tsx'
import { FirstOwnerForm } from './first-owner-form.tsx'
import { forgetSetupLink, takeSetupLink } from './setup-link.ts'

/** What a link of the terminal opens: the first run, a new password, or the way to signing in. */
export function SetupPage() {
  const [link] = useState(takeSetupLink)
  const state = queries.useQuery('get', '/api/v2/setup')
  const t = useText()
  if (link.recover !== undefined) return <Recovery token={link.recover} />
  return (
    <Loaded query={state} skeleton={null}>
      {({ is_done: isDone }) =>
        isDone ? (
          <Known />
        ) : link.token === undefined ? (
          <Door title={t('setup.title')}>
            <Note tone="warn" shape="tri" title={t('setup.no_link')}>
              {t('setup.no_link_text')}
            </Note>
          </Door>
        ) : (
          <FirstRun token={link.token} />
        )
      }
    </Loaded>
  )
}

function Known() {
  const t = useText()
  return (
    <Door title={t('setup.known_title')} lead={t('setup.known_text')}>
      <Link className="btn primary" to="/sign-in">
        {t('sign_in')}
      </Link>
    </Door>
  )
}

function FirstRun({ token }: { token: string }) {
  const t = useText()
  const navigate = useNavigate()
  return (
    <Door title={t('setup.title')} lead={t('setup.lead')}>
      <FirstOwnerForm
        token={token}
        onDone={() => {
          forgetSetupLink()
          void navigate({ to: '/sessions', replace: true })
        }}
      />
    </Door>
  )
}

function Recovery({ token }: { token: string }) {
  const t = useText()
  const navigate = useNavigate()
  const form = useForm()
  const [password, setPassword] = useState('')
  return (
    <Door title={t('setup.recover_title')} lead={t('setup.recover_text')}>
      <Form
        state={form}
        fields={['password']}
        onSubmit={() => signInByRecovery(token, password)}
        onDone={() => {
          forgetSetupLink()
          void navigate({ to: '/', replace: true })
        }}
        footer={
          <Button type="submit" look="primary" busy={form.isBusy}>
            {t('setup.recover_action')}
          </Button>
        }
      >
        <TextField
          label={t('new_password')}
          hint={t('password_hint')}
          type="password"
          autoComplete="new-password"
          value={password}
          error={form.problem('password')}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Form>
    </Door>
  )
}
