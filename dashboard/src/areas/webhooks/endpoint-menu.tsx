import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Menu } from '../../kit/menu.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { deleteWebhook, makeSecret, updateWebhook, useDeliveryCounts, type Webhook } from './queries.ts'
import { SecretOnce } from './secret-once.tsx'
import { WebhookDialog } from './webhook-dialog.tsx'
import { useText } from './words.ts'

type Opened = 'edit' | 'rotate' | 'delete'

/** What is done with an address now and then. */
export function EndpointMenu({ webhook }: { webhook: Webhook }) {
  const t = useText()
  const [error, setError] = useState<unknown>()
  const [opened, setOpened] = useState<Opened>()
  const close = () => setOpened(undefined)
  const { is_active: isActive } = webhook
  async function toggle() {
    try {
      await updateWebhook(webhook.id, { is_active: !isActive })
      showToast({ text: isActive ? t('menu.is_off') : t('menu.is_on') })
    } catch (refusal) {
      setError(refusal)
    }
  }
  return (
    <>
      <Menu
        trigger={<IconButton icon="dots" label={t('menu.label')} />}
        groups={[
          [
            { id: 'edit', label: t('edit'), onSelect: () => setOpened('edit') },
            { id: 'rotate', label: t('menu.rotate'), onSelect: () => setOpened('rotate') },
            { id: 'toggle', label: isActive ? t('menu.off') : t('menu.on'), onSelect: () => void toggle() },
          ],
          [{ id: 'delete', label: t('menu.delete'), onSelect: () => setOpened('delete') }],
        ]}
      />
      <Dialog
        open={error !== undefined}
        onClose={() => setError(undefined)}
        title={isActive ? t('menu.off') : t('menu.on')}
      >
        <ErrorNote error={error} title={t('menu.failed')} />
      </Dialog>
      <WebhookDialog open={opened === 'edit'} onClose={close} webhook={webhook} />
      <RotateDialog open={opened === 'rotate'} onClose={close} webhook={webhook} />
      <DeleteDialog open={opened === 'delete'} onClose={close} webhook={webhook} />
    </>
  )
}

interface DialogProps {
  open: boolean
  onClose(): void
  webhook: Webhook
}

function RotateDialog({ open, onClose, webhook }: DialogProps) {
  const t = useText()
  const [secret, setSecret] = useState<string>()
  const done = () => {
    setSecret(undefined)
    onClose()
  }
  return (
    <>
      <Confirm
        open={open && secret === undefined}
        onClose={() => secret === undefined && onClose()}
        title={t('rotate.title')}
        action={t('rotate.action')}
        run={async () => {
          const made = makeSecret()
          await updateWebhook(webhook.id, { secret: made })
          setSecret(made)
        }}
      >
        <p>{t('rotate.text')}</p>
      </Confirm>
      <Dialog open={secret !== undefined} onClose={done} title={t('secret.title')}>
        <SecretOnce secret={secret ?? ''} onDone={done} />
      </Dialog>
    </>
  )
}

function DeleteDialog({ open, onClose, webhook }: DialogProps) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const { pending = 0 } = useDeliveryCounts(webhook.id) ?? {}
  return (
    <Confirm
      open={open}
      onClose={onClose}
      isLoss
      title={t('delete.title', { name: webhook.name })}
      action={t('delete.action')}
      keep={t('delete.keep')}
      consequences={[[format.number(pending), t('delete.pending', { count: pending })]]}
      typed={{ word: webhook.name, label: t.rich('delete.type', { name: <bdi>{webhook.name}</bdi> }) }}
      run={async () => {
        await deleteWebhook(webhook.id)
        await navigate({ to: '/webhooks' })
      }}
    >
      <p>{t('delete.text')}</p>
    </Confirm>
  )
}
