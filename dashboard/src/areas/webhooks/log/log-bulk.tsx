import { useState } from 'react'
import { BulkBar } from '../../../kit/bulk-bar.tsx'
import { Confirm } from '../../../kit/confirm.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import type { Selection } from '../../../kit/selection.ts'
import { showToast } from '../../../kit/toasts.tsx'
import { countMatching, type LogFilter, mostResent, resendDeliveries, type Webhook } from '../queries.ts'
import { useText } from '../words.ts'

interface LogBulkProps {
  webhook: Webhook
  filter: LogFilter
  selection: Selection
  /** How many the filter finds. */
  matching: number | undefined
}

/** Sends the selected deliveries again; all that match are those the server counted, and no later ones. */
export function LogBulk({ webhook, filter, selection, matching }: LogBulkProps) {
  const t = useText()
  const [counted, setCounted] = useState<{ filter: LogFilter; count: number }>()
  const [isCounting, setCounting] = useState(false)
  const [error, setError] = useState<unknown>()
  const [isAsking, setAsking] = useState(false)
  const clear = () => {
    setCounted(undefined)
    selection.clear()
  }
  async function takeAll() {
    if (isCounting) return
    setCounting(true)
    try {
      setCounted(await countMatching(filter))
      selection.selectAllMatching()
    } catch (refusal) {
      setError(refusal)
    } finally {
      setCounting(false)
    }
  }
  const isAll = selection.isAllMatching && counted !== undefined
  const count = isAll ? counted.count : selection.count
  return (
    <>
      <BulkBar
        selection={{ ...selection, clear, selectAllMatching: () => void takeAll() }}
        {...(isAll ? { matching: counted.count } : matching === undefined ? {} : { matching })}
      >
        {isCounting ? <span>{t('bulk.counting')}</span> : null}
        <button type="button" onClick={() => setAsking(true)}>
          {t('bulk.again')}
        </button>
      </BulkBar>
      <Confirm
        open={isAsking}
        onClose={() => setAsking(false)}
        title={t('recover.title', { count })}
        action={t('recover.confirm', { count })}
        refused={
          webhook.is_active
            ? count > mostResent
              ? t('bulk.most', { count: mostResent })
              : undefined
            : t('delivery.inactive')
        }
        run={async () => {
          const { resent, skipped } = await resendDeliveries(isAll ? counted : { ids: [...selection.ids] })
          clear()
          const text = t('bulk.done', { resent })
          showToast({ text: skipped === 0 ? text : `${text}. ${t('bulk.skipped', { skipped })}` })
        }}
      >
        <p>{t.rich('recover.text', { name: <bdi>{webhook.name}</bdi> })}</p>
      </Confirm>
      <Dialog open={error !== undefined} onClose={() => setError(undefined)} title={t('bulk.not_counted')}>
        <ErrorNote error={error} title={t('bulk.not_counted')} />
      </Dialog>
    </>
  )
}
