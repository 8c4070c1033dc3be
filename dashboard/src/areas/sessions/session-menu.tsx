import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { Menu } from '../../kit/menu.tsx'
import { type Control, controlSession, deleteSession, type Session } from './queries.ts'
import { useText } from './words.ts'

type Asked = Exclude<Control, 'start'> | 'delete'

/** What is done with a session now and then; each asks first, since messages wait or are lost. */
export function SessionMenu({ session }: { session: Session }) {
  const t = useText()
  const [asked, setAsked] = useState<Asked>()
  const isResting = session.status === 'stopped' || session.status === 'failed'
  const isLinked = session.phone_number !== null
  const item = (id: Asked, refused?: string) => ({
    id,
    label: t(`menu.${id}`),
    refused,
    onSelect: () => setAsked(id),
  })
  return (
    <>
      <Menu
        trigger={<IconButton icon="dots" label={t('menu.label', { name: session.name })} />}
        groups={[
          [
            item('restart', isResting ? t('menu.resting') : undefined),
            item('stop', isResting ? t('menu.resting') : undefined),
            item('logout', isLinked ? undefined : t('menu.not_linked')),
          ],
          [item('delete')],
        ]}
      />
      {(['restart', 'stop', 'logout'] as const).map((control) => (
        <Confirm
          key={control}
          open={asked === control}
          onClose={() => setAsked(undefined)}
          title={t(`${control}.title`, { name: session.name })}
          action={t(`${control}.action`)}
          isLoss={control === 'logout'}
          run={() => controlSession(session.id, control)}
        >
          <p>{t(`${control}.text`)}</p>
        </Confirm>
      ))}
      <DeleteDialog open={asked === 'delete'} onClose={() => setAsked(undefined)} session={session} />
    </>
  )
}

function DeleteDialog({ open, onClose, session }: { open: boolean; onClose(): void; session: Session }) {
  const t = useText()
  const navigate = useNavigate()
  return (
    <Confirm
      open={open}
      onClose={onClose}
      isLoss
      title={t('delete.title', { name: session.name })}
      action={t('delete.action')}
      keep={t('delete.keep')}
      typed={{ word: session.name, label: t.rich('delete.type', { name: <bdi>{session.name}</bdi> }) }}
      run={async () => {
        await deleteSession(session.id)
        await navigate({ to: '/sessions' })
      }}
    >
      <p>{t('delete.text')}</p>
    </Confirm>
  )
}
