import type { Feature } from '../../../feature.ts'
import { contactOperations } from './contacts.operations.ts'
import { contactsRenamed } from './contacts.schema.ts'

/** People: who they are, what they are called, which sessions know them. */
export const contactsFeature: Feature = {
  name: 'contacts',
  operations: contactOperations,
  publishes: [contactsRenamed],
}
