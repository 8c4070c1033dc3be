import type { Feature } from '../../../feature.ts'
import { participantsOperations } from './participants.operations.ts'
import { waGroupOperations } from './wa-groups.operations.ts'
import { groupUpdated } from './wa-groups.schema.ts'

/** Groups of WhatsApp: who is in them and what may be done with them. */
export const waGroupsFeature: Feature = {
  name: 'wa-groups',
  operations: [...participantsOperations, ...waGroupOperations],
  publishes: [groupUpdated],
}
