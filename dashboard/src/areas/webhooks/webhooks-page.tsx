import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty } from '../../kit/notes.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { Page } from '../../shell/page.tsx'
import { EndpointState } from './endpoint-state.tsx'
import { useWebhooks, type Webhook } from './queries.ts'
import { WebhookDialog } from './webhook-dialog.tsx'
import './webhooks.css'
import { useText } from './words.ts'

/** All addresses that events are posted to. */
export function WebhooksPage() {
  const t = useText()
  const query = useWebhooks()
  const [isCreating, setCreating] = useState(false)
  const create = (
    <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
      {t('new')}
    </Button>
  )
  return (
    <Page
      title={t('title')}
      actions={
        <>
          {query.data?.length === 0 ? null : create}
          <CurlButton calls={[{ method: 'get', path: '/api/v2/webhooks' }]} />
        </>
      }
    >
      <Loaded query={query} title={t('list.failed')}>
        {(webhooks) =>
          webhooks.length === 0 ? (
            <Empty title={t('empty.title')} action={create}>
              {t('empty.text')}
            </Empty>
          ) : (
            <WebhookTable webhooks={webhooks} />
          )
        }
      </Loaded>
      <WebhookDialog open={isCreating} onClose={() => setCreating(false)} />
    </Page>
  )
}

function WebhookTable({ webhooks }: { webhooks: readonly Webhook[] }) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const columns: Column<Webhook>[] = [
    {
      id: 'name',
      head: t('column.name'),
      cell: (webhook) => (
        <Link to="/webhooks/$webhookId" params={{ webhookId: webhook.id }}>
          <bdi>{webhook.name}</bdi>
          <small className="mono ltr breaks">{webhook.url}</small>
        </Link>
      ),
    },
    { id: 'state', head: t('column.state'), cell: (webhook) => <EndpointState webhook={webhook} /> },
    {
      id: 'events',
      head: t('column.events'),
      isNumber: true,
      hides: 'lo',
      cell: (webhook) => format.number(webhook.events.length),
    },
    {
      id: 'signed',
      head: t('column.signed'),
      hides: 'lo2',
      cell: (webhook) => (webhook.has_secret ? t('signed.yes') : t('signed.no')),
    },
    {
      id: 'last',
      head: t('column.last'),
      hides: 'lo',
      cell: (webhook) =>
        webhook.last_delivery_at === null ? t('never') : <Time at={webhook.last_delivery_at} />,
    },
  ]
  return (
    <Table
      label={t('title')}
      rows={webhooks}
      columns={columns}
      idOf={(webhook) => webhook.id}
      nameOf={(webhook) => webhook.name}
      onOpen={({ id }) => void navigate({ to: '/webhooks/$webhookId', params: { webhookId: id } })}
    />
  )
}
