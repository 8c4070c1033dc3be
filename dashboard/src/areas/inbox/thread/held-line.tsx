import { useState } from 'react'
import { api, queries } from '../../../api/client.ts'
import { invalidatePaths } from '../../../api/query-client.ts'
import { Glyph } from '../../../kit/icon.tsx'
import { useReason } from '../../../kit/notes.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { refreshThread } from './thread-window.ts'

const path = '/api/v2/approvals'

/** A message that waits for a person's word, with both words. */
export function HeldLine({ message }: { message: Message }) {
  const t = useText()
  const reason = useReason()
  const { data } = queries.useQuery('get', path, { params: { query: { status: 'pending', limit: 100 } } })
  const approval = data?.approvals.find(({ message_id: id }) => id === message.id)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function decide(verb: 'approve' | 'reject') {
    if (approval === undefined || isBusy) return
    setBusy(true)
    setError(undefined)
    try {
      const params = { path: { id: approval.id } }
      if (verb === 'approve') await api.POST(`${path}/{id}/approve`, { params, body: {} })
      else await api.POST(`${path}/{id}/reject`, { params, body: {} })
      await Promise.all([
        invalidatePaths([path]),
        refreshThread({ sessionId: message.session_id, chatId: message.chat_id }),
      ])
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="meta mheld">
      <span className="st warn">
        <Glyph name="hand" />
        <span>{t('held.line')}</span>
      </span>
      {approval === undefined ? null : (
        <>
          <button type="button" aria-busy={isBusy || undefined} onClick={() => void decide('approve')}>
            {t('held.approve')}
          </button>
          <button type="button" aria-busy={isBusy || undefined} onClick={() => void decide('reject')}>
            {t('held.reject')}
          </button>
        </>
      )}
      {error === undefined ? null : (
        <span className="bad" role="alert">
          {reason(error)}
        </span>
      )}
    </div>
  )
}
