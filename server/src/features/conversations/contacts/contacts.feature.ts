import { type Feature, onEvent } from '../../../feature.ts'
import { sessionDeleted } from '../../sessions/lifecycle/sessions.schema.ts'
import { contactOperations } from './contacts.operations.ts'
import { dropOrphanContacts } from './contacts.service.ts'

/** People: who they are, what they are called, which sessions know them. */
export const contactsFeature: Feature = {
  name: 'contacts',
  operations: contactOperations,
  events: [
    onEvent(sessionDeleted, async (_ctx, sql, deleted) => {
      for (const tenantId of new Set(deleted.map((each) => each.tenantId)))
        await dropOrphanContacts(sql, tenantId)
    }),
  ],
}
