import { State } from '../../kit/icon.tsx'
import type { Webhook } from './queries.ts'
import { useText } from './words.ts'

/** How an address is: quiet when well, filled when somebody is needed. */
export function EndpointState({ webhook }: { webhook: Webhook }) {
  const t = useText()
  const { is_active: isActive, failure_count: failures, last_error: lastError } = webhook
  if (!isActive && lastError !== null)
    return (
      <State shape="oct" tone="bad" loud>
        {t('state.switched_off')}
      </State>
    )
  if (!isActive)
    return (
      <State shape="ring" tone="off">
        {t('state.off')}
      </State>
    )
  if (failures > 0)
    return (
      <State shape="tri" tone="bad" loud>
        {t('state.failing', { count: failures })}
      </State>
    )
  return (
    <State shape="ok" tone="ok">
      {t('state.well')}
    </State>
  )
}
