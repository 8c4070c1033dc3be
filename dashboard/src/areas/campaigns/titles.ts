import { useFormat } from '../../i18n/format.ts'
import type { Job } from './queries.ts'
import { useText } from './words.ts'

/** What a campaign is called: its name, else when it was made. */
export function useTitle(): (job: Pick<Job, 'name' | 'created_at'>) => string {
  const t = useText()
  const format = useFormat()
  return ({ name, created_at: at }) => name ?? t('unnamed', { when: format.planned(at) })
}

const knownReasons: ReadonlySet<string> = new Set([
  ...['reciprocity', 'allow_list', 'anti_spam', 'content_policy', 'not_on_whatsapp', 'duplicate', 'too_long'],
  ...['empty', 'expired', 'cancelled', 'session_deleted', 'opted_out', 'no_answer', 'unknown'],
])

/** A reason in words; a code that nobody has words for is shown as it is. */
export function useReasonWords(): (code: string) => string {
  const t = useText()
  return (code) => (knownReasons.has(code) ? t.of(`reason.${code}`) : t('reason.code', { code }))
}

/** What a reason means and what to do, where that is known. */
export function useReasonHint(): (code: string, kind: string) => string {
  const t = useText()
  return (code, kind) => {
    if (kind === 'failed') return t('reason.failed_hint')
    return knownReasons.has(code) && code !== 'no_answer' && code !== 'unknown' ? t.of(`hint.${code}`) : ''
  }
}
