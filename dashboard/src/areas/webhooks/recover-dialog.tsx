import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Confirm } from '../../kit/confirm.tsx'
import { Select } from '../../kit/field.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { recoverDeliveries, useDeliveryCounts, type Webhook } from './queries.ts'
import { useText } from './words.ts'

const hourMs = 3_600_000
const spans = [1, 24, 72, 168].map((hours) => hours * hourMs)

/** Sends again, under the same ids, what was not delivered since a moment. */
export function RecoverDialog({
  open,
  onClose,
  webhook,
}: {
  open: boolean
  onClose(): void
  webhook: Webhook
}) {
  const t = useText()
  const format = useFormat()
  const [span, setSpan] = useState(spans.at(-1) ?? hourMs)
  const { pending = 0, failed = 0, delivered = 0 } = useDeliveryCounts(webhook.id) ?? {}
  const isAll = span === spans.at(-1)
  const count = pending + failed
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={isAll ? t('recover.title', { count }) : t('recover.title_since')}
      action={isAll ? t('recover.confirm', { count }) : t('recover.confirm_since')}
      {...(isAll
        ? {
            consequences: [
              [format.number(pending), t('recover.pending', { count: pending })],
              [format.number(failed), t('recover.failed', { count: failed })],
              [format.number(delivered), t('recover.delivered', { count: delivered })],
            ] as const,
          }
        : {})}
      run={async () => {
        const sent = await recoverDeliveries(webhook.id, new Date(Date.now() - span))
        showToast({ text: t('recover.done', { count: sent }) })
      }}
    >
      <p>{t.rich('recover.text', { name: <bdi>{webhook.name}</bdi> })}</p>
      <Select
        label={t('recover.since')}
        value={String(span)}
        options={spans.map((ms) => ({ value: String(ms), label: format.duration(ms) }))}
        onChange={(event) => setSpan(Number(event.target.value))}
      />
    </Confirm>
  )
}
