import { useState } from 'react'
import { api } from '../../../api/client.ts'
import { invalidatePaths } from '../../../api/query-client.ts'
import { Switch } from '../../../kit/field.tsx'
import { useReason } from '../../../kit/notes.tsx'
import type { Chat } from '../shapes.ts'
import { useText } from '../words.ts'

const path = '/api/v2/opt-outs/{phone}'

/** Whether bulk messages may go to somebody; switched here, the ledger keeps who did it and when. */
export function OptOutPart({ chat }: { chat: Chat }) {
  const { is_group: isGroup, contact_phone: phone, is_opted_out: isOptedOut } = chat
  if (isGroup || phone === null || isOptedOut === null) return null
  return <OptOut phone={phone} isAllowed={!isOptedOut} />
}

function OptOut({ phone, isAllowed }: { phone: string; isAllowed: boolean }) {
  const t = useText()
  const reason = useReason()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function toggle() {
    if (isBusy) return
    setBusy(true)
    setError(undefined)
    try {
      const params = { path: { phone } }
      if (isAllowed) await api.PUT(path, { params })
      else await api.DELETE(path, { params })
      await invalidatePaths(['/api/v2/opt-outs', '/api/v2/chats'])
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <dt>{t('opt_out.label')}</dt>
      <dd>
        <span className="mswitch">
          <Switch
            label={t(isAllowed ? 'opt_out.allowed' : 'opt_out.refused')}
            aria-label={t('opt_out.label')}
            checked={isAllowed}
            aria-busy={isBusy || undefined}
            onChange={() => void toggle()}
          />
        </span>
        {error === undefined ? null : (
          <span className="bad" role="alert">
            {reason(error)}
          </span>
        )}
      </dd>
    </>
  )
}
