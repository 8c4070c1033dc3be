import type { Operation } from '../../operation.ts'
import { sectionOrder } from './openapi-tags.ts'

/** What somebody new needs first of a section, in this order; the rest follows as it is declared. */
const first: readonly string[] = [
  ...[
    'sessions.create',
    'sessions.start',
    'sessions.qr',
    'sessions.pairing_code',
    'sessions.list',
    'sessions.get',
  ],
  ...['messages.send', 'messages.send_media', 'messages.send_voice', 'messages.reply', 'messages.list_chats'],
  ...['contacts.list', 'contacts.check', 'groups.create_whatsapp_group', 'webhooks.create', 'webhooks.test'],
  ...['auth.login', 'auth.refresh', 'api_keys.create', 'labels.create'],
]

function rankOf({ id }: Operation): number {
  const place = first.indexOf(id)
  return place < 0 ? first.length : place
}

/** The operations in the order in which the reference shows them: by section, and what comes first in it. */
export function orderOperations(operations: readonly Operation[]): Operation[] {
  const section = ({ id }: Operation) => sectionOrder(id.slice(0, id.indexOf('.')))
  return [...operations].sort((a, b) => section(a) - section(b) || rankOf(a) - rankOf(b))
}
