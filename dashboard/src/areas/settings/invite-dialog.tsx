import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Select, TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { Note } from '../../kit/notes.tsx'
import { RoleChoice } from './person-dialogs.tsx'
import { invite, type TenantRole } from './queries.ts'
import { useText } from './words.ts'

const lifetimes = [1, 7, 30] as const

/** Makes a link for one person, which is then shown once. */
export function InviteDialog({ email: known, onClose }: { email?: string; onClose(): void }) {
  const t = useText()
  const form = useForm()
  const [email, setEmail] = useState(known ?? '')
  const [role, setRole] = useState<TenantRole>('member')
  const [days, setDays] = useState('7')
  const [link, setLink] = useState<string>()
  if (link !== undefined) return <LinkOnce link={link} email={email.trim()} onDone={onClose} />
  const body = { email: email.trim(), role, expires_in_days: Number(days) }
  return (
    <Dialog open onClose={() => !form.isBusy && onClose()} title={t('invite.title')}>
      <Form
        state={form}
        fields={['email', 'role', 'expires_in_days']}
        onSubmit={async () => setLink(await invite(body))}
        footer={
          <Button type="submit" look="primary" busy={form.isBusy}>
            {t('invite.create')}
          </Button>
        }
      >
        <TextField
          label={t('invite.email')}
          hint={t('invite.email_hint')}
          type="email"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={email}
          error={form.problem('email')}
          onChange={(event) => setEmail(event.target.value)}
        />
        <RoleChoice name="invited-role" role={role} onChange={setRole} />
        <Select
          label={t('invite.days')}
          value={days}
          error={form.problem('expires_in_days')}
          options={lifetimes.map((value) => ({
            value: String(value),
            label: t('invite.after', { days: value }),
          }))}
          onChange={(event) => setDays(event.target.value)}
        />
      </Form>
    </Dialog>
  )
}

/** Only the button closes it: a click beside it, or Escape, would lose what nobody can read again. */
function LinkOnce({ link, email, onDone }: { link: string; email: string; onDone(): void }) {
  const t = useText()
  return (
    <Dialog
      open
      onClose={() => undefined}
      title={t('invite.once_title')}
      footer={
        <Button look="primary" onClick={onDone}>
          {t('invite.done')}
        </Button>
      }
    >
      <div className="stack">
        <div className="curl ltr">
          <pre>{link}</pre>
          <CopyButton text={link} label={t('invite.copy')} />
        </div>
        <Note tone="warn" shape="lock" title={t('invite.once')}>
          {t.rich('invite.why', { email: <bdi className="ltr">{email}</bdi> })}
        </Note>
      </div>
    </Dialog>
  )
}
