import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { applyChangesIn } from './apply-changes.service.ts'
import { applyStatusesIn } from './apply-statuses.service.ts'
import { lockMessage } from './changed-message.service.ts'
import { takeDeferred } from './deferred-updates.service.ts'
import type { ArrivedRow } from './inbound.store.ts'
import { putReaction } from './reactions.service.ts'

/** Applies the deferred updates of messages, in the transaction that stores them. */
export async function applyDeferred(ctx: Context, sql: Sql, rows: readonly ArrivedRow[]): Promise<void> {
  const refs = rows.map((row) => ({
    tenantId: row.tenant_id,
    sessionId: row.session_id,
    waMessageId: row.wa_message_id,
  }))
  const updates = await takeDeferred(ctx, sql, refs)
  for (const { waMessageId, deferred } of updates) {
    if (deferred.kind === 'status') await applyStatusesIn(ctx, sql, [deferred.update])
    else if (deferred.kind === 'change') await applyChangesIn(ctx, sql, [deferred.change])
    else {
      const row = rows.find((one) => one.wa_message_id === waMessageId)
      const target = row === undefined ? undefined : await lockMessage(sql, row.tenant_id, row.id)
      if (target !== undefined) await putReaction(sql, target, deferred)
    }
  }
}
