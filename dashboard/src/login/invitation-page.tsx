import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { signInByInvitation } from '../api/access-token.ts'
import { ApiError } from '../api/api-error.ts'
import { queries, type Schemas } from '../api/client.ts'
import { Button } from '../kit/button.tsx'
import { TextField } from '../kit/field.tsx'
import { Form, useForm } from '../kit/form.tsx'
import { Loaded } from '../kit/loaded.tsx'
import { useText } from '../words/words.ts'
import { Door } from './door.tsx'
import { forgetSetupLink, takeInvitation } from './setup-link.ts'

/** What the link of an invitation opens: who invites, and the name and password to join with. */
export function InvitationPage() {
  const [token] = useState(takeInvitation)
  const t = useText()
  if (token !== undefined) return <Opened token={token} />
  return <Closed title={t('invitation.none')}>{t('invitation.none_text')}</Closed>
}

function Closed({ title, children }: { title: string; children: string }) {
  const t = useText()
  return (
    <Door title={title} lead={children}>
      <Link className="btn primary" to="/sign-in">
        {t('sign_in')}
      </Link>
    </Door>
  )
}

function Opened({ token }: { token: string }) {
  const t = useText()
  const query = queries.useQuery(
    'post',
    '/api/v2/invitations/open',
    { body: { token } },
    // Once joined the link is used: what it said stays on the page until it is left.
    { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false },
  )
  if (query.error instanceof ApiError && query.error.status === 403)
    return <Closed title={t('invitation.gone')}>{t('invitation.gone_text')}</Closed>
  return (
    <Loaded query={query} skeleton={null}>
      {(invitation) => <Join token={token} invitation={invitation} />}
    </Loaded>
  )
}

interface Invitation {
  email: string
  role: Schemas['Invitation']['role']
  tenant_name: string
}

function Join({ token, invitation }: { token: string; invitation: Invitation }) {
  const t = useText()
  const navigate = useNavigate()
  const form = useForm()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const lead = t.rich('invitation.lead', {
    role: t(`invitation.${invitation.role}`),
    email: <bdi className="ltr">{invitation.email}</bdi>,
  })
  return (
    <Door title={t('invitation.title', { workspace: invitation.tenant_name })} lead={lead}>
      <Form
        state={form}
        fields={['full_name', 'password']}
        onSubmit={() => signInByInvitation({ token, full_name: name, password })}
        onDone={() => {
          forgetSetupLink()
          void navigate({ to: '/', replace: true })
        }}
        footer={
          <Button type="submit" look="primary" busy={form.isBusy}>
            {t('invitation.action')}
          </Button>
        }
      >
        <TextField
          label={t('your_name')}
          dir="auto"
          autoComplete="name"
          maxLength={255}
          value={name}
          error={form.problem('full_name')}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={t('password')}
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
