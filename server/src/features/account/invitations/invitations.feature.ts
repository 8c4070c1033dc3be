import { type Feature, onEvent } from '../../../feature.ts'
import { userEnded } from '../users/users.schema.ts'
import { invitationOperations } from './invitations.operations.ts'
import { deleteInvitationsOf } from './invitations.store.ts'

/** Links that let people join a tenant. */
export const invitationsFeature: Feature = {
  name: 'invitations',
  operations: invitationOperations,
  events: [
    onEvent(userEnded, async (_ctx, sql, payloads) => {
      for (const { tenantId, userId } of payloads) await deleteInvitationsOf(sql, tenantId, userId)
    }),
  ],
}
