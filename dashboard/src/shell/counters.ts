import { queries } from '../api/client.ts'
import { useText } from '../words/words.ts'
import type { AreaName } from './navigation.ts'

/** What waits in an area, or is broken there. */
export interface Counter {
  count: number
  isBroken: boolean
  /** Read out after the number: "failing". */
  words: string
}

/** The counters of the side, from the answer that the overview shows. */
export function useCounters(): Partial<Record<AreaName, Counter>> {
  const t = useText()
  const { data } = queries.useQuery('get', '/api/v2/overview')
  if (data === undefined) return {}
  const waiting = (count: number | undefined, words: string) => ({
    count: count ?? 0,
    isBroken: false,
    words,
  })
  const { webhooks } = data
  const failing = webhooks === null ? 0 : webhooks.failing + webhooks.switched_off
  return {
    inbox: waiting(data.conversations?.unread_chats, t('counter.unread')),
    leads: waiting(data.leads?.new, t('counter.new')),
    campaigns: waiting(data.campaigns?.running, t('counter.running')),
    safety: waiting(data.approvals?.pending, t('counter.waiting')),
    webhooks: { count: failing, isBroken: true, words: t('counter.failing') },
  }
}
