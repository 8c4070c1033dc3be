import { groupPhone } from '../../i18n/format.ts'
import type { Lead } from './queries.ts'
import { useText } from './words.ts'

/** What a lead is called: name, else number, else that WhatsApp hides both. */
export function useLeadName(): (lead: Pick<Lead, 'contact_name' | 'contact_phone'>) => string {
  const t = useText()
  return ({ contact_name: name, contact_phone: phone }) =>
    name ?? (phone === null ? t('hidden_number') : groupPhone(phone))
}
