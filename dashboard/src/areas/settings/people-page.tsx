import { useState } from 'react'
import { Button, IconButton } from '../../kit/button.tsx'
import { State } from '../../kit/icon.tsx'
import { Menu } from '../../kit/menu.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Tag, Time } from '../../kit/text-parts.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { Invitations } from './invitations.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { PersonDialog, type PersonTask } from './person-dialogs.tsx'
import { changePerson, type User, useMe, usePeople } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** Who works here, what each may do, and who is invited. */
export function PeoplePage() {
  const t = useText()
  const { holds } = usePermissions()
  const [isInviting, setInviting] = useState(false)
  const mayChange = holds('account:manage')
  return (
    <SectionPage
      section="people"
      calls={[
        { method: 'get', path: '/api/v2/users' },
        ...(mayChange ? [{ method: 'get' as const, path: '/api/v2/invitations' as const }] : []),
      ]}
      actions={
        <Button
          look="primary"
          icon="plus"
          refused={mayChange ? undefined : t('refused.role')}
          onClick={() => setInviting(true)}
        >
          {t('invite.new')}
        </Button>
      }
    >
      <div className="settings wide">
        <People mayChange={mayChange} />
        {mayChange ? <Invitations /> : null}
      </div>
      {isInviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </SectionPage>
  )
}

function useColumns(
  mayChange: boolean,
  onOpen: (task: PersonTask) => void,
  onFail: (error: unknown) => void,
): Column<User>[] {
  const t = useText()
  const { data: me } = useMe()
  const refusalOf = (user: User): string | undefined => {
    if (!mayChange) return t('refused.role')
    const isOwner = user.role === 'owner' || user.role === 'superadmin'
    return isOwner && me?.role === 'admin' ? t('people.owners_only') : undefined
  }
  const activate = async (user: User) => {
    try {
      await changePerson(user.id, { is_active: true })
      showToast({ text: t('people.activated', { name: user.full_name }) })
    } catch (error) {
      onFail(error)
    }
  }
  return [
    {
      id: 'name',
      head: t('column.name'),
      cell: (user) => (
        <>
          <bdi>{user.full_name}</bdi> {user.id === me?.id ? <Tag>{t('people.you')}</Tag> : null}
          <small className="ltr">{user.email}</small>
        </>
      ),
    },
    {
      id: 'role',
      head: t('column.role'),
      cell: ({ role, is_active: isActive }) =>
        isActive ? (
          t(`role.${role}`)
        ) : (
          <State shape="slash" tone="off">
            {t('people.inactive')}
          </State>
        ),
    },
    {
      id: 'may',
      head: t('column.may'),
      hides: 'lo2',
      cell: ({ role }) => <span className="soft">{t(`role.${role}_text`)}</span>,
    },
    {
      id: 'seen',
      head: t('column.seen'),
      hides: 'lo',
      cell: ({ last_login_at: at }) => (at === null ? t('people.never_in') : <Time at={at} />),
    },
    {
      id: 'more',
      head: <span className="sr">{t('people.actions')}</span>,
      cell: (user) => {
        const refused = refusalOf(user)
        const notSelf = refused ?? (user.id === me?.id ? t('people.self') : undefined)
        const open = (is: PersonTask['is']) => () => onOpen({ is, user })
        const access = user.is_active
          ? { id: 'off', label: t('people.deactivate'), refused: notSelf, onSelect: open('deactivate') }
          : { id: 'on', label: t('people.activate'), refused, onSelect: () => void activate(user) }
        const isOwnerToo = me?.role === 'owner' && user.id !== me.id
        const handOver = { id: 'transfer', label: t('people.transfer'), onSelect: open('transfer') }
        return (
          <Menu
            trigger={<IconButton icon="dots" label={t('people.more', { name: user.full_name })} />}
            groups={[
              [
                { id: 'role', label: t('people.role'), refused, onSelect: open('role') },
                access,
                ...(isOwnerToo ? [handOver] : []),
              ],
              [{ id: 'remove', label: t('people.remove'), refused: notSelf, onSelect: open('remove') }],
            ]}
          />
        )
      },
    },
  ]
}

function People({ mayChange }: { mayChange: boolean }) {
  const t = useText()
  const query = usePeople()
  const [task, setTask] = useState<PersonTask>()
  const [failure, setFailure] = useState<unknown>()
  const columns = useColumns(mayChange, setTask, setFailure)
  const rows = query.data?.pages.flatMap((page) => page.users)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={4} />
    ) : (
      <ErrorNote error={query.error} title={t('people.failed')} onRetry={() => void query.refetch()} />
    )
  return (
    <section className="card">
      {failure === undefined ? null : <ErrorNote error={failure} />}
      <Table
        label={t('section.people')}
        rows={rows}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={({ full_name: name }) => name}
        onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
      />
      {task === undefined ? null : <PersonDialog task={task} onClose={() => setTask(undefined)} />}
    </section>
  )
}
