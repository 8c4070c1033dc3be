import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { useReason } from '../../kit/notes.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { Page } from '../../shell/page.tsx'
import { DeliveryLog } from './delivery-log.tsx'
import { DeliveryPane } from './delivery-pane.tsx'
import { EndpointMenu } from './endpoint-menu.tsx'
import { EndpointState } from './endpoint-state.tsx'
import { testWebhook, useDeliveryCount, useWebhook, type Webhook } from './queries.ts'
import { RecoverDialog } from './recover-dialog.tsx'
import './webhooks.css'
import { useText } from './words.ts'

/** One address: how it is, its log, and one delivery beside it. */
export function WebhookPage() {
  const t = useText()
  const { webhookId } = useParams({ from: '/app/webhooks/$webhookId' })
  const query = useWebhook(webhookId)
  const { data: webhook } = query
  return (
    <Page
      title={webhook?.name ?? t('title')}
      crumb={{ to: '/webhooks', label: t('title') }}
      state={webhook === undefined ? null : <EndpointState webhook={webhook} />}
      actions={webhook === undefined ? null : <Actions webhook={webhook} />}
    >
      <Loaded query={query} title={t('one.failed')}>
        {(loaded) => <Endpoint webhook={loaded} />}
      </Loaded>
    </Page>
  )
}

function Actions({ webhook }: { webhook: Webhook }) {
  const t = useText()
  const [isRecovering, setRecovering] = useState(false)
  const waiting =
    (useDeliveryCount(webhook.id, 'pending') ?? 0) + (useDeliveryCount(webhook.id, 'failed') ?? 0)
  return (
    <>
      <span className="desk-only">
        <TestButton webhook={webhook} />
      </span>
      {waiting === 0 ? null : (
        <Button look="primary" icon="refresh" onClick={() => setRecovering(true)}>
          {t('recover.action', { count: waiting })}
        </Button>
      )}
      <EndpointMenu webhook={webhook} />
      <CurlButton
        calls={[
          { method: 'get', path: '/api/v2/webhooks/{id}', params: { path: { id: webhook.id } } },
          { method: 'get', path: '/api/v2/webhooks/{id}/deliveries', params: { path: { id: webhook.id } } },
        ]}
      />
      <RecoverDialog open={isRecovering} onClose={() => setRecovering(false)} webhook={webhook} />
    </>
  )
}

function TestButton({ webhook }: { webhook: Webhook }) {
  const t = useText()
  const format = useFormat()
  const reason = useReason()
  const [isBusy, setBusy] = useState(false)
  async function test() {
    setBusy(true)
    try {
      const result = await testWebhook(webhook.id)
      const took = format.duration(result?.duration_ms ?? 0)
      const answer = result?.status_code ?? result?.error ?? ''
      showToast({
        text: result?.success ? t('test.well', { answer, took }) : t('test.failed', { answer, took }),
      })
    } catch (error) {
      showToast({ text: reason(error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button icon="send" busy={isBusy} onClick={() => void test()}>
      {t('test.action')}
    </Button>
  )
}

function Endpoint({ webhook }: { webhook: Webhook }) {
  const t = useText()
  const navigate = useNavigate({ from: '/webhooks/$webhookId' })
  const search = useSearch({ from: '/app/webhooks/$webhookId' })
  const { delivery } = search
  return (
    <div className={`endpoint ${delivery === undefined ? '' : 'has-delivery'}`}>
      <div className="ep">
        <div>
          <p className="mono cut ltr address">{webhook.url}</p>
          <p className="soft about">
            {t('about', { count: webhook.events.length, signed: webhook.has_secret ? 'yes' : 'no' })}{' '}
            {webhook.last_error === null ? null : t('last_error', { error: webhook.last_error })}
          </p>
        </div>
      </div>
      <DeliveryLog
        webhook={webhook}
        status={search.status}
        openId={delivery}
        onStatus={(status) => void navigate({ search: status === undefined ? {} : { status } })}
        onOpen={(id) => void navigate({ search: { ...search, delivery: id } })}
      >
        {delivery === undefined ? null : (
          <DeliveryPane
            webhook={webhook}
            deliveryId={delivery}
            onClose={() =>
              void navigate({ search: search.status === undefined ? {} : { status: search.status } })
            }
          />
        )}
      </DeliveryLog>
    </div>
  )
}
