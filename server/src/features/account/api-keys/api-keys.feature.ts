import { type Feature, onEvent } from '../../../feature.ts'
import { userEnded } from '../users/users.schema.ts'
import { apiKeysOperations } from './api-keys.operations.ts'
import { apiKeyChanged } from './api-keys.schema.ts'
import { endKeysOf } from './api-keys.service.ts'

/** Credentials of programs. */
export const apiKeysFeature: Feature = {
  name: 'api-keys',
  operations: apiKeysOperations,
  publishes: [apiKeyChanged],
  events: [
    onEvent(userEnded, async (ctx, sql, payloads) => {
      for (const { tenantId, userId, isRemoved } of payloads)
        if (isRemoved) await endKeysOf(ctx, sql, tenantId, userId)
    }),
  ],
}
