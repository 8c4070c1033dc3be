import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { State } from '../../kit/icon.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { type Invitation, useInvitations, withdraw } from './queries.ts'
import { useText } from './words.ts'

type Opened = { is: 'withdraw' | 'again'; invitation: Invitation }

/** Links that nobody used yet; nothing at all when there are none. */
export function Invitations() {
  const t = useText()
  const query = useInvitations()
  const [opened, setOpened] = useState<Opened>()
  const close = () => setOpened(undefined)
  const columns: Column<Invitation>[] = [
    { id: 'email', head: t('column.email'), cell: ({ email }) => <span className="ltr">{email}</span> },
    { id: 'role', head: t('column.role'), cell: ({ role }) => t(`role.${role}`) },
    {
      id: 'state',
      head: t('column.state'),
      hides: 'lo',
      cell: ({ status }) => (
        <State shape="clock" tone={status === 'pending' ? 'off' : 'warn'}>
          {t(`invite.${status}`)}
        </State>
      ),
    },
    { id: 'ends', head: t('column.ends'), hides: 'lo', cell: ({ expires_at: at }) => <Time at={at} /> },
    {
      id: 'more',
      head: <span className="sr">{t('people.actions')}</span>,
      cell: (invitation) => (
        <span className="row">
          <Button look="quiet" onClick={() => setOpened({ is: 'again', invitation })}>
            {t('invite.again')}
          </Button>
          <Button look="quiet" onClick={() => setOpened({ is: 'withdraw', invitation })}>
            {t('invite.withdraw')}
          </Button>
        </span>
      ),
    },
  ]
  return (
    <Loaded query={query} title={t('invite.list_failed')} skeleton={null}>
      {({ invitations }) =>
        invitations.length === 0 ? null : (
          <section className="card">
            <h2>{t('invite.list')}</h2>
            <Table
              label={t('invite.list')}
              rows={invitations}
              columns={columns}
              idOf={({ id }) => id}
              nameOf={({ email }) => email}
            />
            {opened?.is === 'again' ? <InviteDialog email={opened.invitation.email} onClose={close} /> : null}
            {opened?.is === 'withdraw' ? (
              <Confirm
                open
                onClose={close}
                title={t('invite.withdraw_title', { email: opened.invitation.email })}
                action={t('invite.withdraw')}
                run={() => withdraw(opened.invitation.id)}
              >
                <p>{t('invite.withdraw_text')}</p>
              </Confirm>
            ) : null}
          </section>
        )
      }
    </Loaded>
  )
}
