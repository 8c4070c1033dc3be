import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { FieldGroup, Radio, TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { showToast } from '../../kit/toasts.tsx'
import {
  changePerson,
  handOverOwnership,
  removePerson,
  type TenantRole,
  type User,
  useMe,
} from './queries.ts'
import { useText } from './words.ts'

/** What is to be done to whom. */
export interface PersonTask {
  is: 'role' | 'deactivate' | 'remove' | 'transfer'
  user: User
}

/** Asks before something happens to a person. */
export function PersonDialog({ task, onClose }: { task: PersonTask; onClose(): void }) {
  const t = useText()
  const { is, user } = task
  const name = user.full_name
  if (is === 'role') return <RoleDialog user={user} onClose={onClose} />
  if (is === 'transfer') return <TransferDialog user={user} onClose={onClose} />
  return (
    <Confirm
      open
      onClose={onClose}
      isLoss={is === 'remove'}
      title={t(`people.${is}_title`, { name })}
      action={t(`people.${is}_action`)}
      run={() => (is === 'remove' ? removePerson(user.id) : changePerson(user.id, { is_active: false }))}
    >
      <p>{t(`people.${is}_text`)}</p>
    </Confirm>
  )
}

/** The roles that whoever is signed in may give. */
export function RoleChoice({
  name,
  role,
  onChange,
}: {
  name: string
  role: string
  onChange(role: TenantRole): void
}) {
  const t = useText()
  const { data: me } = useMe()
  const roles: readonly TenantRole[] =
    me?.role === 'admin' ? ['member', 'admin'] : ['member', 'admin', 'owner']
  return (
    <FieldGroup legend={t('invite.role')}>
      {roles.map((value) => (
        <Radio
          key={value}
          name={name}
          label={t(`role.${value}`)}
          hint={t(`role.${value}_text`)}
          checked={role === value}
          onChange={() => onChange(value)}
        />
      ))}
    </FieldGroup>
  )
}

function RoleDialog({ user, onClose }: { user: User; onClose(): void }) {
  const t = useText()
  const form = useForm()
  const [role, setRole] = useState<User['role']>(user.role)
  return (
    <Dialog
      open
      onClose={() => !form.isBusy && onClose()}
      title={t('people.role_title', { name: user.full_name })}
    >
      <Form
        state={form}
        fields={['role']}
        onSubmit={() => changePerson(user.id, { role: role as TenantRole })}
        onDone={() => {
          showToast({ text: t('people.role_changed') })
          onClose()
        }}
        footer={
          <Button
            type="submit"
            look="primary"
            busy={form.isBusy}
            refused={role === user.role ? t('nothing_changed') : undefined}
          >
            {t('people.role_action')}
          </Button>
        }
      >
        <RoleChoice name="role" role={role} onChange={setRole} />
      </Form>
    </Dialog>
  )
}

/** The password proves that it is the owner, and nobody at a screen left open. */
function TransferDialog({ user, onClose }: { user: User; onClose(): void }) {
  const t = useText()
  const form = useForm()
  const [password, setPassword] = useState('')
  const name = user.full_name
  return (
    <Dialog open onClose={() => !form.isBusy && onClose()} title={t('people.transfer_title', { name })}>
      <Form
        state={form}
        fields={['current_password']}
        onSubmit={() => handOverOwnership(user.id, password)}
        onDone={onClose}
        footer={
          <Button type="submit" look="bad" busy={form.isBusy}>
            {t('people.transfer_action')}
          </Button>
        }
      >
        <p>{t('people.transfer_text', { name })}</p>
        <TextField
          label={t('profile.current')}
          type="password"
          autoComplete="current-password"
          value={password}
          error={form.problem('current_password')}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Form>
    </Dialog>
  )
}
