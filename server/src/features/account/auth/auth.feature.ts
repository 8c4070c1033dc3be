import { type Feature, onEvent } from '../../../feature.ts'
import { passwordChanged, userEnded } from '../users/users.schema.ts'
import { authJobs } from './auth.jobs.ts'
import { authOperations } from './auth.operations.ts'
import { endUserLogins } from './logins.service.ts'

/** Sign-up, sign-in and the logins that follow from it. */
export const authFeature: Feature = {
  name: 'auth',
  operations: authOperations,
  jobs: authJobs,
  events: [
    onEvent(passwordChanged, async (ctx, sql, payloads) => {
      for (const payload of payloads) await endUserLogins(ctx, sql, payload, 'password changed')
    }),
    onEvent(userEnded, async (ctx, sql, payloads) => {
      for (const { tenantId, userId, isRemoved } of payloads)
        await endUserLogins(
          ctx,
          sql,
          { tenantId, userId, exceptLoginId: null },
          isRemoved ? 'user removed' : 'user deactivated',
        )
    }),
  ],
}
