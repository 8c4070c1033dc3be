import type { Invalidations } from '../../api/live.ts'

/** What events make old of what this area shows. */
export const contactsEvents: Invalidations = {
  'contacts.renamed': ['/api/v2/contacts'],
  'message.received': ['/api/v2/contacts'],
  'chat.labelled': ['/api/v2/contacts'],
  'opt_out.changed': ['/api/v2/custom-groups'],
}
