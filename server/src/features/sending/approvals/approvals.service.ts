import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import type { MessageObject } from '../../conversations/messages/messages.schema.ts'
import {
  abandonRelease,
  commitRelease,
  discardHeld,
  prepareRelease,
  sendReleased,
} from '../outbox/held.service.ts'
import {
  type ApprovalObject,
  type ApprovalOrigin,
  alreadyDecided,
  approvalDecided,
} from './approvals.schema.ts'
import * as store from './approvals.store.ts'
import type { ApprovalStatus } from './approvals.tables.ts'

const wireTimestamp = (value: Date | string): string => toTimestamp(new Date(value))

function toWire(row: store.ApprovalRow): ApprovalObject {
  return {
    id: row.id,
    message_id: row.messageId,
    session_id: row.sessionId,
    wa_chat_id: row.waChatId,
    content_preview: row.contentPreview,
    origin: row.origin as ApprovalOrigin,
    status: row.status,
    reason: row.reason,
    created_at: wireTimestamp(row.createdAt),
    expires_at: wireTimestamp(row.expiresAt),
    decided_at: row.decidedAt === null ? null : wireTimestamp(row.decidedAt),
    decided_by: row.decidedBy,
  }
}

/** Held messages of the caller's tenant. */
export async function getApprovals(
  ctx: Context,
  input: { status: ApprovalStatus; limit: number; offset: number },
) {
  const { limit, offset } = input
  const { rows, total } = await store.listApprovals(ctx.db.sql, { tenantId: tenantOf(ctx), ...input })
  return { approvals: rows.map(toWire), total, limit, offset }
}

/** An approval nobody has decided; 404 for none, 400 for a decided one. */
async function getPending(ctx: Context, id: string): Promise<store.ApprovalRow> {
  const approval = await store.findApproval(ctx.db.sql, tenantOf(ctx), id)
  if (approval === undefined) throw unknownThing('Approval')
  if (approval.status === 'pending') return approval
  throw alreadyDecided.create({ message: `The approval is ${approval.status} already` })
}

/** What an approval is of. */
interface Decided {
  id: string
  tenantId: string
  messageId: string
  sessionId: string
}

async function decide(
  ctx: Context,
  sql: Sql,
  approval: Decided,
  status: Exclude<ApprovalStatus, 'pending'>,
  reason: string | null,
): Promise<boolean> {
  const { caller } = ctx
  const by = caller.kind === 'user' ? caller.userId : null
  const { id, tenantId, messageId, sessionId } = approval
  const isOurs = await store.decideApproval(sql, { tenantId, id, status, reason, at: ctx.clock.now(), by })
  const decided = { tenantId, approvalId: id, messageId, sessionId, status, decidedBy: by }
  if (isOurs) await ctx.events.publish(sql, approvalDecided, decided)
  return isOurs
}

/** Releases a held message, perhaps with another text: it passes the rest of the pipeline and is sent. Decided once. */
export async function approve(ctx: Context, id: string, text: string | undefined): Promise<MessageObject> {
  const approval = await getPending(ctx, id)
  const release = await prepareRelease(ctx, approval.tenantId, approval.messageId, text)
  if (release === undefined) throw alreadyDecided.create()
  try {
    await ctx.db.transaction(async (sql) => {
      const isOurs =
        (await decide(ctx, sql, approval, 'approved', null)) && (await commitRelease(ctx, sql, release))
      if (!isOurs) throw alreadyDecided.create()
    })
  } catch (error) {
    abandonRelease(ctx, release)
    throw error
  }
  return sendReleased(ctx, release)
}

/** Ends a held message unsent. Decided once. */
export async function reject(ctx: Context, id: string, reason: string | undefined): Promise<ApprovalObject> {
  const approval = await getPending(ctx, id)
  await ctx.db.transaction(async (sql) => {
    if (!(await decide(ctx, sql, approval, 'rejected', reason ?? null))) throw alreadyDecided.create()
    await discardHeld(ctx, sql, approval.tenantId, approval.messageId, 'approval_rejected')
  })
  const decided = await store.findApproval(ctx.db.sql, approval.tenantId, id)
  if (decided === undefined) throw unknownThing('Approval')
  return toWire(decided)
}

/** Ends one that nobody decided in time. */
export async function expire(ctx: Context, approval: Decided): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    if (!(await decide(ctx, sql, approval, 'expired', null))) return
    await discardHeld(ctx, sql, approval.tenantId, approval.messageId, 'approval_expired')
  })
}
