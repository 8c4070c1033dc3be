import type { Context } from '../../../context.ts'
import { onEvent } from '../../../feature.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { getSettingsWithin } from '../../account/settings/settings.service.ts'
import { messageHeld, type Origin } from '../outbox/outbox.schema.ts'
import { type ApprovalOrigin, approvalPending } from './approvals.schema.ts'
import { insertApprovals } from './approvals.store.ts'

const hourMs = 3_600_000

const origins: Readonly<Partial<Record<Origin, ApprovalOrigin>>> = {
  auto_reply: 'auto_respond',
  agent: 'a2a',
  tool: 'mcp',
}

type HeldMessage = NonNullable<(typeof messageHeld)['payload']>

/** Asks for a person's word in the transaction that stores the message: none is held that nobody is asked about. */
async function requestApprovals(ctx: Context, sql: Sql, held: readonly HeldMessage[]): Promise<void> {
  for (const message of held) {
    const { tenantId, messageId, sessionId, chatId, contentPreview } = message
    const { approvalExpiryHours } = await getSettingsWithin(ctx, sql, tenantId)
    const origin = origins[message.origin] ?? 'api'
    const createdAt = ctx.clock.now()
    const id = ctx.ids.uuid()
    const expiresAt = new Date(createdAt.getTime() + approvalExpiryHours * hourMs)
    const row = { id, tenantId, messageId, sessionId, origin, expiresAt, createdAt }
    await insertApprovals(sql, [{ ...row, status: 'pending' }])
    const payload = { tenantId, approvalId: id, messageId, sessionId, chatId, contentPreview, origin }
    await ctx.events.publish(sql, approvalPending, payload)
  }
}

export const approvalsEvents = [onEvent(messageHeld, requestApprovals)]
