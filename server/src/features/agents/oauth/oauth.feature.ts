import { type Feature, onEvent } from '../../../feature.ts'
import { passwordChanged, userEnded } from '../../account/users/users.schema.ts'
import { endGrantsOf, endSessionsOf } from './grants.service.ts'
import { oauthDoors } from './oauth.doors.ts'
import { oauthJobs } from './oauth.jobs.ts'
import { oauthOperations } from './oauth.operations.ts'

/** Access for programs: OAuth 2.1 with the users that exist. */
export const oauthFeature: Feature = {
  name: 'oauth',
  operations: oauthOperations,
  doors: oauthDoors,
  jobs: oauthJobs,
  events: [
    onEvent(passwordChanged, async (_ctx, sql, payloads) => {
      for (const { userId } of payloads) await endSessionsOf(sql, userId)
    }),
    onEvent(userEnded, async (ctx, sql, payloads) => {
      for (const { tenantId, userId, isRemoved } of payloads) {
        await endSessionsOf(sql, userId)
        if (isRemoved) await endGrantsOf(ctx, sql, tenantId, userId)
      }
    }),
  ],
}
