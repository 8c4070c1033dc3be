import type { Context } from '../../../context.ts'
import { onEvent } from '../../../feature.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { sessionConnected, sessionStatusChanged } from '../../sessions/lifecycle/sessions.schema.ts'
import { chatLabelled, labelDeleted, labelUpdated } from '../labels/labels.schema.ts'
import { deleteLinks, listSyncedSessions } from './label-sync.store.ts'
import { requestPushes } from './push-labels.service.ts'
import { dropAccountLabels } from './wa-labels.service.ts'

async function pushTo(
  ctx: Context,
  sql: Sql,
  payloads: readonly { tenantId: string; sessionIds: readonly string[] }[],
): Promise<void> {
  for (const [tenantId, own] of Map.groupBy(payloads, (payload) => payload.tenantId)) {
    const sessionIds = [...new Set(own.flatMap((payload) => payload.sessionIds))]
    await requestPushes(ctx, sql, tenantId, await listSyncedSessions(sql, tenantId, { sessionIds }))
  }
}

/** What is brought to WhatsApp, and when. */
export const labelSyncEvents = [
  onEvent(labelUpdated, async (ctx, sql, payloads) => {
    for (const [tenantId, own] of Map.groupBy(payloads, (payload) => payload.tenantId)) {
      const labelIds = own.map(({ labelId }) => labelId)
      await requestPushes(ctx, sql, tenantId, await listSyncedSessions(sql, tenantId, { labelIds }))
    }
  }),
  onEvent(labelDeleted, async (ctx, sql, payloads) => {
    for (const tenantId of new Set(payloads.map((payload) => payload.tenantId)))
      await requestPushes(ctx, sql, tenantId, await listSyncedSessions(sql, tenantId, 'deleted'))
  }),
  onEvent(chatLabelled, pushTo),
  onEvent(sessionConnected, (ctx, sql, payloads) =>
    pushTo(
      ctx,
      sql,
      payloads.map(({ tenantId, sessionId }) => ({ tenantId, sessionIds: [sessionId] })),
    ),
  ),
  onEvent(sessionStatusChanged, async (_ctx, sql, payloads) => {
    for (const { tenantId, sessionId, status } of payloads) {
      if (status !== 'qr_code') continue
      // It waits to be linked, perhaps to another account: labels of the one before are no longer its own.
      await deleteLinks(sql, tenantId, sessionId)
      await dropAccountLabels(sql, tenantId, sessionId)
    }
  }),
]
