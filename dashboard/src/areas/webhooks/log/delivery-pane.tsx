import { useState } from 'react'
import type { Schemas } from '../../../api/client.ts'
import { useFormat } from '../../../i18n/format.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { CopyButton } from '../../../kit/copy-button.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { Glyph, Icon } from '../../../kit/icon.tsx'
import { Json } from '../../../kit/json.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import { Time } from '../../../kit/text-parts.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { useKey } from '../../../shell/keys.ts'
import { resendDelivery, useDelivery, type Webhook } from '../queries.ts'
import { useText } from '../words.ts'

type Attempt = Schemas['WebhookAttempt']

/** One delivery: its tries, the answers, and how to send it again. */
export function DeliveryPane({
  webhook,
  deliveryId,
  onClose,
}: {
  webhook: Webhook
  deliveryId: string
  onClose(): void
}) {
  const t = useText()
  const query = useDelivery(webhook.id, deliveryId)
  useKey('escape', onClose)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <aside className="d" aria-label={t('delivery.label')} tabIndex={0}>
      <div>
        <Button look="quiet" className="phone-only" onClick={onClose}>
          <Icon name="back" size="s" />
          {t('log.label')}
        </Button>
        <div className="pane-head">
          <h2 className="mono ltr">{query.data?.event}</h2>
          <Resend webhook={webhook} deliveryId={deliveryId} />
          <CurlButton
            calls={[
              {
                method: 'post',
                path: '/api/v2/webhooks/{id}/deliveries/{delivery_id}/resend',
                params: { path: { id: webhook.id, delivery_id: deliveryId } },
              },
            ]}
          />
          <IconButton icon="x" className="desk-only" label={t('delivery.close')} onClick={onClose} />
        </div>
        <p className="mono mute hint ltr">{deliveryId}</p>
      </div>
      <Loaded query={query} title={t('delivery.failed')}>
        {({ attempt_log: attempts, next_attempt_at: next, payload }) => (
          <>
            <Tries attempts={attempts} next={next} />
            <Answer attempt={attempts.at(-1)} />
            <Sent payload={payload} />
          </>
        )}
      </Loaded>
    </aside>
  )
}

function Resend({ webhook, deliveryId }: { webhook: Webhook; deliveryId: string }) {
  const t = useText()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function resend() {
    setBusy(true)
    setError(undefined)
    try {
      await resendDelivery(webhook.id, deliveryId)
      showToast({ text: t('delivery.sent_again') })
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button
        icon="refresh"
        busy={isBusy}
        refused={webhook.is_active ? undefined : t('delivery.inactive')}
        onClick={() => void resend()}
      >
        {t('delivery.again')}
      </Button>
      {error === undefined ? null : <ErrorNote error={error} onRetry={() => void resend()} />}
    </>
  )
}

function Tries({ attempts, next }: { attempts: readonly Attempt[]; next: string | null }) {
  const t = useText()
  const format = useFormat()
  return (
    <section>
      <h3>{t('delivery.tries')}</h3>
      <ol className="tl">
        {next === null ? null : (
          <li>
            <Glyph name="clock" tone="warn" />
            <div>
              <b>{t('delivery.next', { when: format.ago(next) })}</b>
            </div>
            <Time at={next} />
          </li>
        )}
        {attempts.toReversed().map((attempt) => (
          <li key={`${attempt.number} ${attempt.attempted_at}`}>
            <Glyph
              name={attempt.error === null ? 'ok' : 'tri'}
              tone={attempt.error === null ? 'ok' : 'bad'}
            />
            <div>
              {attempt.error ?? t('delivery.taken', { status: attempt.status_code ?? 0 })}
              <p className="mute">
                {t('delivery.try', {
                  number: attempt.number,
                  took: format.duration(attempt.duration_ms),
                })}
              </p>
            </div>
            <Time at={attempt.attempted_at} seconds />
          </li>
        ))}
      </ol>
    </section>
  )
}

function Sent({ payload }: { payload: object | null }) {
  const t = useText()
  if (payload === null) return null
  const text = JSON.stringify(payload, null, 2)
  return (
    <section>
      <h3>
        {t('delivery.sent')}
        <CopyButton text={text} />
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre className="code ltr" tabIndex={0}>
        <Json text={text} />
      </pre>
    </section>
  )
}

function Answer({ attempt }: { attempt: Attempt | undefined }) {
  const t = useText()
  if (attempt === undefined || attempt.response === null || attempt.response === '') return null
  return (
    <section>
      <h3>
        {t('delivery.answer')}
        <span className="num">{attempt.status_code}</span>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre className="code ltr" tabIndex={0}>
        {attempt.response}
      </pre>
    </section>
  )
}
