import { useReason } from '../../../kit/notes.tsx'
import { useText } from '../words.ts'

/** WhatsApp's and the engine's codes that mean the same to whoever reads them. */
const sameAs: Readonly<Record<string, string>> = {
  ack_400: 'not_deliverable',
  ack_404: 'not_deliverable',
  ack_405: 'not_deliverable',
  ack_406: 'not_deliverable',
  ack_410: 'not_deliverable',
  ack_401: 'not_allowed_in_chat',
  ack_403: 'not_allowed_in_chat',
  ack_413: 'too_large',
  ack_420: 'rate_limited',
  ack_429: 'rate_limited',
  ack_463: 'reach_out_locked',
  ack_475: 'reach_out_locked',
  ack_500: 'whatsapp_fault',
  ack_503: 'whatsapp_fault',
  ack_552: 'whatsapp_fault',
  upload_not_allowed: 'upload_failed',
  upload_not_understood: 'upload_failed',
  file_unreadable: 'upload_failed',
  no_answer: 'message_lost',
}

const explained: ReadonlySet<string> = new Set([
  'recipient_not_on_whatsapp',
  'not_deliverable',
  'not_allowed_in_chat',
  'too_large',
  'rate_limited',
  'reach_out_locked',
  'whatsapp_fault',
  'upload_failed',
  'message_lost',
  'expired',
  'rejected',
  'view_once_not_forwardable',
])

/** Why a message was not sent, in words: what nobody can explain keeps its code, so that it can be asked about. */
export function useFailureWords(): (code: string | null) => string {
  const t = useText()
  return (code) => {
    const name = code === null ? 'message_lost' : (sameAs[code] ?? code)
    return explained.has(name) ? t.of(`failed.${name}`) : t('failed.other', { code: name })
  }
}

/** The same for a refusal of the server before anything was stored; without one nobody knows whether it arrived. */
export function useRefusalWords(): (error: unknown) => string {
  const t = useText()
  const reason = useReason()
  return (error) => (error === undefined ? t('failed.unknown') : reason(error))
}
