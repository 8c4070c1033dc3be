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

/** The counters of the side, from the same answers that the areas show. */
export function useCounters(): Partial<Record<AreaName, Counter>> {
  const t = useText()
  const { data: webhooks = [] } = queries.useQuery('get', '/api/v2/webhooks')
  const failing = webhooks.filter((webhook) => !webhook.is_active || webhook.failure_count > 0).length
  return { webhooks: { count: failing, isBroken: true, words: t('counter.failing') } }
}
