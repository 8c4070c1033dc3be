import type { Context } from '../../../context.ts'
import type { StatusUpdate } from '../../../engine/events.ts'
import { chatKind } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { countSent, releaseUnsent } from '../../account/usage/usage.service.ts'
import {
  type MessageProgress,
  messageDelivered,
  messageFailed,
  messageRead,
  messageSent,
  messagesOvertaken,
} from '../messages/message-events.schema.ts'
import { deferUpdates } from './deferred-updates.service.ts'
import {
  listKnownMessages,
  type MovedMessage,
  moveMessages,
  type ProgressRow,
  settleMoved,
} from './progress.store.ts'

/** Several updates of one message in a batch are one step with several timestamps. */
function collect(updates: readonly StatusUpdate[]): Map<string, ProgressRow> {
  const rows = new Map<string, ProgressRow>()
  for (const { tenantId, sessionId, waMessageId, status, error, at } of updates) {
    const key = `${sessionId} ${waMessageId}`
    const row = rows.get(key) ?? {
      tenant_id: tenantId,
      session_id: sessionId,
      wa_message_id: waMessageId,
      sent_at: null,
      delivered_at: null,
      read_at: null,
      failed_at: null,
      error: null,
    }
    const column = `${status}_at` as const
    row[column] ??= at.toISOString()
    row.error ??= error
    rows.set(key, row)
  }
  return rows
}

interface Steps {
  sent: MessageProgress[]
  delivered: MessageProgress[]
  read: MessageProgress[]
  failed: MessageProgress[]
}

function eventOf(
  message: MovedMessage,
  status: MessageProgress['status'],
  error: string | null,
): MessageProgress {
  return {
    tenantId: message.tenantId,
    sessionId: message.sessionId,
    messageId: message.id,
    chatId: message.waChatId,
    chatRecordId: message.chatId,
    waMessageId: message.waMessageId,
    messageType: message.messageType,
    text: message.contentPreview ?? '',
    isGroup: message.kind === 'group',
    status,
    error,
    metadata: message.metadata,
  }
}

/** What each message did that it had not done before. */
function stepsOf(moved: readonly MovedMessage[], rows: ReadonlyMap<string, ProgressRow>): Steps {
  const steps: Steps = { sent: [], delivered: [], read: [], failed: [] }
  for (const message of moved) {
    const row = rows.get(`${message.sessionId} ${message.waMessageId}`)
    if (row === undefined) continue
    const isReceived = row.delivered_at !== null || row.read_at !== null
    if (message.sentAt === null && (row.sent_at !== null || isReceived))
      steps.sent.push(eventOf(message, 'sent', null))
    else if (message.sentAt === null) steps.failed.push(eventOf(message, 'failed', row.error))
    if (row.delivered_at !== null && message.deliveredAt === null && message.readAt === null) {
      steps.delivered.push(eventOf(message, 'delivered', null))
    }
    if (row.read_at !== null && message.readAt === null) steps.read.push(eventOf(message, 'read', null))
  }
  return steps
}

/** What follows for messages that were still waiting: usually none, since the sender gets the answer first. */
async function settleSteps(ctx: Context, sql: Sql, { sent, failed }: Steps): Promise<void> {
  if (sent.length + failed.length === 0) return
  const byTenant = Map.groupBy([...sent, ...failed], (event) => event.tenantId)
  const overtaken = [...byTenant].map(([tenantId, events]) => ({
    tenantId,
    messageIds: events.map((event) => event.messageId),
  }))
  await ctx.events.publishMany(sql, messagesOvertaken, overtaken)
  await settleMoved(
    sql,
    sent.map((event) => event.messageId),
  )
  const atMs = ctx.clock.nowMs()
  await countSent(
    sql,
    sent
      .filter(({ chatId }) => chatKind(chatId) !== 'channel')
      .map(({ tenantId, sessionId }) => ({ tenantId, sessionId, atMs })),
  )
}

/**
 * Stores how far outbound messages have come, in one statement, and publishes each step once. Never back: a read
 * message stays read whatever arrives late, and only what was not sent yet can fail.
 */
export async function applyStatuses(ctx: Context, updates: readonly StatusUpdate[]): Promise<void> {
  if (updates.length === 0) return
  await retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      const unmoved = await applyStatusesIn(ctx, sql, updates)
      await deferReceipts(ctx, sql, unmoved)
    }),
  )
}

/** The same in an open transaction; answers the updates that moved nothing. */
export async function applyStatusesIn(
  ctx: Context,
  sql: Sql,
  updates: readonly StatusUpdate[],
): Promise<StatusUpdate[]> {
  const rows = collect(updates)
  const moved = await moveMessages(sql, [...rows.values()])
  const movedIds = new Set(moved.map(({ sessionId, waMessageId }) => `${sessionId} ${waMessageId}`))
  const unmoved = updates.filter(({ sessionId, waMessageId }) => !movedIds.has(`${sessionId} ${waMessageId}`))
  if (moved.length === 0) return unmoved
  const steps = stepsOf(moved, rows)
  await settleSteps(ctx, sql, steps)
  const failedIds = new Set(steps.failed.map((event) => event.messageId))
  for (const message of moved) {
    if (!failedIds.has(message.id)) continue
    const { tenantId, createdAt, kind, metadata } = message
    const createdAtMs = Date.parse(createdAt)
    await releaseUnsent(sql, { tenantId, createdAtMs, chatKind: kind, metadata })
  }
  await ctx.events.publishMany(sql, messageSent, steps.sent)
  await ctx.events.publishMany(sql, messageDelivered, steps.delivered)
  await ctx.events.publishMany(sql, messageRead, steps.read)
  await ctx.events.publishMany(sql, messageFailed, steps.failed)
  return unmoved
}

/** A receipt may overtake the message it is about: what the own phone wrote may still be on its way to us. */
async function deferReceipts(ctx: Context, sql: Sql, unmoved: readonly StatusUpdate[]): Promise<void> {
  const receipts = unmoved.filter(({ status }) => status === 'delivered' || status === 'read')
  if (receipts.length === 0) return
  const known = await listKnownMessages(sql, receipts)
  const deferred = receipts.filter(({ sessionId, waMessageId }) => !known.has(`${sessionId} ${waMessageId}`))
  await deferUpdates(
    ctx,
    sql,
    deferred.map((update) => ({ ...update, deferred: { kind: 'status', update } })),
  )
}
