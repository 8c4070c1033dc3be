import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { applyChangesIn } from './apply-changes.service.ts'
import { applyStatusesIn } from './apply-statuses.service.ts'
import { lockMessage } from './changed-message.service.ts'
import { takeEarly } from './deferred-updates.service.ts'
import type { ArrivedRow } from './inbound.store.ts'
import { putReaction } from './reactions.service.ts'

/** Applies what was told of messages before they were stored, in the transaction that stores them. */
export async function applyEarly(ctx: Context, sql: Sql, rows: readonly ArrivedRow[]): Promise<void> {
  const places = rows.map((row) => ({
    tenantId: row.tenant_id,
    sessionId: row.session_id,
    waMessageId: row.wa_message_id,
  }))
  const facts = await takeEarly(ctx, sql, places)
  for (const { waMessageId, fact } of facts) {
    if (fact.kind === 'status') await applyStatusesIn(ctx, sql, [fact.update])
    else if (fact.kind === 'change') await applyChangesIn(ctx, sql, [fact.change])
    else {
      const row = rows.find((one) => one.wa_message_id === waMessageId)
      const target = row === undefined ? undefined : await lockMessage(sql, row.tenant_id, row.id)
      if (target !== undefined) await putReaction(sql, target, fact)
    }
  }
}
