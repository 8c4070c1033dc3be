import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { State } from '../../kit/icon.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Menu } from '../../kit/menu.tsx'
import { Empty } from '../../kit/notes.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { KeyDialog } from './key-dialog.tsx'
import { KeyOnce } from './key-once.tsx'
import { type ApiKey, revokeKey, rotateKey, useKeys } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

type Opened = { is: 'new' } | { is: 'revoke' | 'rotate'; key: ApiKey } | { is: 'once'; secret: string }

/** Keys of programs: what each may do, when it was last used, when it ends. */
export function KeysPage() {
  const t = useText()
  const { holds } = usePermissions()
  const [opened, setOpened] = useState<Opened>()
  const close = () => setOpened(undefined)
  return (
    <SectionPage
      section="keys"
      refused={holds('settings:manage') ? undefined : t('refused.keys')}
      calls={[
        { method: 'get', path: '/api/v2/api-keys' },
        { method: 'get', path: '/api/v2/api-keys/scopes' },
      ]}
      actions={
        <Button look="primary" icon="plus" onClick={() => setOpened({ is: 'new' })}>
          {t('keys.new')}
        </Button>
      }
    >
      <Keys onOpen={setOpened} />
      {opened?.is === 'new' ? <KeyDialog onClose={close} /> : null}
      {opened?.is === 'once' ? <KeyOnce secret={opened.secret} onDone={close} /> : null}
      {opened?.is === 'revoke' ? (
        <Confirm
          open
          onClose={close}
          isLoss
          title={t('keys.revoke_title', { name: opened.key.name })}
          action={t('keys.revoke_action')}
          run={() => revokeKey(opened.key.id)}
        >
          <p>{t('keys.revoke_text')}</p>
          <LastUsed apiKey={opened.key} />
        </Confirm>
      ) : null}
      {opened?.is === 'rotate' ? <Rotate apiKey={opened.key} onDone={setOpened} onClose={close} /> : null}
    </SectionPage>
  )
}

function Rotate({
  apiKey,
  onDone,
  onClose,
}: {
  apiKey: ApiKey
  onDone(opened: Opened): void
  onClose(): void
}) {
  const t = useText()
  const [secret, setSecret] = useState<string>()
  return (
    <Confirm
      open
      // The confirmation closes itself once it is done: what comes next is the secret.
      onClose={() => (secret === undefined ? onClose() : onDone({ is: 'once', secret }))}
      title={t('keys.rotate_title', { name: apiKey.name })}
      action={t('keys.rotate_action')}
      run={async () => {
        const made = await rotateKey(apiKey.id)
        setSecret(made)
        onDone({ is: 'once', secret: made })
      }}
    >
      <p>{t('keys.rotate_text')}</p>
      <LastUsed apiKey={apiKey} />
    </Confirm>
  )
}

function LastUsed({ apiKey }: { apiKey: ApiKey }) {
  const t = useText()
  return (
    <p className="soft">
      {apiKey.last_used_at === null
        ? t('keys.never_used')
        : t.rich('keys.used', { time: <Time at={apiKey.last_used_at} /> })}
    </p>
  )
}

function KeyState({ apiKey }: { apiKey: ApiKey }) {
  const t = useText()
  if (apiKey.revoked_at !== null)
    return (
      <State shape="slash" tone="off">
        {t('keys.revoked')}
      </State>
    )
  const isOver = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) <= Date.now()
  return (
    <State shape={isOver ? 'clock' : 'ok'} tone={isOver ? 'warn' : 'ok'}>
      {t(isOver ? 'keys.expired' : 'keys.working')}
    </State>
  )
}

function useColumns(onOpen: (opened: Opened) => void): Column<ApiKey>[] {
  const t = useText()
  const format = useFormat()
  return [
    {
      id: 'name',
      head: t('column.name'),
      cell: (key) => (
        <>
          <bdi className="breaks">{key.name}</bdi>
          <small className="mono ltr">{key.key_prefix}…</small>
        </>
      ),
    },
    { id: 'state', head: t('column.state'), cell: (key) => <KeyState apiKey={key} /> },
    {
      id: 'scopes',
      head: t('column.may'),
      hides: 'lo2',
      cell: ({ scopes }) => (
        <span title={format.list(scopes)}>
          {scopes.includes('*') ? (
            t('keys.everything')
          ) : scopes.length > 2 ? (
            t('keys.scopes', { count: scopes.length })
          ) : (
            <span className="mono ltr">{format.list(scopes)}</span>
          )}
        </span>
      ),
    },
    {
      id: 'used',
      head: t('column.used'),
      hides: 'lo',
      cell: ({ last_used_at: at }) => (at === null ? t('keys.never') : <Time at={at} />),
    },
    {
      id: 'expires',
      head: t('column.expires'),
      hides: 'lo',
      cell: ({ expires_at: at }) => (at === null ? t('keys.no_end') : <Time at={at} />),
    },
    {
      id: 'more',
      head: <span className="sr">{t('keys.actions')}</span>,
      cell: (key) => {
        const refused = key.revoked_at === null ? undefined : t('keys.is_revoked')
        return (
          <Menu
            trigger={<IconButton icon="dots" label={t('keys.more', { name: key.name })} />}
            groups={[
              [
                {
                  id: 'rotate',
                  label: t('keys.rotate'),
                  refused,
                  onSelect: () => onOpen({ is: 'rotate', key }),
                },
              ],
              [
                {
                  id: 'revoke',
                  label: t('keys.revoke'),
                  refused,
                  onSelect: () => onOpen({ is: 'revoke', key }),
                },
              ],
            ]}
          />
        )
      },
    },
  ]
}

function Keys({ onOpen }: { onOpen(opened: Opened): void }) {
  const t = useText()
  const query = useKeys()
  const columns = useColumns(onOpen)
  return (
    <Loaded query={query} title={t('keys.failed')}>
      {(keys) =>
        keys.length === 0 ? (
          <Empty title={t('keys.empty_title')}>{t('keys.empty_text')}</Empty>
        ) : (
          <section className="card">
            <Table
              label={t('section.keys')}
              rows={keys}
              columns={columns}
              idOf={({ id }) => id}
              nameOf={({ name }) => name}
            />
          </section>
        )
      }
    </Loaded>
  )
}
