import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { ErrorNote, Note } from '../../kit/notes.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { Page } from '../../shell/page.tsx'
import { EndpointMenu } from './endpoint-menu.tsx'
import { EndpointState } from './endpoint-state.tsx'
import { DeliveryLog } from './log/delivery-log.tsx'
import { DeliveryPane } from './log/delivery-pane.tsx'
import { HoursChart } from './log/hours-chart.tsx'
import { testWebhook, useDeliveryCounts, useWebhook, type Webhook } from './queries.ts'
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
  const { pending = 0, failed = 0 } = useDeliveryCounts(webhook.id) ?? {}
  const waiting = pending + failed
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

type TestResult = NonNullable<Awaited<ReturnType<typeof testWebhook>>>

function TestButton({ webhook }: { webhook: Webhook }) {
  const t = useText()
  const format = useFormat()
  const [isBusy, setBusy] = useState(false)
  const [told, setTold] = useState<{ failed: TestResult } | { error: unknown }>()
  const tell = ({ duration_ms: took, status_code: status, error }: TestResult) => ({
    answer: status ?? error ?? '',
    took: format.duration(took),
  })
  async function test() {
    setBusy(true)
    try {
      const result = await testWebhook(webhook.id)
      if (result?.success) showToast({ text: t('test.well', tell(result)) })
      else if (result !== undefined) setTold({ failed: result })
    } catch (error) {
      setTold({ error })
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button icon="send" busy={isBusy} onClick={() => void test()}>
        {t('test.action')}
      </Button>
      <Dialog open={told !== undefined} onClose={() => setTold(undefined)} title={t('test.action')}>
        {told === undefined ? null : 'failed' in told ? (
          <Note tone="bad" shape="tri" title={t('test.failed_title')}>
            <span dir="auto">{t('test.answer', tell(told.failed))}</span>
          </Note>
        ) : (
          <ErrorNote error={told.error} title={t('test.not_sent')} />
        )}
      </Dialog>
    </>
  )
}

function Endpoint({ webhook }: { webhook: Webhook }) {
  const t = useText()
  const navigate = useNavigate({ from: '/webhooks/$webhookId' })
  const search = useSearch({ from: '/app/webhooks/$webhookId' })
  const { delivery, ...filters } = search
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
        <HoursChart webhook={webhook} />
      </div>
      <DeliveryLog
        // Another filter is another list: nothing of it is selected.
        key={JSON.stringify(filters)}
        webhook={webhook}
        search={filters}
        openId={delivery}
        onSearch={(next) => void navigate({ search: next })}
        onOpen={(id) => void navigate({ search: { ...search, delivery: id } })}
      >
        {delivery === undefined ? null : (
          <DeliveryPane
            webhook={webhook}
            deliveryId={delivery}
            onClose={() => void navigate({ search: filters })}
          />
        )}
      </DeliveryLog>
    </div>
  )
}
